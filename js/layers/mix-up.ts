// SPDX-License-Identifier: Apache-2.0
// MixUp: each image becomes a mean of itself and another one of the batch, with weights of a beta distribution. Zhang et
// al., "mixup: Beyond Empirical Risk Minimization", 2018. As in Keras, labels that the layer does not get stay as they are.
import { TfwasmError } from '../core/errors.js';
import { add, clipByValue, div, maximum, mul, pow, sub } from '../ops/arithmetic.js';
import { gather, topk } from '../ops/gather.js';
import { split } from '../ops/join.js';
import { greater, less, logicalAnd, where } from '../ops/logical.js';
import { reshape } from '../ops/shape.js';
import { erf, log, square } from '../ops/unary.js';
import { zeros } from '../tensor/factories.js';
import type { Tensor } from '../tensor/tensor.js';
import { Augmentation } from './augmentation.js';
import { BuiltInLayer } from './built-in-layer.js';
import type { Config } from './config.js';
import { currentExecution } from './execution.js';
import { type Kwargs, type OneOrMore, oneOrMore, toList } from './topology.js';

/** How often a value is drawn: all are refused once in a million. */
const DRAWS = 4;
const TINY = 1e-30;

export class MixUp extends Augmentation {
  readonly #alpha: number;
  /** Where random numbers come from: with a seed, their order repeats. */
  readonly #noise: BuiltInLayer;

  constructor(config: Config) {
    super('MixUp', config);
    const { alpha = 0.2, seed = null } = config;
    if (typeof alpha !== 'number' || !(alpha > 0)) {
      throw new TfwasmError('E_LAYER', `${this.name}: alpha must be a positive number`);
    }
    this.#alpha = alpha;
    this.#noise = new BuiltInLayer('GaussianNoise', { name: `${this.name}/noise`, stddev: 1, seed }, 3);
  }

  override call(inputs: OneOrMore<Tensor>, { training = currentExecution()?.training ?? true }: Kwargs) {
    return training ? oneOrMore(toList(inputs).map((x) => this.#mix(x))) : inputs;
  }

  #mix(x: Tensor): Tensor {
    const count = x.shape[0] as number;
    const [a, b] = split(this.#gamma([2 * count]), 2) as [Tensor, Tensor];
    const weights = reshape(div(a, maximum(add(a, b), TINY)), [count, ...x.shape.slice(1).map(() => 1)]);
    const others = gather(x, topk(this.#uniform([count]), count).indices);
    return add(mul(weights, x), mul(sub(1, weights), others));
  }

  #normal(shape: number[]): Tensor {
    return this.#noise.call(zeros(shape), { training: true }) as Tensor;
  }

  /** In (0, 1]. */
  #uniform(shape: number[]): Tensor {
    return clipByValue(mul(add(erf(div(this.#normal(shape), Math.SQRT2)), 1), 0.5), 1e-7, 1);
  }

  /** Values of the gamma distribution. Marsaglia and Tsang, 2000, for alpha + 1, brought to alpha. */
  #gamma(shape: number[]): Tensor {
    const d = this.#alpha + 2 / 3;
    const c = 1 / Math.sqrt(9 * d);
    let value: Tensor | undefined;
    for (let i = 0; i < DRAWS; ++i) {
      const x = this.#normal(shape);
      const v = pow(maximum(add(mul(x, c), 1), 0), 3);
      const bound = add(mul(square(x), 0.5), mul(add(sub(1, v), log(maximum(v, TINY))), d));
      const isFit = logicalAnd(greater(v, 0), less(log(this.#uniform(shape)), bound));
      value = value ? where(isFit, v, value) : v;
    }
    return mul(mul(value as Tensor, d), pow(this.#uniform(shape), 1 / this.#alpha));
  }
}
