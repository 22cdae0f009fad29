// SPDX-License-Identifier: Apache-2.0
// Loss functions. Labels and predictions must have one shape (E_SHAPE); weights broadcast to it.
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

/** How weighted losses become one number, or stay as they are. */
export enum Reduction {
  NONE = 0,
  MEAN = 1,
  SUM = 2,
  SUM_BY_NONZERO_WEIGHTS = 3,
}

type Values = Tensor | TensorLike;
type Weights = Tensor | TensorLike | null | undefined;

/** Losses, weighted and reduced: by default to their sum over the number of weights that are not 0. */
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

/** A loss out of what each element loses. */
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

/** 1 minus the scalar product along an axis, of which the vectors should have unit length. */
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

/** max(0, 1 - label * prediction), of labels 0 and 1 that stand for -1 and 1. */
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

/** Half the square of errors up to delta, and from there on linear. */
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

/** The cross entropy of probabilities: -y * log(x) - (1 - y) * log(1 - x), with epsilon in the logarithms. */
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

/** The square of label - prediction. */
export function meanSquaredError<O extends Tensor>(
  labels: Values,
  predictions: Values,
  weights?: Weights,
  reduction?: Reduction,
): O {
  return loss<O>('meanSquaredError', labels, predictions, [weights, reduction], (y, x) => squaredDifference(y, x));
}

/** The cross entropy of each label with the sigmoid of its logit. labelSmoothing moves labels towards 1/2. */
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

/** The cross entropy of rows of labels with the softmax of logits. labelSmoothing moves labels towards equal shares. */
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
