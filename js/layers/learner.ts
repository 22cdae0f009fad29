// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from '../tensor/tensor.js';

/** Learns from one batch after another, and then changes the layer. */
export interface Learner {
  take(batch: Tensor): void;
  finish(): void;
}
