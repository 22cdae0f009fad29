// SPDX-License-Identifier: Apache-2.0
// Namespaces that are smaller than a file.
import {
  absoluteDifference,
  computeWeightedLoss,
  cosineDistance,
  hingeLoss,
  huberLoss,
  logLoss,
  meanSquaredError,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
} from './losses.js';
import { frame, hammingWindow, hannWindow, stft } from './signal.js';

export const losses = {
  absoluteDifference,
  computeWeightedLoss,
  cosineDistance,
  hingeLoss,
  huberLoss,
  logLoss,
  meanSquaredError,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
};

export const signal = { frame, hammingWindow, hannWindow, stft };
