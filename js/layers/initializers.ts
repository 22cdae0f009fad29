// SPDX-License-Identifier: Apache-2.0
// The first values of weights: `tf.initializers`. The formulas are in src/layers/initializers.cc.
import { type DataType, dtypeNumber } from '../tensor/dtype.js';
import { type Tensor, tensorOfHandle } from '../tensor/tensor.js';
import { callTrainingCore } from '../autodiff/core.js';
import { Configured, makeRegistered, readDescription } from './configured.js';
import type { Config } from './config.js';

/** Gives weights their first values. Custom ones extend it. */
export abstract class Initializer extends Configured {
  abstract apply(shape: number[], dtype?: DataType): Tensor;
}

/** Options of initializers. Each takes those that Keras documents for it. */
export interface InitializerConfig extends Config {
  seed?: number;
}

class CoreInitializer extends Initializer {
  override apply(shape: number[], dtype: DataType = 'float32'): Tensor {
    const seed = Math.floor(Math.random() * 2 ** 52);
    return tensorOfHandle(
      callTrainingCore((core) => core.initializeWeight(this.json, 2, dtypeNumber(dtype), [...shape], seed)),
    );
  }
}

/** An initializer: itself, or that of a name or description. */
export function getInitializer(value: unknown): Initializer {
  if (value instanceof Initializer) return value;
  const described = readDescription(value, 'initializer');
  return makeRegistered<Initializer>(described) ?? new CoreInitializer(described);
}

const factory =
  (className: string) =>
  (config: InitializerConfig = {}): Initializer =>
    new CoreInitializer({ className, config });

export const zeros = factory('Zeros');
export const ones = factory('Ones');
/** `{value}` */
export const constant = factory('Constant');
/** `{minval, maxval}` */
export const randomUniform = factory('RandomUniform');
/** `{mean, stddev}` */
export const randomNormal = factory('RandomNormal');
/** Values beyond two standard deviations are drawn again. `{mean, stddev}` */
export const truncatedNormal = factory('TruncatedNormal');
/** `{gain}` */
export const identity = factory('Identity');
/** `{scale, mode, distribution}` */
export const varianceScaling = factory('VarianceScaling');
export const glorotUniform = factory('GlorotUniform');
export const glorotNormal = factory('GlorotNormal');
export const heNormal = factory('HeNormal');
export const heUniform = factory('HeUniform');
export const leCunNormal = factory('LeCunNormal');
export const leCunUniform = factory('LeCunUniform');
/** `{gain}` */
export const orthogonal = factory('Orthogonal');
