// SPDX-License-Identifier: Apache-2.0
// Loss functions. Labels and predictions must have the same shape (E_SHAPE). Weights broadcast to it.
import { check, TfwasmError } from '../core/errors.js';
import { functionName } from '../core/public-function.js';
import type { Tensor } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { floatArg } from './arguments.js';
import { add, div, minimum, mul, squaredDifference, sub } from './arithmetic.js';
import { onesLike } from './creation.js';
import { notEqual } from './logical.js';
import { logSumExp, mean, sum } from './reduce.js';
import { opFunction } from './op-function.js';
import { abs, exp, log, log1p, neg, relu, square } from './unary.js';

/** How weighted losses are reduced. */
export enum Reduction {
  NONE = 0,
  MEAN = 1,
  SUM = 2,
  SUM_BY_NONZERO_WEIGHTS = 3,
}

type Values = Tensor | TensorLike;
type Weights = Tensor | TensorLike | null | undefined;

/** The default: the sum divided by the number of non-zero weights. */
const BY_NONZERO = Reduction.SUM_BY_NONZERO_WEIGHTS;

/** Weights and reduces losses. The default is their sum divided by the number of non-zero weights. */
export const computeWeightedLoss = opFunction(
  'computeWeightedLoss',
  <O extends Tensor>(losses: Values, weights?: Weights, reduction: Reduction = BY_NONZERO): O => {
    check(reduction in Reduction, () => `Unknown reduction: ${reduction}`);
    const all = floatArg(losses, 'losses');
    const factors = weights === undefined || weights === null ? undefined : floatArg(weights, 'weights');
    const weighted = factors ? mul(all, factors) : all;
    if (reduction === Reduction.NONE) return (factors ? weighted : weighted.clone()) as O;
    if (reduction === Reduction.SUM) return sum<O>(weighted);
    if (!factors) return mean<O>(weighted);
    if (reduction === Reduction.MEAN) {
      return div<O>(div(sum(weighted), sum(factors)), Math.max(1, all.size / factors.size));
    }
    // Weights may also have more dimensions than the losses.
    const count = sum(notEqual(mul(factors, onesLike(all)), 0));
    return div<O>(sum(weighted), count);
  },
);

/** Labels, predictions and weights, as tensors. Throws E_SHAPE unless labels and predictions have one shape. */
function lossArguments(labels: Values, predictions: Values, names = ['labels', 'predictions']): [Tensor, Tensor] {
  const expected = floatArg(labels, names[0] as string);
  const actual = floatArg(predictions, names[1] as string);
  if (String(expected.shape) !== String(actual.shape)) {
    const shapes = `Shapes ${expected.shape} and ${actual.shape} must match`;
    throw new TfwasmError('E_SHAPE', `Error in ${functionName()}:  ${shapes}: those of ${names.join(' and ')}`);
  }
  return [expected, actual];
}

function reduced<O extends Tensor>(losses: Tensor, weights: Weights, reduction: Reduction | undefined): O {
  const factors = weights === undefined || weights === null ? undefined : floatArg(weights, 'weights');
  return computeWeightedLoss<O>(losses, factors, reduction);
}

type Loss = <O extends Tensor>(labels: Values, predictions: Values, weights?: Weights, reduction?: Reduction) => O;

/** Defines a loss by its value per element. */
function loss(name: string, lossOf: (labels: Tensor, predictions: Tensor) => Tensor): Loss {
  return opFunction(
    name,
    <O extends Tensor>(labels: Values, predictions: Values, weights?: Weights, reduction?: Reduction) =>
      reduced<O>(lossOf(...lossArguments(labels, predictions)), weights, reduction),
  );
}

/** |label - prediction|. */
export const absoluteDifference: Loss = loss('absoluteDifference', (y, x) => abs(sub(y, x)));

/** 1 minus the dot product along an axis. The vectors should have unit length. */
export const cosineDistance = opFunction(
  'cosineDistance',
  <O extends Tensor>(
    labels: Values,
    predictions: Values,
    axis: number,
    weights?: Weights,
    reduction?: Reduction,
  ): O => {
    const [y, x] = lossArguments(labels, predictions);
    return reduced<O>(sub(1, sum(mul(y, x), axis, true)), weights, reduction);
  },
);

/** max(0, 1 - label * prediction), with labels 0 and 1 mapped to -1 and 1. */
export const hingeLoss: Loss = loss('hingeLoss', (y, x) => relu(sub(1, mul(sub(mul(y, 2), 1), x))));

/** Huber loss: half the squared error up to delta, linear beyond it. */
export const huberLoss = opFunction(
  'huberLoss',
  <O extends Tensor>(labels: Values, predictions: Values, weights?: Weights, delta = 1, reduction?: Reduction): O => {
    const [y, x] = lossArguments(labels, predictions);
    const error = abs(sub(x, y));
    const quadratic = minimum(error, delta);
    return reduced<O>(add(mul(square(quadratic), 0.5), mul(sub(error, quadratic), delta)), weights, reduction);
  },
);

/** Cross entropy of probabilities: -y * log(x) - (1 - y) * log(1 - x), with epsilon added inside the logarithms. */
export const logLoss = opFunction(
  'logLoss',
  <O extends Tensor>(
    labels: Values,
    predictions: Values,
    weights?: Weights,
    epsilon = 1e-7,
    reduction?: Reduction,
  ): O => {
    const [y, x] = lossArguments(labels, predictions);
    const hits = mul(y, log(add(x, epsilon)));
    const misses = mul(sub(1, y), log(add(sub(1, x), epsilon)));
    return reduced<O>(neg(add(hits, misses)), weights, reduction);
  },
);

/** The squared difference of label and prediction. */
export const meanSquaredError: Loss = loss('meanSquaredError', (y, x) => squaredDifference(y, x));

/** Cross entropy of labels and the sigmoid of logits. labelSmoothing moves labels towards 1/2. */
export const sigmoidCrossEntropy = opFunction(
  'sigmoidCrossEntropy',
  <O extends Tensor>(
    multiClassLabels: Values,
    logits: Values,
    weights?: Weights,
    labelSmoothing = 0,
    reduction?: Reduction,
  ): O => {
    const [labels, x] = lossArguments(multiClassLabels, logits, ['multiClassLabels', 'logits']);
    const y = labelSmoothing > 0 ? add(mul(labels, 1 - labelSmoothing), 0.5 * labelSmoothing) : labels;
    // max(x, 0) - x * y + log(1 + exp(-|x|)), which does not overflow.
    return reduced<O>(add(sub(relu(x), mul(x, y)), log1p(exp(neg(abs(x))))), weights, reduction);
  },
);

/**
 * Cross entropy of rows of labels and the softmax of logits. labelSmoothing moves labels towards the uniform
 * distribution.
 */
export const softmaxCrossEntropy = opFunction(
  'softmaxCrossEntropy',
  <O extends Tensor>(
    onehotLabels: Values,
    logits: Values,
    weights?: Weights,
    labelSmoothing = 0,
    reduction?: Reduction,
  ): O => {
    const [labels, x] = lossArguments(onehotLabels, logits, ['onehotLabels', 'logits']);
    const classes = (labels.shape as number[])[labels.rank - 1] ?? 1;
    const y = labelSmoothing > 0 ? add(mul(labels, 1 - labelSmoothing), labelSmoothing / classes) : labels;
    return reduced<O>(neg(sum(mul(sub(x, logSumExp(x, -1, true)), y), -1)), weights, reduction);
  },
);
