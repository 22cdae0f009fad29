// SPDX-License-Identifier: Apache-2.0
// Loss functions. Labels and predictions must have the same shape (E_SHAPE). Weights broadcast to it.
import { check, TfwasmError } from '../core/errors.js';
import type { Tensor } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { floatArg } from './arguments.js';
import { add, div, minimum, mul, squaredDifference, sub } from './arithmetic.js';
import { notEqual } from './logical.js';
import { logSumExp, mean, sum } from './reduce.js';
import { scoped } from './scoped.js';
import { broadcastTo } from './shape.js';
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

/** Weights and reduces losses. The default is their sum divided by the number of non-zero weights. */
export function computeWeightedLoss<O extends Tensor>(
  losses: Values,
  weights?: Weights,
  reduction: Reduction = Reduction.SUM_BY_NONZERO_WEIGHTS,
): O {
  return scoped('computeWeightedLoss', () => {
    check(reduction in Reduction, `there is no reduction ${reduction}`);
    const all = floatArg(losses, 'losses');
    const factors = weights === undefined || weights === null ? undefined : floatArg(weights, 'weights');
    const weighted = factors ? mul(all, factors) : all;
    if (reduction === Reduction.NONE) return (factors ? weighted : weighted.clone()) as O;
    if (reduction === Reduction.SUM) return sum<O>(weighted);
    if (!factors) return mean<O>(weighted);
    if (reduction === Reduction.MEAN)
      return div<O>(div(sum(weighted), sum(factors)), Math.max(1, all.size / factors.size));
    const count = sum(notEqual(broadcastTo(factors, all.shape as number[]), 0));
    return div<O>(sum(weighted), count);
  });
}

/** Defines a loss by its value per element. */
function loss<O extends Tensor>(
  name: string,
  labels: Values,
  predictions: Values,
  [weights, reduction]: [Weights, Reduction | undefined],
  lossOf: (labels: Tensor, predictions: Tensor) => Tensor,
): O {
  return scoped(name, () => {
    const expected = floatArg(labels, 'labels');
    const actual = floatArg(predictions, 'predictions');
    if (String(expected.shape) !== String(actual.shape)) {
      throw new TfwasmError(
        'E_SHAPE',
        `labels [${expected.shape}] and predictions [${actual.shape}] must have one shape`,
      );
    }
    return computeWeightedLoss<O>(lossOf(expected, actual), weights, reduction);
  });
}

/** |label - prediction|. */
export function absoluteDifference<O extends Tensor>(
  labels: Values,
  predictions: Values,
  weights?: Weights,
  reduction?: Reduction,
): O {
  return loss<O>('absoluteDifference', labels, predictions, [weights, reduction], (y, x) => abs(sub(y, x)));
}

/** 1 minus the dot product along an axis. The vectors should have unit length. */
export function cosineDistance<O extends Tensor>(
  labels: Values,
  predictions: Values,
  axis: number,
  weights?: Weights,
  reduction?: Reduction,
): O {
  return loss<O>('cosineDistance', labels, predictions, [weights, reduction], (y, x) =>
    sub(1, sum(mul(y, x), axis, true)),
  );
}

/** max(0, 1 - label * prediction), with labels 0 and 1 mapped to -1 and 1. */
export function hingeLoss<O extends Tensor>(
  labels: Values,
  predictions: Values,
  weights?: Weights,
  reduction?: Reduction,
): O {
  return loss<O>('hingeLoss', labels, predictions, [weights, reduction], (y, x) =>
    relu(sub(1, mul(sub(mul(y, 2), 1), x))),
  );
}

/** Huber loss: half the squared error up to delta, linear beyond it. */
export function huberLoss<O extends Tensor>(
  labels: Values,
  predictions: Values,
  weights?: Weights,
  delta = 1,
  reduction?: Reduction,
): O {
  return loss<O>('huberLoss', labels, predictions, [weights, reduction], (y, x) => {
    const error = abs(sub(x, y));
    const quadratic = minimum(error, delta);
    return add(mul(square(quadratic), 0.5), mul(sub(error, quadratic), delta));
  });
}

/** Cross entropy of probabilities: -y * log(x) - (1 - y) * log(1 - x), with epsilon added inside the logarithms. */
export function logLoss<O extends Tensor>(
  labels: Values,
  predictions: Values,
  weights?: Weights,
  epsilon = 1e-7,
  reduction?: Reduction,
): O {
  return loss<O>('logLoss', labels, predictions, [weights, reduction], (y, x) => {
    const hits = mul(y, log(add(x, epsilon)));
    const misses = mul(sub(1, y), log(add(sub(1, x), epsilon)));
    return neg(add(hits, misses));
  });
}

/** The squared difference of label and prediction. */
export function meanSquaredError<O extends Tensor>(
  labels: Values,
  predictions: Values,
  weights?: Weights,
  reduction?: Reduction,
): O {
  return loss<O>('meanSquaredError', labels, predictions, [weights, reduction], (y, x) => squaredDifference(y, x));
}

/** Cross entropy of labels and the sigmoid of logits. labelSmoothing moves labels towards 1/2. */
export function sigmoidCrossEntropy<O extends Tensor>(
  multiClassLabels: Values,
  logits: Values,
  weights?: Weights,
  labelSmoothing = 0,
  reduction?: Reduction,
): O {
  return loss<O>('sigmoidCrossEntropy', multiClassLabels, logits, [weights, reduction], (labels, x) => {
    const y = labelSmoothing > 0 ? add(mul(labels, 1 - labelSmoothing), 0.5 * labelSmoothing) : labels;
    // max(x, 0) - x * y + log(1 + exp(-|x|)), which does not overflow.
    return add(sub(relu(x), mul(x, y)), log1p(exp(neg(abs(x)))));
  });
}

/**
 * Cross entropy of rows of labels and the softmax of logits. labelSmoothing moves labels towards the uniform
 * distribution.
 */
export function softmaxCrossEntropy<O extends Tensor>(
  onehotLabels: Values,
  logits: Values,
  weights?: Weights,
  labelSmoothing = 0,
  reduction?: Reduction,
): O {
  return loss<O>('softmaxCrossEntropy', onehotLabels, logits, [weights, reduction], (labels, x) => {
    const classes = (labels.shape as number[])[labels.rank - 1] ?? 1;
    const y = labelSmoothing > 0 ? add(mul(labels, 1 - labelSmoothing), labelSmoothing / classes) : labels;
    return neg(sum(mul(sub(x, logSumExp(x, -1, true)), y), -1));
  });
}
