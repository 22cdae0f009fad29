// SPDX-License-Identifier: Apache-2.0
// The complete interface between JavaScript and the C++ core, exported by src/bindings/. Handles are positive integers
// that are never reused. Every function may throw a TfwasmError.

import type { WorkerErrorEvent } from './thread-workers.js';

/** A tensor. `address` is the offset of its bytes in the wasm heap. */
export interface TensorDescription {
  /** See js/tensor/dtype.ts. The numbers are those in src/core/dtype.h. */
  dtype: number;
  shape: number[];
}

export interface CoreMemory {
  numTensors: number;
  numDataBuffers: number;
  numBytes: number;
  /** Size of the wasm heap, which grows but never shrinks. */
  heapBytes: number;
}

/** One execution of a node. */
export interface NodeProfile {
  name: string;
  op: string;
  milliseconds: number;
  inputShapes: number[][];
  outputShapes: number[][];
  /** Bytes of the outputs. */
  bytes: number;
}

export interface CoreModule {
  // Views of the wasm heap. Growing the heap replaces them: do not keep one across a call.
  readonly HEAPU8: Uint8Array;

  // The stack pointer. A call that throws does not restore it.
  stackSave(): number;
  stackRestore(pointer: number): void;

  /** "tfwasm" or "tfwasm/inference", a space and its version; must match those of the JavaScript. */
  version(): string;

  // Tensors. Shapes have at most 8 dimensions. New numeric tensors are uninitialized.
  createTensor(dtype: number, rank: number, ...dims: number[]): number;
  /** Each element as bytes (UTF-8 or arbitrary). */
  createStringTensor(shape: number[], elements: Uint8Array[]): number;
  describeTensor(tensor: number): TensorDescription;
  /** The address of its elements in the heap. */
  tensorAddress(tensor: number): number;
  /** The size of its elements in bytes. */
  tensorBytes(tensor: number): number;
  stringElements(tensor: number): Uint8Array[];
  /** Returns a new handle of the same tensor, which is not the output of an op: for variables. */
  shareTensor(tensor: number): number;
  disposeTensor(tensor: number): void;
  memory(): CoreMemory;

  // Streaming decoding of weights: write up to weightTargetBytes() bytes at weightTargetAddress() in the heap, commit
  // the number of bytes written, and repeat until the end. Then pass the decoder to createModel. weightTargetBytes() is
  // 0 exactly when every weight is complete.
  /** `specs`: a JSON list of {name, shape, dtype, quantization?} in stream order. */
  createWeightDecoder(specs: string): number;
  /** The size of the whole stream in bytes; -1 if string weights make it unknown. */
  weightStreamBytes(decoder: number): number;
  weightTargetAddress(decoder: number): number;
  weightTargetBytes(decoder: number): number;
  commitWeights(decoder: number, byteLength: number): void;
  /** Returns the weights as new tensor handles, in stream order. An alternative to createModel. */
  takeWeights(decoder: number): number[];
  disposeWeightDecoder(decoder: number): void;

  // Models.
  /** Parses a GraphDef (JSON text). Needs no weights, so it can run while they arrive. */
  readGraph(topology: string): number;
  disposeGraph(graph: number): void;
  /**
   * Creates a model from a graph and the decoder's weights. The caller must still dispose both. `signature`: a
   * SignatureDef as JSON text, or ''. `initializer`: '' or a GraphDef with its own signature, which runs to fill the
   * model's tables. `iterationLimit`: as for setIterationLimit. `withInt8`: whether products may be computed with int8.
   */
  createModel(
    graph: number,
    signature: string,
    initializer: string,
    initializerSignature: string,
    decoder: number,
    iterationLimit: number,
    withInt8: boolean,
  ): number;
  /** A ModelDescription (js/core/model-description.ts) as JSON text. */
  describeModel(model: number): string;
  /** Returns a new tensor handle for a weight. */
  modelWeight(model: number, name: string): number;
  /**
   * Compiles a program for these feeds and fetches (node names with optional ":index", or signature keys) and returns
   * an id for run. Programs are cached, so repeated calls are cheap.
   */
  compileRun(model: number, feeds: string[], fetches: string[]): number;
  /** Plans a run with inputs of these shapes: infers shapes, plans memory, packs weights. `run` does so otherwise. */
  planRun(model: number, runId: number, inputs: number[]): void;
  /** Takes one tensor handle per feed, returns one new handle per fetch. */
  run(model: number, runId: number, inputs: number[]): number[];
  /** Starts a run that can pause in loops, and returns its id for continueRun. */
  startRun(model: number, runId: number, inputs: number[]): number;
  /**
   * Continues a run for about this time. Returns null if it paused, else the results as `run` does. The id is then
   * invalid, as after an error and stopRun.
   */
  continueRun(model: number, startedRun: number, milliseconds: number): number[] | null;
  stopRun(model: number, startedRun: number): void;
  /** The most loop iterations and function calls of each later run, which throws E_LIMIT then. Infinity: no limit. */
  setIterationLimit(model: number, limit: number): void;
  /** Whether later runs record the times of nodes. `takeProfile` returns and clears the records. */
  setProfiling(model: number, enabled: boolean): void;
  /** In order of execution. */
  takeProfile(model: number): NodeProfile[];
  disposeModel(model: number): void;

  /**
   * Sets the number of threads, including this one. Variants without threads always use one; the others at most
   * `CoreModuleOptions.poolSize + 1`, and one until this call.
   */
  setThreadCount(count: number): void;
  threadCount(): number;
  /** While paused, kernels run on the calling thread. */
  pauseThreads(paused: boolean): void;

  // Eager calls with cached ops. Arguments and results are passed in the frame, an array of float64 numbers in the
  // heap.
  /** Returns an id for runOp. `attrs` is a GraphDef attr object as JSON, or ''. */
  registerOp(op: string, attrs: string): number;
  /** The address of the frame, which has at least `size` numbers. It moves when it grows, and keeps its numbers. */
  opFrame(size: number): number;
  /**
   * Runs an op on the inputs in the frame. Each input is a handle or a literal tensor. A literal starts with 0 for a
   * constant such as an axis, on whose value the kernel may depend, or with -1; then dtype, rank, dimensions, elements.
   * Writes handle, dtype, rank and dimensions of each output to the frame, and returns the number of values written.
   */
  runOp(id: number, numInputs: number): number;
  /** Drops the ids of all registered ops. */
  forgetOps(): void;
}

/** A dtype number and dimensions; -1 for unknown ones. */
export type SpecDescription = [dtype: number, shape: number[]];

/** The results of a call of a layer, as new tensor handles. Empty lists are left out. */
export interface LayerCallResult {
  outputs?: number[];
  /** By output; 0 for none. May be shorter. */
  masks?: number[];
  /** Indices of weights, and their new values. */
  updated?: number[];
  updates?: number[];
  /** Scalars to add to the loss. */
  losses?: number[];
}

/** What only the link `tfwasm` exports. */
export interface TrainingCoreModule extends CoreModule {
  // Gradients of eager calls. While a gradient scope is open, ops on watched tensors, and on what was computed from
  // them, are recorded. Scopes nest; the records live until the outermost one is closed.
  openGradientScope(): void;
  closeGradientScope(): void;
  /** Whether ops are not recorded now. Returns the previous value. */
  pauseGradients(paused: boolean): boolean;
  watchTensor(tensor: number): void;
  /**
   * Records that `output` was computed from `inputs` by a function whose gradient JavaScript computes. Returns an id
   * for startBackward, or -1 if no input is recorded.
   */
  recordCustomGradient(inputs: number[], output: number): number;
  /**
   * The gradients of the sum of `y` in `xs` as new handles, if the same calls have been recorded before. 0 for an x on
   * which y does not depend, -1 if it does but the gradient is 0. Undefined if startBackward must compute them.
   */
  cachedGradients(y: number, xs: number[]): number[] | undefined;
  /**
   * Computes gradients of `y` in `xs`. `dy`: the gradient of y, or 0 for ones. Returns the id of a custom gradient that
   * is needed to continue, or -1 at the end. Throws E_OP for ops without a gradient.
   */
  startBackward(y: number, dy: number, xs: number[]): number;
  /** The gradient of the output of the custom gradient that is needed: a new handle. */
  customDy(): number;
  /** Continues with the gradients of its inputs, 0 for none. Returns like startBackward. */
  continueBackward(gradients: number[]): number;
  /** Returns the gradients like cachedGradients. */
  finishBackward(y: number, xs: number[]): number[];
  /** Ends a computation that finishBackward does not end. */
  abortBackward(): void;
  /** Like setProfiling and takeProfile, for the ops that compute gradients. */
  setBackwardProfiling(enabled: boolean): void;
  takeBackwardProfile(): NodeProfile[];

  /**
   * One step of an optimizer: changes `variables` and `slots` (those of the first variable, then of the second, ...) in
   * place; tensors that share their buffers keep the old values. `numbers`: the number of the update, from 1; whether
   * this step updates; the momentum of averages; whether variables become their averages; the hyperparameters.
   * `options`: weight decay, clip norm, clip value, global clip norm, steps of an update, whether there are averages; 0
   * for none. Throws E_DTYPE or E_SHAPE, and changes nothing then.
   */
  applyOptimizer(
    optimizer: string,
    numbers: number[],
    options: number[],
    variables: number[],
    slots: number[],
    gradients: number[],
  ): void;

  /**
   * Runs the ops of a model in the capture or gradient scope that is open, with other values for some of its weights.
   * Names as for compileRun. Returns one new handle per fetch. Throws E_OP for control flow.
   */
  emitModel(
    model: number,
    feeds: string[],
    fetches: string[],
    inputs: number[],
    weightNames: string[],
    weights: number[],
  ): number[];

  // Captures of graphs. Between openCapture and closeCapture, ops on the inputs of the capture, and on what is computed
  // from them, become nodes; their outputs have no values. Captures nest.
  openCapture(): void;
  closeCapture(): void;
  /** A new tensor without a value. `declared`: the sizes that the graph is made for; -1 for any. */
  captureInput(dtype: number, shape: number[], declared: number[]): number;
  /** Makes a tensor with a value an input of the graph, if it is used. */
  captureVariable(tensor: number): void;
  createFunction(): number;
  disposeFunction(fn: number): void;
  /**
   * Ends the innermost capture, and returns the id of its program in a function, for runFunction, and which of the
   * variables it takes, by the order of captureVariable. Each run gives the variables `updated` the new `values`, which
   * are values of the capture. Equal graphs share a program. Throws E_SHAPE or E_DTYPE if a value does not fit.
   */
  capturedProgram(
    fn: number,
    outputs: number[],
    updated: number[],
    values: number[],
  ): { program: number; variables: number[] };
  /** How many nodes the capture has. */
  capturedNodes(): number;
  /**
   * Ends the innermost capture like capturedProgram, and returns its graph as src/graph/structure.h writes it, in a new
   * string tensor, the number of its nodes, the ranks and sizes of their first outputs, and which of the variables it
   * takes.
   */
  capturedStructure(outputs: number[]): { nodes: number; shapes: number[]; structure: number; variables: number[] };
  /**
   * Returns one new handle per output. While variables that it does not update stay the same, they are compiled as
   * constants.
   */
  runFunction(fn: number, program: number, inputs: number[], variables: number[]): number[];
  /** Like setProfiling and takeProfile, for the programs of a function. */
  setFunctionProfiling(fn: number, enabled: boolean): void;
  takeFunctionProfile(fn: number): NodeProfile[];
  /**
   * Adds one step of an optimizer to the capture. `slots`: those of the first variable, then of the second, ... `options`
   * as for applyOptimizer. `numbers`: float32 [2, n]; each number is the sum of its column. Returns the new values of
   * the variables, then of the slots.
   */
  captureOptimizer(
    optimizer: string,
    options: number[],
    variables: number[],
    slots: number[],
    gradients: number[],
    numbers: number,
  ): number[];

  // Layers. Configs are JSON texts with keys in snake case. `generation`: 3 for Keras 3, else 2.
  /**
   * `config`: with defaults. `unknown`: keys that the layer ignores. Both are JSON. `isShared`: whether other layers with
   * this config may use it. Throws E_LAYER.
   */
  createLayer(
    className: string,
    config: string,
    generation: number,
  ): { layer: number; config: string; unknown: string; isShared: boolean };
  disposeLayer(layer: number): void;
  /** Returns the weights (WeightDescription[] in js/layers/core-layer.ts) as JSON. */
  buildLayer(layer: number, inputs: SpecDescription[]): string;
  /** Returns the SpecDescription of each output as JSON, with weights for inputs like `builtFor`. */
  layerOutputs(layer: number, builtFor: SpecDescription[], inputs: SpecDescription[]): string;
  /** `masks`: by input; 0 for none. `args`: an object of other arguments, as JSON, or ''. */
  callLayer(
    layer: number,
    inputs: number[],
    masks: number[],
    weights: number[],
    training: boolean,
    args: string,
  ): LayerCallResult;
  /** The first value of a weight. `seed` is for initializers without one. */
  initializeWeight(initializer: string, generation: number, dtype: number, shape: number[], seed: number): number;
  /** Returns a scalar. */
  applyRegularizer(regularizer: string, x: number): number;
  applyConstraint(constraint: string, x: number): number;

  // Losses and metrics: JSON texts, a name or {class_name, config}. Throw E_SHAPE or E_LAYER.
  /**
   * Missing values are 0, as are missing results.
   *
   * - 'loss': [values, mask] per sample, from [yTrue, yPred]. Without a mask, all values count.
   * - 'reduce': the loss of a batch, from [values, weights, mask]. `objective`: the reduction.
   * - 'update': the new state of a metric, from [state, yTrue, yPred, weights]; without a state, that of the batch alone.
   * - 'result': the result of a metric, from [state].
   * - 'values': those whose mean a metric is, from [yTrue, yPred].
   */
  callObjective(
    what: 'loss' | 'reduce' | 'update' | 'result' | 'values',
    objective: string,
    values: number[],
  ): [number, ...number[]];
  /** The class name of a loss. */
  describeLoss(name: string): string;
  /**
   * As JSON: [the class name, whether the metric is a mean, the shape of its state, which is [sum, count] for means].
   * Sizes of `prediction` may be -1.
   */
  describeMetric(metric: string, prediction: number[]): string;
}

/** Options of the Emscripten module factory. */
export interface CoreModuleOptions {
  /** Instantiates the wasm binary and calls back. Returns the exports, or {} if asynchronous. */
  instantiateWasm(
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): object;
  /** The number of workers to start at once, in threaded variants. */
  poolSize?: number;
  /** Starts a worker for a thread. */
  startWorker?(): Worker;
  /** Called with the error of a worker. */
  workerFailed?(event: WorkerErrorEvent): void;
  /** Receives error output of the glue. */
  printErr?(text: string): void;
  /** Creates the TfwasmError that the core throws. */
  makeError(code: string, message: string, op: string, node: string): Error;
}
