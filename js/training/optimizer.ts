// SPDX-License-Identifier: Apache-2.0
// The base of all optimizers: variables, their state, and saving it. The update rules are in src/training/.
import { TfwasmError } from '../core/errors.js';
import { fill, scalar, tensor } from '../tensor/factories.js';
import { dispose } from '../tensor/memory.js';
import { isRecording, recordUpdate } from '../tensor/profile-recorder.js';
import { type Scalar, type Tensor, tensorsOfHandles } from '../tensor/tensor.js';
import { usedVariables, Variable } from '../tensor/variable.js';
import { callTrainingCore } from '../autodiff/core.js';
import { variableGrads } from '../autodiff/gradients.js';

/** A tensor with a name: a gradient, by the name of its variable, or a part of an optimizer's state. */
export interface NamedTensor {
  name: string;
  tensor: Tensor;
}

/** Gradients by the names of their variables. */
export type NamedVariableMap = Record<string, Tensor>;

/** A learning rate that depends on the number of steps taken before. */
export type LearningRateSchedule = (step: number) => number;

/** Options that every optimizer takes. At most one of the clip options. */
export interface OptimizerOptions {
  /** Every step also subtracts `learningRate * weightDecay * variable`. */
  weightDecay?: number;
  /** The largest norm of the gradient of each variable. */
  clipNorm?: number;
  /** The largest absolute value of an element of a gradient. */
  clipValue?: number;
  /** The largest norm of all gradients together. */
  globalClipNorm?: number;
  /**
   * Variables change in every n-th step only, by the mean of n gradients, as if batches were n times as large. Schedules
   * and `iterations` count all steps.
   */
  gradientAccumulationSteps?: number;
  /**
   * Keeps an exponential moving average of each variable: `average = emaMomentum * average + (1 - emaMomentum) * w`
   * after each step. Variables become their averages every `emaOverwriteFrequency` steps, at the end of `fit`, and with
   * `finalizeVariables()`.
   */
  useEma?: boolean;
  /** By default 0.99. */
  emaMomentum?: number;
  /** By default never. */
  emaOverwriteFrequency?: number;
}

/** The state of one variable: a tensor for each slot of the update rule. */
interface VariableState {
  name: string;
  /** Undefined for loaded state until the first step. */
  variable: Variable | undefined;
  slots: Variable[];
}

/** How an update rule of the core is called. */
export interface UpdateRule {
  /** Its name in the core. */
  name: string;
  /** The names of its slots, which follow the variable's name and a slash in getWeights(). */
  slots: readonly string[];
  /** The initial value of the first slot; the others are 0 at first. */
  initial?: number;
}

const AT_LEAST_0 = 'a number of at least 0';
const POSITIVE_INTEGER = 'a positive integer';

/** What the options must be. */
const OPTIONS: Readonly<Record<keyof OptimizerOptions, string>> = {
  weightDecay: AT_LEAST_0,
  clipNorm: AT_LEAST_0,
  clipValue: AT_LEAST_0,
  globalClipNorm: AT_LEAST_0,
  gradientAccumulationSteps: POSITIVE_INTEGER,
  useEma: 'a boolean',
  emaMomentum: 'a number from 0 to 1',
  emaOverwriteFrequency: POSITIVE_INTEGER,
};

function isOption(value: unknown, kind: string): boolean {
  if (kind === 'a boolean') return typeof value === 'boolean';
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return false;
  if (kind === POSITIVE_INTEGER) return Number.isInteger(value) && value > 0;
  return kind === AT_LEAST_0 || value <= 1;
}

function checkOptions(options: OptimizerOptions): void {
  const clips = [options.clipNorm, options.clipValue, options.globalClipNorm].filter((limit) => limit !== undefined);
  if (clips.length > 1) {
    throw new TfwasmError('E_INPUT', 'an optimizer takes one of clipNorm, clipValue and globalClipNorm only');
  }
  for (const [name, value] of Object.entries(options)) {
    const kind = Object.hasOwn(OPTIONS, name) && OPTIONS[name as keyof OptimizerOptions];
    if (!kind) {
      const names = Object.keys(OPTIONS).join(', ');
      throw new TfwasmError('E_INPUT', `an optimizer has no option '${name}'; it has ${names}`);
    }
    if (value === undefined || isOption(value, kind)) continue;
    throw new TfwasmError('E_INPUT', `the option ${name} of an optimizer must be ${kind}, got ${value}`);
  }
}

/** Changes variables so that a loss gets smaller. `tf.train` makes optimizers. */
export abstract class Optimizer {
  /** The name under which an optimizer is saved. */
  static readonly className: string = 'Optimizer';
  /** The names of the constructor's arguments before the options. Properties have the same names. */
  static readonly configKeys: readonly string[] = ['learningRate'];

  /** May be changed at any step. */
  learningRate: number;
  /** Overrides learningRate. */
  schedule: LearningRateSchedule | undefined;
  protected readonly rule: UpdateRule;
  /** @internal The names of the slots: those of the rule, and those that the options need. */
  readonly slots: readonly string[];
  readonly #options: OptimizerOptions;
  #states: VariableState[] = [];
  #iterations = 0;

  constructor(learningRate: number | LearningRateSchedule, rule: UpdateRule, options: OptimizerOptions = {}) {
    checkOptions(options);
    this.schedule = typeof learningRate === 'function' ? learningRate : undefined;
    this.learningRate = typeof learningRate === 'function' ? learningRate(0) : learningRate;
    this.rule = rule;
    this.#options = options;
    this.slots = [
      ...rule.slots,
      ...(this.#accumulatedSteps > 1 ? ['gradient_accumulator'] : []),
      ...(options.useEma ? ['average'] : []),
    ];
  }

  /** The hyperparameters of the update rule, in its order; the learning rate is the first. */
  protected abstract hyperparameters(): number[];

  /** The arguments of the constructor by name, to be saved; `options` only if there are any. */
  getConfig(): Record<string, unknown> {
    const { configKeys } = this.constructor as typeof Optimizer;
    const config = Object.fromEntries(configKeys.map((key) => [key, (this as Record<string, unknown>)[key]]));
    return Object.keys(this.#options).length > 0 ? { ...config, options: { ...this.#options } } : config;
  }

  /** Makes an optimizer of the class `cls` from what its getConfig() returned. */
  static fromConfig(cls: unknown, config: Record<string, unknown>): Optimizer {
    const Class = cls as { new (...args: unknown[]): Optimizer; configKeys: readonly string[] };
    const { options } = config;
    return new Class(...Class.configKeys.map((key) => config[key]), options);
  }

  getClassName(): string {
    return (this.constructor as typeof Optimizer).className;
  }

  /** The number of steps taken. */
  get iterations(): number {
    return this.#iterations;
  }

  get #accumulatedSteps(): number {
    return this.#options.gradientAccumulationSteps ?? 1;
  }

  /** The number of times that variables have been updated. */
  protected get updates(): number {
    return Math.floor(this.#iterations / this.#accumulatedSteps);
  }

  /**
   * Takes one step to make a loss smaller.
   *
   * ```js
   * const weight = tf.scalar(0).variable();
   * const optimizer = tf.train.sgd(0.1);
   * for (let i = 0; i < 100; ++i) optimizer.minimize(() => weight.sub(3).square());
   * ```
   *
   * @param f Computes the loss, a scalar, from variables.
   * @param returnCost Whether to return the loss.
   * @param varList The variables to change; by default all that are trainable.
   * @throws As tf.variableGrads.
   */
  minimize(f: () => Scalar, returnCost = false, varList?: Variable[] | null): Scalar | null {
    const { value, grads } = this.computeGradients(f, varList);
    try {
      this.applyGradients(grads);
    } catch (error) {
      value.dispose();
      throw error;
    } finally {
      dispose(grads);
    }
    if (returnCost) return value as Scalar;
    value.dispose();
    return null;
  }

  /** The loss and its gradients in variables: tf.variableGrads. */
  computeGradients(f: () => Scalar, varList?: Variable[] | null): { value: Scalar; grads: NamedVariableMap } {
    const { value, grads } = variableGrads(f, varList);
    return { value: value as Scalar, grads };
  }

  /**
   * Changes variables by their gradients, which are not disposed.
   *
   * @param gradients By the names of the variables. Null for variables to be left out.
   * @throws E_INPUT if there is no variable of a name, E_DTYPE or E_SHAPE if a gradient does not fit its variable.
   */
  applyGradients(gradients: NamedVariableMap | NamedTensor[]): void {
    const list = Array.isArray(gradients)
      ? gradients
      : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
    const all = usedVariables();
    const variables: Variable[] = [];
    const states: VariableState[] = [];
    const tensors: Tensor[] = [];
    for (const { name, tensor } of list) {
      const variable = all[name];
      if (!variable) throw new TfwasmError('E_INPUT', `there is no variable '${name}'`);
      const state = this.#stateOf(variable);
      // Null for a variable that is not trainable.
      if (!tensor) continue;
      variables.push(variable);
      states.push(state);
      tensors.push(tensor);
    }
    this.#update(variables, states, tensors);
    this.#iterations += 1;
  }

  /** The numbers of the next step in the order of the core. */
  #nextNumbers(): number[] {
    if (this.schedule) this.learningRate = this.schedule(this.#iterations);
    const hyperparameters = this.hyperparameters();
    if (!hyperparameters.every((value) => typeof value === 'number')) {
      const config = JSON.stringify(this.getConfig());
      throw new TfwasmError('E_INPUT', `the hyperparameters of ${this.getClassName()} must be numbers, got ${config}`);
    }
    const { emaMomentum = 0.99, emaOverwriteFrequency } = this.#options;
    const step = this.updates + 1;
    const isUpdate = (this.#iterations + 1) % this.#accumulatedSteps === 0;
    const isOverwrite = emaOverwriteFrequency !== undefined && step % emaOverwriteFrequency === 0;
    // Averages begin with the values after the first step.
    return [step, Number(isUpdate), step === 1 ? 0 : emaMomentum, Number(isOverwrite), ...hyperparameters];
  }

  /** The options in the order of the core. */
  get #optionList(): number[] {
    const { weightDecay = 0, clipNorm = 0, clipValue = 0, globalClipNorm = 0, useEma } = this.#options;
    return [weightDecay, clipNorm, clipValue, globalClipNorm, this.#accumulatedSteps, Number(useEma === true)];
  }

  /** @internal Changes when the slots are replaced. */
  generation = 0;

  /** @internal The shape of a slot of a variable, or of a weight. */
  slotShape(_slot: string, { shape }: { name: string; shape: readonly number[] }): readonly number[] {
    return shape;
  }

  /** @internal The slots of variables, those of the first variable first. */
  slotsOf(variables: readonly Variable[]): Variable[] {
    return variables.flatMap((variable) => this.#stateOf(variable).slots);
  }

  /** @internal Captures a step: the new values of the variables, then of their slots. */
  captureStep(
    variables: readonly Tensor[],
    slots: readonly Tensor[],
    gradients: readonly Tensor[],
    numbers: Tensor,
  ): Tensor[] {
    const [variableHandles, slotHandles, gradientHandles] = [variables, slots, gradients].map((list) =>
      list.map(handleOf),
    ) as [number[], number[], number[]];
    const { name } = this.rule;
    return tensorsOfHandles(
      callTrainingCore((core) =>
        core.captureOptimizer(name, this.#optionList, variableHandles, slotHandles, gradientHandles, handleOf(numbers)),
      ),
    );
  }

  /** @internal How many numbers a step takes. */
  get numNumbers(): number {
    return 4 + this.hyperparameters().length;
  }

  /** @internal The numbers of the next step, float32 [2, n], and counts it. */
  nextStep(): Tensor {
    const numbers = this.#nextNumbers();
    const rounded = numbers.map(Math.fround);
    const rest = numbers.map((value, i) => value - (rounded[i] as number));
    const result = tensor([...rounded, ...rest], [2, numbers.length]);
    this.#iterations += 1;
    return result;
  }

  /** @internal Forgets the last step, which has failed. */
  undoStep(): void {
    this.#iterations -= 1;
  }

  #update(variables: readonly Variable[], states: readonly VariableState[], gradients: readonly Tensor[]): void {
    const numbers = this.#nextNumbers();
    const start = performance.now();
    callTrainingCore((core) =>
      core.applyOptimizer(
        this.rule.name,
        numbers,
        this.#optionList,
        variables.map(handleOf),
        states.flatMap(({ slots }) => slots.map(handleOf)),
        gradients.map(handleOf),
      ),
    );
    if (isRecording()) recordUpdate(this.getClassName(), performance.now() - start, gradients, variables);
  }

  /** The state of a variable: known, loaded, or new. Loaded state is claimed in its order. */
  #stateOf(variable: Variable): VariableState {
    const known = this.#states.find((state) => state.variable === variable);
    if (known) return known;
    const loaded = this.#states.find((state) => state.variable === undefined);
    if (loaded) {
      loaded.variable = variable;
      return loaded;
    }
    const slots = this.slots.map((slot, i) => {
      const initial = i === 0 ? (this.rule.initial ?? 0) : 0;
      return slotOf(fill([...this.slotShape(slot, variable)], initial));
    });
    const state = { name: variable.name, variable, slots };
    this.#states.push(state);
    return state;
  }

  /**
   * The state, to be saved: the number of steps as `iter`, then the first slot of all variables, then the second, and
   * so on. The tensors belong to the optimizer, except the first.
   */
  async getWeights(): Promise<NamedTensor[]> {
    const weights: NamedTensor[] = [{ name: 'iter', tensor: scalar(this.#iterations, 'int32') }];
    this.slots.forEach((slot, i) => {
      for (const { name, slots } of this.#states)
        weights.push({ name: `${name}/${slot}`, tensor: slots[i] as Variable });
    });
    return weights;
  }

  /**
   * Continues from saved state, for variables in the same order. The tensors are not disposed.
   *
   * @param weights What getWeights() returned.
   * @throws E_INPUT if their number does not fit this optimizer.
   */
  async setWeights(weights: NamedTensor[]): Promise<void> {
    const [iterations, ...rest] = weights;
    const count = this.slots.length === 0 ? 0 : rest.length / this.slots.length;
    if (!iterations || !Number.isInteger(count) || (count === 0 && rest.length > 0)) {
      throw new TfwasmError(
        'E_INPUT',
        `the state of ${this.getClassName()} has ${this.slots.length} tensors a variable, got ${rest.length} in all`,
      );
    }
    const steps = Number((await iterations.tensor.data())[0]);
    const suffix = `/${this.slots[0]}`;
    const states = Array.from({ length: count }, (_, i): VariableState => {
      const parts = this.slots.map((_, slot) => rest[slot * count + i] as NamedTensor);
      const first = (parts[0] as NamedTensor).name;
      return {
        name: first.endsWith(suffix) ? first.slice(0, -suffix.length) : first,
        variable: undefined,
        slots: parts.map(({ tensor }) => new Variable(tensor, false)),
      };
    });
    this.dispose();
    this.#states = states;
    this.#iterations = steps;
  }

  /** With `useEma`: variables that have been trained become their averages. `fit` calls it at its end. */
  finalizeVariables(): void {
    if (!this.#options.useEma) return;
    for (const { variable, slots } of this.#states) variable?.assign(slots.at(-1) as Variable);
  }

  /** Frees the state. */
  dispose(): void {
    for (const { slots } of this.#states) dispose(slots);
    this.#states = [];
    this.generation += 1;
  }
}

const handleOf = (tensor: Tensor) => tensor.storage.handle();

/** A slot with the values of a new tensor, which is disposed. */
function slotOf(value: Tensor): Variable {
  try {
    return new Variable(value, false);
  } finally {
    value.dispose();
  }
}
