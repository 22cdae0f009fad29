// SPDX-License-Identifier: Apache-2.0
// The optimizers. Their formulas are in src/training/.
import { TfwasmError } from '../core/errors.js';
import { type LearningRateSchedule, Optimizer, type OptimizerOptions } from './optimizer.js';

/** The learning rate: a number, or a function of the number of steps taken before. */
type LearningRate = number | LearningRateSchedule;

const EPSILON = 1e-7;

/** Stochastic gradient descent. */
export class SGDOptimizer extends Optimizer {
  static override readonly className: string = 'SGD';

  constructor(learningRate: LearningRate, options?: OptimizerOptions, rule = { name: 'SGD', slots: [] as string[] }) {
    super(learningRate, rule, options);
  }

  setLearningRate(learningRate: number): void {
    this.schedule = undefined;
    this.learningRate = learningRate;
  }

  protected hyperparameters(): number[] {
    return [this.learningRate];
  }

  getConfig(): Record<string, unknown> {
    return { learningRate: this.learningRate };
  }

  static fromConfig(cls: typeof SGDOptimizer, config: Record<string, unknown>): Optimizer {
    const { learningRate } = config as { learningRate: number };
    return new cls(learningRate);
  }
}

/** Gradient descent with momentum. */
export class MomentumOptimizer extends SGDOptimizer {
  static override readonly className: string = 'Momentum';

  constructor(
    learningRate: LearningRate,
    private momentum: number,
    private readonly useNesterov = false,
    options?: OptimizerOptions,
  ) {
    super(learningRate, options, { name: 'Momentum', slots: ['momentum'] });
  }

  setMomentum(momentum: number): void {
    this.momentum = momentum;
  }

  protected override hyperparameters(): number[] {
    return [this.learningRate, this.momentum, this.useNesterov ? 1 : 0];
  }

  override getConfig(): Record<string, unknown> {
    return { learningRate: this.learningRate, momentum: this.momentum, useNesterov: this.useNesterov };
  }

  static override fromConfig(cls: unknown, config: Record<string, unknown>): Optimizer {
    const { learningRate, momentum, useNesterov } = config as { [name: string]: number };
    return new (cls as typeof MomentumOptimizer)(learningRate as number, momentum as number, Boolean(useNesterov));
  }
}

/** An optimizer whose constructor takes the values of its config, in order. */
abstract class ConfiguredOptimizer extends Optimizer {
  static fromConfig(cls: unknown, config: Record<string, unknown>): Optimizer {
    return new (cls as new (...args: unknown[]) => Optimizer)(...Object.values(config));
  }
}

/** Adagrad. The initial accumulators are `initialAccumulatorValue`. */
export class AdagradOptimizer extends ConfiguredOptimizer {
  static override readonly className = 'Adagrad';

  constructor(
    learningRate: LearningRate,
    private readonly initialAccumulatorValue = 0.1,
    options?: OptimizerOptions,
  ) {
    super(learningRate, { name: 'Adagrad', slots: ['accumulator'], initial: initialAccumulatorValue }, options);
  }

  protected hyperparameters(): number[] {
    return [this.learningRate, EPSILON];
  }

  getConfig(): Record<string, unknown> {
    return { learningRate: this.learningRate, initialAccumulatorValue: this.initialAccumulatorValue };
  }
}

/** Adadelta. */
export class AdadeltaOptimizer extends ConfiguredOptimizer {
  static override readonly className = 'Adadelta';
  private readonly epsilon: number;

  constructor(
    learningRate: LearningRate,
    private readonly rho: number,
    epsilon: number | null = null,
    options?: OptimizerOptions,
  ) {
    super(learningRate, { name: 'Adadelta', slots: ['accum_grad', 'accum_var'] }, options);
    this.epsilon = epsilon ?? EPSILON;
  }

  protected hyperparameters(): number[] {
    return [this.learningRate, this.rho, this.epsilon];
  }

  getConfig(): Record<string, unknown> {
    return { learningRate: this.learningRate, rho: this.rho, epsilon: this.epsilon };
  }
}

/** RMSProp. */
export class RMSPropOptimizer extends ConfiguredOptimizer {
  static override readonly className = 'RMSProp';
  private readonly epsilon: number;

  constructor(
    learningRate: LearningRate,
    private readonly decay = 0.9,
    private readonly momentum = 0,
    epsilon: number | null = null,
    private readonly centered = false,
    options?: OptimizerOptions,
  ) {
    if (learningRate === undefined || learningRate === null) {
      throw new TfwasmError('E_INPUT', 'learningRate for RMSPropOptimizer must be defined.');
    }
    const slots = centered ? ['rms', 'momentum', 'mg'] : ['rms', 'momentum'];
    super(learningRate, { name: centered ? 'CenteredRMSProp' : 'RMSProp', slots }, options);
    this.epsilon = epsilon ?? EPSILON;
  }

  protected hyperparameters(): number[] {
    return [this.learningRate, this.decay, this.momentum, this.epsilon];
  }

  getConfig(): Record<string, unknown> {
    const { learningRate, decay, momentum, epsilon, centered } = this;
    return { learningRate, decay, momentum, epsilon, centered };
  }
}

/** The hyperparameters of Adam and its kin. */
abstract class BetaOptimizer extends ConfiguredOptimizer {
  protected readonly epsilon: number;

  constructor(
    learningRate: LearningRate,
    protected readonly beta1: number,
    protected readonly beta2: number,
    epsilon: number | null | undefined,
    rule: string,
    slots: string[],
    options?: OptimizerOptions,
  ) {
    super(learningRate, { name: rule, slots }, options);
    this.epsilon = epsilon ?? EPSILON;
  }

  protected hyperparameters(): number[] {
    return [this.learningRate, this.beta1, this.beta2, this.epsilon];
  }

  getConfig(): Record<string, unknown> {
    const { learningRate, beta1, beta2, epsilon } = this;
    return { learningRate, beta1, beta2, epsilon };
  }
}

/** Options of Adam and AdamW. */
export interface AdamOptions extends OptimizerOptions {
  /** Uses the largest second moment so far. */
  amsgrad?: boolean;
}

function adamRule({ amsgrad = false }: AdamOptions): [string, string[]] {
  return amsgrad ? ['AMSGrad', ['m', 'v', 'vhat']] : ['Adam', ['m', 'v']];
}

/** Adam. Kingma and Ba, 2015. */
export class AdamOptimizer extends BetaOptimizer {
  static override readonly className: string = 'Adam';

  constructor(
    learningRate: LearningRate,
    beta1: number,
    beta2: number,
    epsilon: number | null = null,
    { amsgrad, ...options }: AdamOptions = {},
  ) {
    super(learningRate, beta1, beta2, epsilon, ...adamRule({ amsgrad: amsgrad ?? false }), options);
  }
}

/** Adam with decoupled weight decay. Loshchilov and Hutter, 2019. */
export class AdamWOptimizer extends AdamOptimizer {
  static override readonly className = 'AdamW';

  constructor(
    learningRate: LearningRate,
    private readonly weightDecay = 0.004,
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon: number | null = null,
    options: AdamOptions = {},
  ) {
    super(learningRate, beta1, beta2, epsilon, { ...options, weightDecay });
  }

  override getConfig(): Record<string, unknown> {
    const { learningRate, weightDecay, beta1, beta2, epsilon } = this;
    return { learningRate, weightDecay, beta1, beta2, epsilon };
  }
}

/** Adam with the maximum norm. The learning rate is divided by 1 + decay * steps. */
export class AdamaxOptimizer extends BetaOptimizer {
  static override readonly className = 'Adamax';

  constructor(
    learningRate: LearningRate,
    beta1: number,
    beta2: number,
    epsilon: number | null = null,
    private readonly decay = 0,
    options?: OptimizerOptions,
  ) {
    super(learningRate, beta1, beta2, epsilon, 'Adamax', ['m', 'v'], options);
  }

  protected override hyperparameters(): number[] {
    return [...super.hyperparameters(), this.decay];
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), decay: this.decay };
  }
}

/** Adam with Nesterov momentum. Dozat, 2016. */
export class NadamOptimizer extends BetaOptimizer {
  static override readonly className = 'Nadam';
  #product = 1;
  /** The number of steps in `#product`. */
  #productSteps = 0;

  constructor(
    learningRate: LearningRate,
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon: number | null = null,
    options?: OptimizerOptions,
  ) {
    super(learningRate, beta1, beta2, epsilon, 'Nadam', ['m', 'v'], options);
  }

  /** The product of the momentum schedule over the steps taken before. */
  #momentumProduct(): number {
    if (this.#productSteps > this.iterations) {
      this.#productSteps = 0;
      this.#product = 1;
    }
    while (this.#productSteps < this.iterations) {
      this.#product *= this.beta1 * (1 - 0.5 * 0.96 ** ++this.#productSteps);
    }
    return this.#product;
  }

  protected override hyperparameters(): number[] {
    return [...super.hyperparameters(), this.#momentumProduct()];
  }
}

/** Lion: steps by the sign of the momentum. Chen et al., 2023. */
export class LionOptimizer extends ConfiguredOptimizer {
  static override readonly className = 'Lion';

  constructor(
    learningRate: LearningRate,
    private readonly beta1 = 0.9,
    private readonly beta2 = 0.99,
    options?: OptimizerOptions,
  ) {
    super(learningRate, { name: 'Lion', slots: ['momentum'] }, options);
  }

  protected hyperparameters(): number[] {
    return [this.learningRate, this.beta1, this.beta2];
  }

  getConfig(): Record<string, unknown> {
    const { learningRate, beta1, beta2 } = this;
    return { learningRate, beta1, beta2 };
  }
}

/** The parameters of FTRL. */
export interface FtrlConfig {
  learningRatePower?: number;
  initialAccumulatorValue?: number;
  l1?: number;
  l2?: number;
  l2Shrinkage?: number;
  beta?: number;
}

/** Follow the regularized leader. McMahan et al., 2013. */
export class FtrlOptimizer extends ConfiguredOptimizer {
  static override readonly className = 'Ftrl';
  private readonly config: Required<FtrlConfig>;

  constructor(learningRate: LearningRate, config: FtrlConfig = {}, options?: OptimizerOptions) {
    const all = {
      learningRatePower: -0.5,
      initialAccumulatorValue: 0.1,
      l1: 0,
      l2: 0,
      l2Shrinkage: 0,
      beta: 0,
      ...config,
    };
    super(
      learningRate,
      { name: 'Ftrl', slots: ['accumulator', 'linear'], initial: all.initialAccumulatorValue },
      options,
    );
    this.config = all;
  }

  protected hyperparameters(): number[] {
    const { learningRatePower, l1, l2, l2Shrinkage, beta } = this.config;
    return [this.learningRate, learningRatePower, l1, l2, l2Shrinkage, beta];
  }

  getConfig(): Record<string, unknown> {
    return { learningRate: this.learningRate, config: this.config };
  }
}
