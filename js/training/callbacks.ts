// SPDX-License-Identifier: Apache-2.0
// Callbacks of training: objects or functions that are told of each epoch and batch.
import type { Container } from '../layers/container.js';

/** Values by name: `loss`, metrics, and those of the validation with the prefix `val_`. */
export type Logs = Record<string, number>;

/** What fit() was called with. */
export interface CallbackParams {
  epochs: number;
  initialEpoch: number;
  /** The number of examples; null if it is not known. */
  samples: number | null;
  /** The number of batches an epoch; null if it is not known. */
  steps: number | null;
  batchSize: number | null;
  verbose: number;
  doValidation: boolean;
  /** The names of what is logged. */
  metrics: string[];
}

/** What callbacks use of a model. */
export interface TrainedModel extends Container {
  /** Set it to end training after the batch or epoch. */
  stopTraining: boolean;
}

type Hook = (logs?: Logs) => void | Promise<void>;
type NumberedHook = (index: number, logs?: Logs) => void | Promise<void>;

/** Functions that are called during training. */
export interface CustomCallbackArgs {
  onTrainBegin?: Hook;
  onTrainEnd?: Hook;
  onEpochBegin?: NumberedHook;
  onEpochEnd?: NumberedHook;
  /** The logs are of the batch alone, and have `batch` and `size`, the number of its examples. */
  onBatchBegin?: NumberedHook;
  onBatchEnd?: NumberedHook;
  /** When other events of the page have been handled, see yieldEvery. */
  onYield?: (epoch: number, batch: number, logs: Logs) => void | Promise<void>;
  yieldEvery?: YieldEvery;
}

/**
 * When training lets the page handle other events: after each batch or epoch, never, after this many milliseconds, or
 * ('auto') after 16 milliseconds, so that the page stays responsive.
 */
export type YieldEvery = 'auto' | 'batch' | 'epoch' | 'never' | number;

/** The base of callbacks. All methods may be asynchronous. */
export abstract class BaseCallback {
  validationData: unknown = null;
  /** If onTrainBegin sets it, training begins with this epoch. */
  startEpoch: number | undefined;
  params: CallbackParams | undefined;
  /** @internal Whether steps whose loss is not finite are taken back. */
  readonly guardsSteps: boolean = false;
  /** @internal Where a loss came from that is not finite, for a callback that guards steps. */
  culprit: string | undefined;
  /** @internal */
  protected trained: TrainedModel | undefined;

  setParams(params: CallbackParams): void {
    this.params = params;
  }

  setModel(model: TrainedModel): void {
    this.trained = model;
  }

  async onTrainBegin(_logs?: Logs): Promise<void> {}
  async onTrainEnd(_logs?: Logs): Promise<void> {}
  async onEpochBegin(_epoch: number, _logs?: Logs): Promise<void> {}
  async onEpochEnd(_epoch: number, _logs?: Logs): Promise<void> {}
  async onBatchBegin(_batch: number, _logs?: Logs): Promise<void> {}
  async onBatchEnd(_batch: number, _logs?: Logs): Promise<void> {}
}

/**
 * A callback of training. Extend it:
 *
 * ```js
 * class Printer extends tf.Callback {
 *   async onEpochEnd(epoch, logs) {
 *     console.log(epoch, logs.loss);
 *   }
 * }
 * await model.fit(x, y, { callbacks: new Printer() });
 * ```
 */
export abstract class Callback extends BaseCallback {
  /** The model that is trained. */
  get model(): TrainedModel {
    return this.trained as TrainedModel;
  }
}

/** A callback made of functions. */
export class CustomCallback extends BaseCallback {
  readonly yieldEvery: YieldEvery | undefined;
  readonly onYield: CustomCallbackArgs['onYield'];

  constructor(args: CustomCallbackArgs, yieldEvery?: YieldEvery) {
    super();
    this.yieldEvery = args.yieldEvery ?? yieldEvery;
    this.onYield = args.onYield;
    for (const name of HOOKS) {
      const hook = args[name];
      // Only hooks that are there are called: calls at each batch would cost time.
      if (hook) Object.defineProperty(this, name, { value: async (...given: [never]) => hook(...given) });
    }
  }
}

const HOOKS = ['onTrainBegin', 'onTrainEnd', 'onEpochBegin', 'onEpochEnd', 'onBatchBegin', 'onBatchEnd'] as const;

/** What training has logged: the result of fit(). */
export class History extends BaseCallback {
  /** The numbers of the epochs. */
  epoch: number[] = [];
  /** By name: a value for each epoch. */
  history: Record<string, number[]> = {};

  override async onTrainBegin(): Promise<void> {
    this.epoch = [];
    this.history = {};
  }

  override async onEpochEnd(epoch: number, logs: Logs = {}): Promise<void> {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) {
      this.history[name] ??= [];
      this.history[name].push(value);
    }
  }

  /** As in TensorFlow.js, where values may be tensors. */
  async syncData(): Promise<void> {}
}

export type CallbackConstructor = new () => BaseCallback;

const registered = new Map<number, CallbackConstructor[]>();

/**
 * Has training use a callback of this class whenever `verbose` is at least `verbosityLevel`.
 *
 * ```js
 * tf.registerCallbackConstructor(1, MyProgressBar);
 * ```
 */
export function registerCallbackConstructor(verbosityLevel: number, cls: CallbackConstructor): void {
  const classes = registered.get(verbosityLevel) ?? [];
  if (!classes.includes(cls)) registered.set(verbosityLevel, [...classes, cls]);
}

/** What `callbacks` may be. */
export type Callbacks = BaseCallback | BaseCallback[] | CustomCallbackArgs | CustomCallbackArgs[];

type HookName = (typeof HOOKS)[number];

/** All callbacks of a training run. */
export class CallbackList {
  readonly callbacks: readonly BaseCallback[];

  constructor(given: Callbacks | undefined, verbose: number | undefined, yieldEvery?: YieldEvery, history?: History) {
    const list = given === undefined || given === null ? [] : Array.isArray(given) ? given : [given];
    const own = list.map((item) => (item instanceof BaseCallback ? item : new CustomCallback(item, yieldEvery)));
    const classes = [...registered].filter(([level]) => (verbose ?? 1) >= level).flatMap(([, cls]) => cls);
    this.callbacks = [...classes.map((Class) => new Class()), ...own, ...(history ? [history] : [])];
  }

  start(model: TrainedModel, params: CallbackParams): void {
    for (const callback of this.callbacks) {
      callback.setParams(params);
      callback.setModel(model);
    }
  }

  /** Whether a callback is told of this. */
  has(name: HookName): boolean {
    return this.callbacks.some((callback) => callback[name] !== BaseCallback.prototype[name]);
  }

  /** Calls a hook of all callbacks, one after the other. */
  async call(name: HookName, ...args: unknown[]): Promise<void> {
    for (const callback of this.callbacks) {
      const hook = callback[name] as (...args: unknown[]) => Promise<void>;
      if (hook !== BaseCallback.prototype[name]) await hook.call(callback, ...args);
    }
  }

  /** The epoch at which a callback wants training to begin. */
  get startEpoch(): number | undefined {
    return this.callbacks.find(({ startEpoch }) => startEpoch !== undefined)?.startEpoch;
  }

  get yieldEvery(): YieldEvery | undefined {
    for (const callback of this.callbacks) {
      if (callback instanceof CustomCallback && callback.yieldEvery !== undefined) return callback.yieldEvery;
    }
    return undefined;
  }

  async onYield(epoch: number, batch: number, logs: Logs): Promise<void> {
    for (const callback of this.callbacks) {
      if (callback instanceof CustomCallback) await callback.onYield?.(epoch, batch, logs);
    }
  }
}
