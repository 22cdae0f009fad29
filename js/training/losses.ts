// SPDX-License-Identifier: Apache-2.0
// Losses for training, with the names and options of Keras. The formulas are in src/training/.
import { TfwasmError } from '../core/errors.js';
import { callUser } from '../core/public-function.js';
import { type Config, toCamelConfig } from '../layers/config.js';
import { type CoreFunction, Configured, makeRegistered, readDescription } from '../layers/configured.js';
import { pythonName } from '../layers/names.js';
import { arg } from '../ops/arguments.js';
import { mul } from '../ops/arithmetic.js';
import { cast } from '../ops/cast.js';
import { runInScope } from '../tensor/scopes.js';
import { Tensor, tensorOfHandle } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';
import { callTrainingCore } from '../autodiff/core.js';

/**
 * How the values of a batch become one number:
 *
 * - 'sum_over_batch_size' (the default; also 'mean' and 'auto'): their weighted sum by how many they are. Masked ones do
 *   not count.
 * - 'sum': their weighted sum.
 * - 'mean_with_sample_weight': their weighted sum by the sum of the weights.
 * - 'none': no number, but the weighted values.
 */
export type LossReduction = 'sum_over_batch_size' | 'mean' | 'auto' | 'sum' | 'mean_with_sample_weight' | 'none';

export interface LossArgs {
  name?: string | undefined;
  reduction?: LossReduction | undefined;
}

/** Options of the losses of Keras. Each has some of them. */
export interface LossOptions extends LossArgs {
  /** Whether predictions are logits rather than probabilities. Crossentropies. */
  fromLogits?: boolean;
  /** Moves labels towards the uniform distribution, 0 to 1. Crossentropies. */
  labelSmoothing?: number;
  /** That of the classes; for Dice and Tversky those along which to sum, all by default. */
  axis?: number | number[] | null;
  /** Labels that do not count. sparseCategoricalCrossentropy. */
  ignoreClass?: number | null;
  /** Where the line begins. Huber. */
  delta?: number;
  /** Weights of classes in focal crossentropies; in Tversky of what is missed. */
  alpha?: number | number[];
  /** In Tversky, of what is wrongly added. */
  beta?: number;
  /** The exponent of focal crossentropies, the scale of Circle. */
  gamma?: number;
  /** binaryFocalCrossentropy: whether alpha is used. */
  applyClassBalancing?: boolean;
  /** Circle. */
  margin?: number;
  /** Circle: whether an embedding is no partner of itself. */
  removeDiagonal?: boolean;
  /** categoricalGeneralizedCrossEntropy: between 0 and 1. */
  q?: number;
}

/** The values of a loss, and which of them count: all without a mask. */
export interface LossValues {
  values: Tensor;
  mask?: Tensor | undefined;
}

/** A function of labels and predictions. */
export type LossFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;

/** A loss, its name ('mse', 'categoricalCrossentropy'), its description, or a function. */
export type LossIdentifier = string | LossFunction | Loss | { className: string; config?: Config };

const REDUCTIONS = ['sum_over_batch_size', 'mean', 'auto', 'sum', 'mean_with_sample_weight', 'none'];

/**
 * A loss. Custom ones extend it, with a static className and `call`:
 *
 * ```js
 * class Cubic extends tf.losses.Loss {
 *   static className = 'Cubic';
 *   call(yTrue, yPred) {
 *     return tf.mean(tf.pow(tf.abs(tf.sub(yPred, yTrue)), 3), -1);
 *   }
 * }
 * ```
 */
export abstract class Loss extends Configured {
  readonly name: string;
  readonly reduction: LossReduction;

  /** Throws E_INPUT for an unknown reduction. */
  constructor(args: LossArgs = {}, described?: CoreFunction) {
    super(described);
    this.name = args.name ?? pythonName(this.getClassName() ?? 'Loss');
    const reduction = args.reduction ?? 'sum_over_batch_size';
    if (!REDUCTIONS.includes(reduction)) {
      throw new TfwasmError('E_INPUT', `unknown reduction '${reduction}': expected one of ${REDUCTIONS.join(', ')}`);
    }
    this.reduction = reduction;
  }

  /** One value per sample, or per element of another leading part of the shape of yPred. */
  abstract call(yTrue: Tensor, yPred: Tensor): Tensor;

  /** Like call(), with a mask of values that count. */
  protected valuesOf(yTrue: Tensor, yPred: Tensor): LossValues {
    return { values: this.call(yTrue, yPred) };
  }

  /**
   * The loss of a batch: a scalar, unless the reduction is 'none'.
   *
   * @param sampleWeight By which values are multiplied: of their shape, or of its leading part, such as [batch].
   * @param mask Which values count, likewise.
   * @throws E_SHAPE if shapes do not fit, E_DTYPE for strings.
   */
  apply(
    yTrue: Tensor | TensorLike,
    yPred: Tensor | TensorLike,
    sampleWeight?: Tensor | TensorLike | null,
    mask?: Tensor | TensorLike | null,
  ): Tensor {
    const body = () => {
      const found = this.valuesOf(arg(yTrue, 'yTrue', 'numeric'), arg(yPred, 'yPred', 'numeric'));
      const weights =
        sampleWeight === undefined || sampleWeight === null ? undefined : arg(sampleWeight, 'sampleWeight');
      const given = mask === undefined || mask === null ? undefined : cast(cast(mask, 'bool'), 'float32');
      const masks = given && found.mask ? mul(given, found.mask) : (given ?? found.mask);
      const handles = [found.values, weights, masks].map((tensor) => tensor?.storage.handle() ?? 0);
      return tensorOfHandle(callTrainingCore((core) => core.reduceLoss(this.reduction, handles)));
    };
    return runInScope(body, (result) => [result], []);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), name: this.name, reduction: this.reduction };
  }
}

class CoreLoss extends Loss {
  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    const { values, mask } = this.valuesOf(yTrue, yPred);
    mask?.dispose();
    return values;
  }

  protected override valuesOf(yTrue: Tensor, yPred: Tensor): LossValues {
    const [truth, prediction] = [yTrue.storage.handle(), yPred.storage.handle()];
    const [values, mask] = callTrainingCore((core) => core.lossValues(this.json, truth, prediction)) as [
      number,
      number,
    ];
    return { values: tensorOfHandle(values), mask: mask === 0 ? undefined : tensorOfHandle(mask) };
  }
}

/** A function that the user has passed. */
class FunctionLoss extends Loss {
  readonly #f: LossFunction;

  constructor(f: LossFunction) {
    super({ name: f.name || 'loss' });
    this.#f = f;
  }

  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    const values = callUser(this.#f, yTrue, yPred);
    if (values instanceof Tensor) return values;
    throw new TfwasmError('E_INPUT', `the loss '${this.name}' must return a tensor`);
  }
}

/**
 * A loss: itself, or that of a name, description or function.
 *
 * @throws E_LAYER for unknown names.
 */
export function getLoss(identifier: LossIdentifier): Loss {
  if (identifier instanceof Loss) return identifier;
  if (typeof identifier === 'function') return new FunctionLoss(identifier);
  const described = readDescription(identifier, 'loss');
  const custom = makeRegistered<Loss>(described);
  if (custom) return custom;
  const className = callTrainingCore((core) => core.lossClass(described.className));
  const { name, reduction, ...config } = toCamelConfig(described.config) as LossArgs & Config;
  const given = typeof identifier === 'string' ? identifier : undefined;
  return new CoreLoss({ name: name ?? given, reduction }, { className, config });
}
