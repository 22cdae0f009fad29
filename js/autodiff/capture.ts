// SPDX-License-Identifier: Apache-2.0
// Turns functions that call ops into programs of the core.
import type { TrainingCoreModule } from '../core/core-module.js';
import { type DataType, dtypeNumber } from '../tensor/dtype.js';
import { type NodeTimer, recordNodes } from '../tensor/profile-recorder.js';
import { runInScope } from '../tensor/scopes.js';
import { type Tensor, tensorOfHandle, tensorsOfHandles } from '../tensor/tensor.js';
import { usedVariables, type Variable } from '../tensor/variable.js';
import { callTrainingCore } from './core.js';
import { CustomCalls } from './custom-calls.js';

/** An input of a captured function. */
export interface CapturedInput {
  dtype: DataType;
  shape: readonly number[];
  /** The sizes for which the graph is made; null for any. */
  declared: readonly (number | null)[];
}

/** A value that runs of a captured function may change. */
export interface Updatable {
  /** Its variable. */
  read(): Tensor;
  write(value: Tensor): unknown;
}

let depth = 0;

/** Whether ops become nodes of a graph now. */
export function isCapturing(): boolean {
  return depth > 0;
}

/** Runs `f` in a capture. What it returns must not be tensors. */
export function inCapture<T>(f: () => T): T {
  callTrainingCore((core) => core.openCapture());
  const calls = CustomCalls.open();
  ++depth;
  try {
    // Disposes the tensors without values.
    return runInScope(f, () => [], []);
  } finally {
    --depth;
    calls.close();
    callTrainingCore((core) => core.closeCapture());
  }
}

/** Adds an input to the capture: a tensor without a value. */
export function captureInput({ dtype, shape, declared }: CapturedInput): Tensor {
  const sizes = declared.map((size) => size ?? -1);
  return tensorOfHandle(callTrainingCore((core) => core.captureInput(dtypeNumber(dtype), [...shape], sizes)));
}

const handlesOf = (tensors: readonly Tensor[]) => tensors.map((tensor) => tensor.storage.handle());

/** Frees functions that the program forgot to dispose. */
const forgotten = new FinalizationRegistry<{ handle: number }>(disposeHandle);

function disposeHandle(state: { handle: number }): void {
  const { handle } = state;
  state.handle = 0;
  if (handle !== 0) callTrainingCore((core) => core.disposeFunction(handle));
}

/** What a captured function returns. */
export interface CapturedResults {
  outputs: readonly Tensor[];
  /** New values of variables, of which the last counts. */
  updates: readonly (readonly [Updatable, Tensor])[];
}

/** A captured program. */
export interface CapturedProgram {
  id: number;
  /** The variables that it reads or changes. */
  variables: readonly Variable[];
}

/** The programs of a function: one for each structure that it has had. */
export class CapturedFunction {
  readonly #state = { handle: callTrainingCore((core) => core.createFunction()) };
  readonly #timer: NodeTimer = {
    setProfiling: (isOn) => this.#call((core, handle) => core.setFunctionProfiling(handle, isOn)),
    takeProfile: () => this.#call((core, handle) => core.takeFunctionProfile(handle)),
  };

  constructor() {
    forgotten.register(this, this.#state, this);
  }

  /** Captures `f` for these inputs. Variables that it uses must exist already. */
  capture(inputs: readonly CapturedInput[], f: (inputs: Tensor[]) => CapturedResults): CapturedProgram {
    return inCapture(() => {
      const given = inputs.map(captureInput);
      const variables = Object.values(usedVariables());
      for (const handle of handlesOf(variables)) callTrainingCore((core) => core.captureVariable(handle));
      const results = f(given);
      const updates = new Map(results.updates);
      const updated = handlesOf([...updates.keys()].map((variable) => variable.read()));
      const values = handlesOf([...updates.values()]);
      const outputs = handlesOf(results.outputs);
      const captured = this.#call((core, handle) => core.capturedProgram(handle, outputs, updated, values));
      return { id: captured.program, variables: captured.variables.map((i) => variables[i] as Variable) };
    });
  }

  /** Returns the outputs, and gives the variables their new values. profile() lists the nodes. */
  run({ id, variables }: CapturedProgram, inputs: readonly Tensor[]): Tensor[] {
    const run = () =>
      this.#call((core, handle) => core.runFunction(handle, id, handlesOf(inputs), handlesOf(variables)));
    return tensorsOfHandles(recordNodes(this.#timer, run));
  }

  dispose(): void {
    forgotten.unregister(this);
    disposeHandle(this.#state);
  }

  #call<T>(f: (core: TrainingCoreModule, handle: number) => T): T {
    return callTrainingCore((core) => f(core, this.#state.handle));
  }
}

/** The most captured programs of a function: more kinds of calls than that are unusual. */
const MOST_PROGRAMS = 32;

/** Captures a function for each kind of call, such as each shape of its inputs, and keeps the programs. */
export class ProgramCache {
  #function: CapturedFunction | undefined;
  readonly #programs = new Map<string, CapturedProgram>();

  /** Runs the program of a key. If there is none, `capture` makes it. Throws as both. */
  run(key: string, inputs: readonly Tensor[], capture: (fn: CapturedFunction) => CapturedProgram): Tensor[] {
    let program = this.#programs.get(key);
    if (!program) {
      // The core keeps programs as long as their function.
      if (this.#programs.size >= MOST_PROGRAMS) this.dispose();
      this.#function ??= new CapturedFunction();
      program = capture(this.#function);
      this.#programs.set(key, program);
    }
    return (this.#function as CapturedFunction).run(program, inputs);
  }

  /** Forgets all programs. */
  dispose(): void {
    this.#function?.dispose();
    this.#function = undefined;
    this.#programs.clear();
  }
}

/** A text for the dtypes and shapes of tensors. */
export const keyOfTensors = (tensors: readonly Tensor[]): string =>
  JSON.stringify(tensors.map(({ dtype, shape }) => [dtype, shape]));
