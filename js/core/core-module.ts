// SPDX-License-Identifier: Apache-2.0
// The whole boundary between JavaScript and the C++ core: what src/bindings/ exports.
// Handles are positive integers that are never reused. Every function may throw a TfwasmError.

/** A tensor as the core describes it. `address` is the offset of its bytes in the wasm heap. */
export interface TensorDescription {
  /** See js/tensor/dtype.ts; the numbers are those of src/core/dtype.h. */
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

/** One execution of one node. */
export interface NodeProfile {
  name: string;
  op: string;
  milliseconds: number;
  inputShapes: number[][];
  outputShapes: number[][];
  /** Of the outputs. */
  bytes: number;
}

export interface CoreModule {
  // Views of the wasm heap. They are replaced when the heap grows: never keep one across a call.
  readonly HEAPU8: Uint8Array;

  /** "tfwasm", a space and its version; must match the JavaScript's version. */
  version(): string;

  // Tensors. Shapes have at most 8 dimensions. New numeric tensors are uninitialized.
  createTensor(dtype: number, rank: number, ...dims: number[]): number;
  /** Each element as bytes (UTF-8 or raw). */
  createStringTensor(shape: number[], elements: Uint8Array[]): number;
  describeTensor(tensor: number): TensorDescription;
  /** Where its elements begin in the heap. */
  tensorAddress(tensor: number): number;
  /** How long they are. */
  tensorBytes(tensor: number): number;
  stringElements(tensor: number): Uint8Array[];
  /** A new handle that shares the bytes, under a shape of as many elements. */
  reshapeTensor(tensor: number, rank: number, ...dims: number[]): number;
  disposeTensor(tensor: number): void;
  memory(): CoreMemory;

  /** Runs one op eagerly. `attrs` is a GraphDef attr object as JSON. Returns its outputs. */
  runOp(op: string, attrs: string, inputs: number[]): number[];
  /** The names of all ops there are, aliases too, sorted. */
  opNames(): string[];

  // Weights, decoded while they stream in: fill up to weightTargetBytes() bytes of the heap at
  // weightTargetAddress(), then commit what was written; repeat until all bytes were given, then pass
  // the decoder to createModel. There is room for 0 bytes exactly when every weight is complete.
  /** `specs`: the JSON list of {name, shape, dtype, quantization?} in stream order. */
  createWeightDecoder(specs: string): number;
  /** Bytes of the whole stream, or -1 when string weights make it unknown. */
  weightStreamBytes(decoder: number): number;
  weightTargetAddress(decoder: number): number;
  weightTargetBytes(decoder: number): number;
  commitWeights(decoder: number, byteLength: number): void;
  /** The weights as new tensor handles, in stream order. Instead of createModel. */
  takeWeights(decoder: number): number[];
  disposeWeightDecoder(decoder: number): void;

  // Models.
  /** Reads a GraphDef (JSON text). Needs no weights, so it can be done while they stream in. */
  readGraph(topology: string): number;
  disposeGraph(graph: number): void;
  /**
   * Gives a graph its constants; the caller still disposes it, and the decoder, whose weights are
   * taken. `signature` is a SignatureDef as JSON text or ''. `initializer`, '' or a GraphDef with a
   * signature of its own, is run to fill the model's tables.
   */
  createModel(
    graph: number,
    signature: string,
    initializer: string,
    initializerSignature: string,
    decoder: number,
  ): number;
  /** JSON text of a ModelDescription (js/core/model-description.ts). */
  describeModel(model: number): string;
  /** A new tensor handle on a weight. */
  modelWeight(model: number, name: string): number;
  /**
   * Optimizes the graph for these feeds and fetches (node names with optional ":index", or
   * signature keys) and returns an id to pass to run. Cached: cheap to call again.
   */
  prepareRun(model: number, feeds: string[], fetches: string[]): number;
  /**
   * Makes the plan of a run with inputs like these: infers shapes, places memory, packs weights.
   * `run` does it by itself when that has not been done.
   */
  planRun(model: number, runId: number, inputs: number[]): void;
  /** One tensor handle for each feed in, one new handle for each fetch out. */
  run(model: number, runId: number, inputs: number[]): number[];
  /** Whether later runs record the time of every node; `takeProfile` returns and clears them. */
  setProfiling(model: number, enabled: boolean): void;
  /** In order of execution. */
  takeProfile(model: number): NodeProfile[];
  disposeModel(model: number): void;

  /**
   * How many threads kernels use, this thread included. Variants without threads always use one;
   * the others at most `CoreModuleOptions.poolSize + 1`, and one until this is called.
   */
  setThreadCount(count: number): void;
  threadCount(): number;

  // Eager ops that are run again and again. Arguments and results lie in the frame, a list of float64 numbers in the heap.
  /** An id for runPreparedOp. `attrs` is a GraphDef attr object as JSON, or ''. */
  prepareOp(op: string, attrs: string): number;
  /** The address of the frame, made at least `size` numbers long: it moves when it grows. */
  opFrame(size: number): number;
  /**
   * Runs an op on the inputs in the frame. Each is a handle, or a tensor written out: 0 for a
   * constant such as an axis, of whose value the kernel may make use, or -1; then dtype, rank,
   * dimensions, elements. Leaves handle, dtype, rank and dimensions of each output in the frame,
   * and returns how many numbers these are.
   */
  runPreparedOp(id: number, numInputs: number): number;
  /** Forgets the ids of all prepared ops. */
  forgetOps(): void;
}

/** What JavaScript hands to the Emscripten module factory. */
export interface CoreModuleOptions {
  /** Instantiates the wasm binary and calls back; returns the exports or {} when asynchronous. */
  instantiateWasm(
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): object;
  /** Number of pool workers to start, of the threaded variants. */
  poolSize?: number;
  /** Receives what the glue complains about. */
  printErr?(text: string): void;
  /** Makes the TfwasmError that the core throws. */
  makeError(code: string, message: string, op: string, node: string): Error;
}
