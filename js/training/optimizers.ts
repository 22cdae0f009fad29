// SPDX-License-Identifier: Apache-2.0
// The optimizers. Their formulas are in src/training/.
import { check, TfwasmError } from '../core/errors.js';
import { type LearningRateSchedule, Optimizer, type OptimizerOptions, type UpdateRule } from './optimizer.js';

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
}

/** Gradient descent with momentum. */
export class MomentumOptimizer extends SGDOptimizer {
  static override readonly className: string = 'Momentum';
  static override readonly configKeys: readonly string[] = ['learningRate', 'momentum', 'useNesterov'];

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
}

/** Adagrad. The initial accumulators are `initialAccumulatorValue`. */
export class AdagradOptimizer extends Optimizer {
  static override readonly className = 'Adagrad';
  static override readonly configKeys: readonly string[] = ['learningRate', 'initialAccumulatorValue'];

  constructor(
    learningRate: LearningRate,
    protected readonly initialAccumulatorValue = 0.1,
    options?: OptimizerOptions,
  ) {
    super(learningRate, { name: 'Adagrad', slots: ['accumulator'], initial: initialAccumulatorValue }, options);
  }

  protected hyperparameters(): number[] {
    return [this.learningRate, EPSILON];
  }
}

/** Adadelta. */
export class AdadeltaOptimizer extends Optimizer {
  static override readonly className = 'Adadelta';
  static override readonly configKeys: readonly string[] = ['learningRate', 'rho', 'epsilon'];
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
}

/** RMSProp. */
export class RMSPropOptimizer extends Optimizer {
  static override readonly className = 'RMSProp';
  static override readonly configKeys: readonly string[] = ['learningRate', 'decay', 'momentum', 'epsilon', 'centered'];
  private readonly epsilon: number;

  constructor(
    learningRate: LearningRate,
    private readonly decay = 0.9,
    private readonly momentum = 0,
    epsilon: number | null = null,
    protected readonly centered = false,
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
}

/** The hyperparameters of Adam and its kin. */
abstract class BetaOptimizer extends Optimizer {
  static override readonly configKeys: readonly string[] = ['learningRate', 'beta1', 'beta2', 'epsilon'];
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
}

/** Options of Adam and AdamW. */
export interface AdamOptions extends OptimizerOptions {
  /** Uses the largest second moment so far. */
  amsgrad?: boolean;
}

/** Adam. Kingma and Ba, 2015. */
export class AdamOptimizer extends BetaOptimizer {
  static override readonly className: string = 'Adam';
  private readonly amsgrad: boolean;

  constructor(
    learningRate: LearningRate,
    beta1: number,
    beta2: number,
    epsilon: number | null = null,
    { amsgrad = false, ...options }: AdamOptions = {},
  ) {
    const [rule, slots] = amsgrad ? ['AMSGrad', ['m', 'v', 'vhat']] : ['Adam', ['m', 'v']];
    super(learningRate, beta1, beta2, epsilon, rule as string, slots as string[], options);
    this.amsgrad = amsgrad;
  }

  override getConfig(): Record<string, unknown> {
    const { options, ...config } = super.getConfig();
    const all = { ...(options as AdamOptions), ...(this.amsgrad && { amsgrad: true }) };
    return Object.keys(all).length > 0 ? { ...config, options: all } : config;
  }
}

/** Adam with decoupled weight decay. Loshchilov and Hutter, 2019. */
export class AdamWOptimizer extends AdamOptimizer {
  static override readonly className = 'AdamW';
  static override readonly configKeys: readonly string[] = ['learningRate', 'weightDecay', 'beta1', 'beta2', 'epsilon'];

  constructor(
    learningRate: LearningRate,
    protected readonly weightDecay = 0.004,
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon: number | null = null,
    options: AdamOptions = {},
  ) {
    super(learningRate, beta1, beta2, epsilon, { ...options, weightDecay });
  }
}

/** Adam with the maximum norm. The learning rate is divided by 1 + decay * steps. */
export class AdamaxOptimizer extends BetaOptimizer {
  static override readonly className = 'Adamax';
  static override readonly configKeys: readonly string[] = ['learningRate', 'beta1', 'beta2', 'epsilon', 'decay'];

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
    if (this.#productSteps > this.updates) {
      this.#productSteps = 0;
      this.#product = 1;
    }
    while (this.#productSteps < this.updates) {
      this.#product *= this.beta1 * (1 - 0.5 * 0.96 ** ++this.#productSteps);
    }
    return this.#product;
  }

  protected override hyperparameters(): number[] {
    return [...super.hyperparameters(), this.#momentumProduct()];
  }
}

/** Lion: steps by the sign of the momentum. Chen et al., 2023. */
export class LionOptimizer extends Optimizer {
  static override readonly className = 'Lion';
  static override readonly configKeys: readonly string[] = ['learningRate', 'beta1', 'beta2'];

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
}

/** An optimizer with so many parameters that they are an object. */
abstract class ConfigOptimizer<C extends object> extends Optimizer {
  static override readonly configKeys: readonly string[] = ['learningRate', 'config'];
  protected readonly config: Required<C>;

  constructor(
    learningRate: LearningRate,
    rule: UpdateRule,
    defaults: Required<C>,
    config: C,
    options: OptimizerOptions | undefined,
  ) {
    super(learningRate, rule, options);
    // Only what is known: files have other keys beside.
    const given = Object.entries(config).filter(([key, value]) => Object.hasOwn(defaults, key) && value != null);
    this.config = { ...defaults, ...Object.fromEntries(given) };
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
export class FtrlOptimizer extends ConfigOptimizer<FtrlConfig> {
  static override readonly className = 'Ftrl';

  constructor(learningRate: LearningRate, config: FtrlConfig = {}, options?: OptimizerOptions) {
    const initial = config.initialAccumulatorValue ?? 0.1;
    const rule = { name: 'Ftrl', slots: ['accumulator', 'linear'], initial };
    const rest = { l1: 0, l2: 0, l2Shrinkage: 0, beta: 0 };
    super(learningRate, rule, { learningRatePower: -0.5, initialAccumulatorValue: initial, ...rest }, config, options);
  }

  protected hyperparameters(): number[] {
    const { learningRatePower, l1, l2, l2Shrinkage, beta } = this.config;
    return [this.learningRate, learningRatePower, l1, l2, l2Shrinkage, beta];
  }
}

/** Lamb: Adam with steps in proportion to the norm of the variable. You et al., 2020. */
export class LambOptimizer extends BetaOptimizer {
  static override readonly className = 'Lamb';

  constructor(
    learningRate: LearningRate,
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon: number | null = null,
    options?: OptimizerOptions,
  ) {
    super(learningRate, beta1, beta2, epsilon, 'Lamb', ['m', 'v'], options);
  }
}

/** The parameters of Adafactor. */
export interface AdafactorConfig {
  beta2Decay?: number;
  epsilon1?: number;
  epsilon2?: number;
  clipThreshold?: number;
  /** Kept for files: the learning rate is at most `1 / sqrt(step)` in any case, as in Keras. */
  relativeStep?: boolean;
}

/** Adafactor: for matrices, means of squares of rows and columns only. Shazeer and Stern, 2018. */
export class AdafactorOptimizer extends ConfigOptimizer<AdafactorConfig> {
  static override readonly className = 'Adafactor';

  constructor(learningRate: LearningRate, config: AdafactorConfig = {}, options?: OptimizerOptions) {
    const defaults = { beta2Decay: -0.8, epsilon1: 1e-30, epsilon2: 1e-3, clipThreshold: 1, relativeStep: true };
    super(learningRate, { name: 'Adafactor', slots: ['r', 'c', 'v'] }, defaults, config, options);
  }

  override slotShape(slot: string, { shape }: { shape: readonly number[] }): readonly number[] {
    if (slot !== 'r' && slot !== 'c') return shape;
    const last = shape.length - 1;
    return last < 1 ? [] : shape.filter((_, axis) => axis !== (slot === 'r' ? last : last - 1));
  }

  protected hyperparameters(): number[] {
    const { beta2Decay, epsilon1, epsilon2, clipThreshold } = this.config;
    return [this.learningRate, beta2Decay, epsilon1, epsilon2, clipThreshold];
  }
}

const isPlainText = (text: unknown) => typeof text === 'string' && !/[\\^$*+?()[\]{}|]/.test(text);

/** The parameters of Muon. */
export interface MuonConfig {
  weightDecay?: number;
  momentum?: number;
  nesterov?: boolean;
  /** Coefficients of the polynomial that makes a matrix orthogonal, and how often it is applied. */
  muonA?: number;
  muonB?: number;
  muonC?: number;
  nsSteps?: number;
  rmsRate?: number;
  /** Of the variables that are updated by AdamW: the factor of their learning rate, and the parameters of AdamW. */
  adamLrRatio?: number;
  adamWeightDecay?: number;
  adamBeta1?: number;
  adamBeta2?: number;
  epsilon?: number;
  /** Whether AdamW updates variables with `embedding` in their names. */
  excludeEmbeddings?: boolean;
  /** AdamW updates variables with one of these texts in their names. */
  excludeLayers?: readonly string[];
}

/** Muon: orthogonal momentum for matrices, AdamW for other variables. Jordan et al., 2024. */
export class MuonOptimizer extends ConfigOptimizer<MuonConfig> {
  static override readonly className = 'Muon';

  /** @throws E_INPUT for more than 100 `nsSteps`, or `excludeLayers` that are no plain texts. */
  constructor(learningRate: LearningRate, config: MuonConfig = {}, options?: OptimizerOptions) {
    const defaults = {
      ...{ weightDecay: 0.004, momentum: 0.95, nesterov: true, muonA: 3.4445, muonB: -4.775, muonC: 2.0315 },
      ...{ nsSteps: 5, rmsRate: 0.2, adamLrRatio: 1, adamWeightDecay: 0.004, adamBeta1: 0.9, adamBeta2: 0.999 },
      ...{ epsilon: EPSILON, excludeEmbeddings: true, excludeLayers: [] },
    };
    super(learningRate, { name: 'Muon', slots: ['momentum', 'velocity'] }, defaults, config, options);
    const { nsSteps, excludeLayers } = this.config;
    const isCount = Number.isInteger(nsSteps) && nsSteps >= 0 && nsSteps <= 100;
    check(isCount, () => `nsSteps of Muon must be an integer from 0 to 100, got ${nsSteps}`);
    const areTexts = Array.isArray(excludeLayers) && excludeLayers.every(isPlainText);
    check(areTexts, 'excludeLayers of Muon must be texts; regular expressions are not supported');
  }

  /** A matrix that Muon updates has no second moment: an empty slot. */
  override slotShape(slot: string, { name, shape }: { name: string; shape: readonly number[] }): readonly number[] {
    const { excludeEmbeddings, excludeLayers } = this.config;
    const isExcluded =
      (excludeEmbeddings && /embedding/i.test(name)) || excludeLayers.some((text) => name.includes(text));
    return slot === 'velocity' && shape.length === 2 && !isExcluded ? [0] : shape;
  }

  protected hyperparameters(): number[] {
    const c = this.config;
    return [
      ...[this.learningRate, c.weightDecay, c.momentum, Number(c.nesterov), c.muonA, c.muonB, c.muonC, c.nsSteps],
      ...[c.rmsRate, c.adamLrRatio, c.adamWeightDecay, c.adamBeta1, c.adamBeta2, c.epsilon],
    ];
  }
}
