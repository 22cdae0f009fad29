// SPDX-License-Identifier: Apache-2.0
import { TfwasmError } from '../core/errors.js';
import type { EndpointDescription, ModelDescription, UnsupportedOp } from '../core/model-description.js';
import { callCore } from '../core/runtime.js';
import { type ModelOrigin, originOf } from '../io/artifacts-kept.js';
import { loadMedia } from '../io/media-loader.js';
import { findSaveHandler } from '../io/router.js';
import type {
  IOHandler,
  ModelArtifacts,
  SaveConfig,
  SaveResult,
  Signature,
  UserDefinedMetadata,
  WeightSpec,
} from '../io/types.js';
import type { DataType } from '../tensor/dtype.js';
import { dispose, keep } from '../tensor/memory.js';
import { makeTrainable, type TrainableWeights } from './trainable.js';
import { type KernelProfile, type NodeTimer, recordNodes, startRecording } from '../tensor/profile-recorder.js';
import { type NamedTensorMap, type Tensor, tensorOfHandle, tensorsOfHandles } from '../tensor/tensor.js';
import { checkInput, type FeedMap, toFeeds } from './inputs.js';
import { type AsyncRunOptions, iterationLimitOf, type RunOptions } from './run-options.js';
import { runInParts } from './run-in-parts.js';
import { measured } from './timeline.js';

/** An input or output of a model. */
export interface ModelTensorInfo {
  /** The graph node. */
  name: string;
  /** -1: any size; undefined: unknown rank. */
  shape?: number[] | undefined;
  /** undefined if the model does not declare it. */
  dtype?: DataType | undefined;
}

/** Tensors by weight name. Each list has one element. */
export interface NamedTensorsMap {
  [name: string]: Tensor[];
}

/** `batchSize` and `verbose` are options of TensorFlow.js, without effect. */
export interface ModelPredictConfig extends RunOptions {
  batchSize?: number;
  verbose?: boolean;
}

/** Feeds: one tensor, one per input in the order of `inputs`, or tensors by name. */
export type ModelInputs = Tensor | readonly Tensor[] | NamedTensorMap;

/** What programs need of a model to run it, as in TensorFlow.js. */
export interface InferenceModel {
  readonly inputs: readonly ModelTensorInfo[];
  readonly outputs: readonly ModelTensorInfo[];
  predict(inputs: ModelInputs, config?: ModelPredictConfig): Tensor | Tensor[] | NamedTensorMap;
  execute(inputs: ModelInputs, outputs?: string | string[]): Tensor | Tensor[];
}

/** Frees models that the program forgot to dispose. */
const forgotten = new FinalizationRegistry<{ handle: number }>(disposeHandle);

function disposeHandle(state: { handle: number }): void {
  const { handle } = state;
  state.handle = 0;
  if (handle !== 0) callCore((core) => core.disposeModel(handle));
}

const nodeTimer = (handle: number): NodeTimer => ({
  setProfiling: (isOn) => callCore((core) => core.setProfiling(handle, isOn)),
  takeProfile: () => callCore((core) => core.takeProfile(handle)),
});

/**
 * A graph model. Created by `loadGraphModel`; usable until `dispose()`.
 *
 * All methods throw a TfwasmError: E_INPUT, E_SHAPE or E_DTYPE if inputs do not fit, E_DISPOSED, E_OOM. Other codes
 * name the node that failed. A failed call leaves no tensors behind.
 */
export class GraphModel implements InferenceModel {
  /** @internal */
  static readonly name: string = 'GraphModel';

  /** "producer.minimumConsumer" of the GraphDef. */
  readonly modelVersion: string;
  /** The signature: the names of inputs and outputs, and their tensors. */
  readonly modelSignature: Signature | undefined;
  /** Metadata that the author attached at conversion. */
  readonly metadata: UserDefinedMetadata | undefined;
  /** The names of the outputs if `predict` returns a map. */
  readonly modelStructuredOutputKeys: readonly string[] | undefined;
  /** The model's inputs. */
  readonly inputs: readonly ModelTensorInfo[];
  /** The model's outputs. */
  readonly outputs: readonly ModelTensorInfo[];
  /** Names of the inputs: signature keys, or node names. */
  readonly inputNodes: readonly string[];
  /** Names of the outputs: signature keys, or node names. */
  readonly outputNodes: readonly string[];
  /**
   * The ops of the model that tfwasm does not support, including those that no output needs, that are in branches or
   * in functions that nothing calls. A run that reaches one throws E_OP.
   */
  readonly unsupportedOps: readonly UnsupportedOp[];

  readonly #state: { handle: number };
  readonly #description: ModelDescription;
  readonly #origin: ModelOrigin;
  readonly #iterationLimit: number;
  /** Ids of CoreModule.compileRun by feeds and fetches. */
  readonly #runs = new Map<string, number>();
  readonly #trainable: TrainableWeights | undefined;
  #weights: NamedTensorsMap | undefined;

  /** @internal Takes ownership of a model of the core, created from this topology (JSON text). */
  constructor(
    handle: number,
    artifacts: ModelArtifacts,
    topology: string,
    signature: Signature | undefined,
    iterationLimit: number,
    isTrainable = false,
  ) {
    this.#state = { handle };
    this.#iterationLimit = iterationLimit;
    this.#origin = originOf(artifacts, topology);
    this.#description = JSON.parse(callCore((core) => core.describeModel(handle))) as ModelDescription;
    const { version, inputs, outputs, unsupportedOps } = this.#description;
    this.modelVersion = version;
    this.modelSignature = signature;
    this.metadata = artifacts.userDefinedMetadata;
    const keys = this.metadata?.structuredOutputKeys;
    this.modelStructuredOutputKeys = Array.isArray(keys) ? keys.map(String) : undefined;
    this.inputs = inputs.map(toTensorInfo);
    this.outputs = outputs.map(toTensorInfo);
    this.inputNodes = inputs.map(({ key }) => key);
    this.outputNodes = outputs.map(({ key }) => key);
    this.unsupportedOps = unsupportedOps;
    if (isTrainable) this.#trainable = this.#makeTrainable();
    forgotten.register(this, this.#state, this);
  }

  #makeTrainable(): TrainableWeights {
    const weights = this.weights;
    return makeTrainable(
      () => this.#handle(),
      new Map(Object.entries(weights).map(([name, [value]]) => [name, value as Tensor])),
    );
  }

  /** The weights. They are disposed with the model. If it is trainable, those of float32 are variables. */
  get weights(): NamedTensorsMap {
    const handle = this.#handle();
    this.#weights ??= readWeights(handle, this.#origin.parts.weightSpecs ?? []);
    if (!this.#trainable) return this.#weights;
    const variables = [...this.#trainable.variables].map(([name, variable]) => [name, [variable]]);
    return { ...this.#weights, ...Object.fromEntries(variables) };
  }

  /**
   * Computes the model's outputs.
   *
   * @returns One tensor if the model has one output, else an array in the order of `outputs`; a map if the model has
   *     `modelStructuredOutputKeys`.
   */
  predict(inputs: ModelInputs, config?: ModelPredictConfig): Tensor | Tensor[] | NamedTensorMap {
    return this.#structured(this.execute(inputs, undefined, config));
  }

  /** Like `predict`, as a promise. With a signal, it can be cancelled. */
  async predictAsync(
    inputs: ModelInputs,
    config?: ModelPredictConfig & AsyncRunOptions,
  ): Promise<Tensor | Tensor[] | NamedTensorMap> {
    return this.#structured(await this.executeAsync(inputs, undefined, config));
  }

  /**
   * Computes any values of the graph from any feeds.
   *
   * @param inputs The keys of a map are inputs or any nodes ("node", "node:1"). Nodes before fed values do not run.
   * @param outputs Names of outputs or of any nodes; by default the model's outputs.
   * @returns One tensor if one value is fetched, else an array in the order of `outputs`.
   */
  execute(inputs: ModelInputs, outputs?: string | readonly string[], options?: RunOptions): Tensor | Tensor[] {
    if (this.#trainable) {
      const feeds = this.#feeds(inputs);
      const values = this.#trainable.run([...feeds.keys()], this.#toFetches(outputs), [...feeds.values()]);
      return values.length === 1 ? (values[0] as Tensor) : values;
    }
    const { handle, run, handles } = this.#plan(inputs, outputs);
    const results = this.#limited(handle, options, () =>
      recordNodes(nodeTimer(handle), () => tensorsOfHandles(callCore((core) => core.run(handle, run, handles)))),
    );
    return results.length === 1 ? (results[0] as Tensor) : results;
  }

  /** Like `execute`, as a promise. With a signal, it can be cancelled. `execute` runs models with control flow, too. */
  async executeAsync(
    inputs: ModelInputs,
    outputs?: string | readonly string[],
    options?: AsyncRunOptions,
  ): Promise<Tensor | Tensor[]> {
    const signal = options?.signal;
    if (!signal || this.#trainable) return this.execute(inputs, outputs, options);
    signal.throwIfAborted();
    const { handle, run, handles } = this.#plan(inputs, outputs);
    const started = this.#limited(handle, options, () => callCore((core) => core.startRun(handle, run, handles)));
    const results = tensorsOfHandles(await runInParts(() => this.#handle(), started, signal));
    return results.length === 1 ? (results[0] as Tensor) : results;
  }

  /**
   * Runs like `execute` and returns the time of each node, in execution order. The nodes are those of the optimized
   * graph; nodes that were fused into others do not appear.
   */
  profile(
    inputs: ModelInputs,
    outputs?: string | readonly string[],
  ): { result: Tensor | Tensor[]; kernels: KernelProfile[] } {
    const kernels: KernelProfile[] = [];
    const stop = startRecording(kernels);
    try {
      return { result: this.execute(inputs, outputs), kernels };
    } finally {
      stop();
    }
  }

  /**
   * Saves the model with everything it was loaded with. Quantized weights stay quantized, unless they are trainable.
   *
   * @param target A URL, whose scheme selects the medium: localstorage://, indexeddb://, opfs://, downloads://, file://
   *     (Node.js), http:// or https://; or an object with a `save` method.
   * @throws Errors of the handler: E_STORAGE, E_HTTP, ... Nothing is saved then.
   */
  async save(target: string | Pick<IOHandler, 'save'>, _config?: SaveConfig): Promise<SaveResult> {
    const handler = typeof target === 'string' ? findSaveHandler(target) : target;
    if (typeof handler?.save !== 'function') {
      throw new TfwasmError('E_INPUT', 'save() takes a URL or an object with a save() method');
    }
    this.#handle();
    const variables = this.#trainable?.variables;
    const openWeight = (name: string) => {
      const handle = variables?.get(name)?.storage.handle();
      return callCore((core) =>
        handle === undefined ? core.modelWeight(this.#handle(), name) : core.shareTensor(handle),
      );
    };
    const { toArtifacts } = await loadMedia();
    return handler.save(
      toArtifacts(variables ? withoutQuantization(this.#origin, variables) : this.#origin, openWeight),
    );
  }

  /** Frees the model and its weights. A second call has no effect. */
  dispose(): void {
    forgotten.unregister(this);
    this.#trainable?.dispose();
    dispose(this.#weights);
    this.#weights = undefined;
    disposeHandle(this.#state);
  }

  #handle(): number {
    const { handle } = this.#state;
    if (handle === 0) throw new TfwasmError('E_DISPOSED', 'this model has been disposed');
    return handle;
  }

  /** Results by name, if the model has names for them. */
  #structured(results: Tensor | Tensor[]): Tensor | Tensor[] | NamedTensorMap {
    const keys = this.modelStructuredOutputKeys;
    if (!keys) return results;
    return Object.fromEntries([results].flat().map((tensor, index) => [keys[index] ?? String(index), tensor]));
  }

  /** Checks the inputs, and compiles and plans a run for them. */
  #plan(
    inputs: ModelInputs,
    outputs: string | readonly string[] | undefined,
  ): { handle: number; run: number; handles: number[] } {
    const handle = this.#handle();
    const feeds = this.#feeds(inputs);
    const fetches = this.#toFetches(outputs);
    const handles = [...feeds.values()].map((tensor) => tensor.storage.handle());
    return { handle, run: this.#compile(handle, [...feeds.keys()], fetches, handles), handles };
  }

  /** Calls `run` with the limit of this call, if it has one. */
  #limited<T>(handle: number, options: RunOptions | undefined, run: () => T): T {
    const limit = iterationLimitOf(options, this.#iterationLimit);
    if (limit === this.#iterationLimit) return run();
    callCore((core) => core.setIterationLimit(handle, limit));
    try {
      return run();
    } finally {
      callCore((core) => core.setIterationLimit(handle, this.#iterationLimit));
    }
  }

  #toFetches(outputs: string | readonly string[] | undefined): readonly string[] {
    if (outputs === undefined || outputs === null) return this.outputNodes;
    const names: readonly unknown[] = Array.isArray(outputs) ? outputs : [outputs];
    const wrong = names.find((name) => typeof name !== 'string');
    if (wrong === undefined) return names as readonly string[];
    throw new TfwasmError('E_INPUT', `outputs are asked for by name, got ${String(wrong)}`);
  }

  #feeds(inputs: ModelInputs): FeedMap {
    const feeds = toFeeds(inputs, this.#description.inputs);
    for (const [name, tensor] of feeds) {
      const declared = this.#description.inputs.find((input) => {
        return name === input.key || name === input.name || name === input.node || name === `${input.node}:0`;
      });
      checkInput(name, tensor, declared);
    }
    return feeds;
  }

  /** The id of a run. The first time it is compiled for the feeds and fetches, and planned for the inputs. */
  #compile(handle: number, feeds: string[], fetches: readonly string[], inputs: number[]): number {
    const key = JSON.stringify([feeds, fetches]);
    let run = this.#runs.get(key);
    if (run === undefined) {
      const id = measured('optimize', () => callCore((core) => core.compileRun(handle, feeds, [...fetches])));
      measured('pack', () => callCore((core) => core.planRun(handle, id, inputs)));
      this.#runs.set(key, id);
      run = id;
    }
    return run;
  }
}

/** With these weights as float32. */
function withoutQuantization({ topology, parts }: ModelOrigin, names: ReadonlyMap<string, unknown>): ModelOrigin {
  const weightSpecs = parts.weightSpecs?.map((spec) => {
    const { quantization, ...plain } = spec;
    return names.has(spec.name) ? plain : spec;
  });
  return { topology, parts: { ...parts, ...(weightSpecs && { weightSpecs }) } };
}

function readWeights(handle: number, specs: readonly WeightSpec[]): NamedTensorsMap {
  const weights = Object.create(null) as NamedTensorsMap;
  try {
    for (const { name } of specs) {
      weights[name] = [keep(tensorOfHandle(callCore((core) => core.modelWeight(handle, name))))];
    }
    return weights;
  } catch (error) {
    dispose(weights);
    throw error;
  }
}

function toTensorInfo({ node, shape, dtype }: EndpointDescription): ModelTensorInfo {
  return { name: node, shape: shape ?? undefined, dtype: (dtype ?? undefined) as DataType | undefined };
}
