// SPDX-License-Identifier: Apache-2.0
// Runs models: captures them for the shapes of the inputs, and runs the programs.
import type { Tensor } from '../tensor/tensor.js';
import { isTakingGradients } from '../autodiff/backward.js';
import {
  type CapturedFunction,
  type CapturedProgram,
  isCapturing,
  keyOfTensors,
  ProgramCache,
} from '../autodiff/capture.js';
import type { Container } from '../layers/container.js';
import { currentExecution, execute, newExecution, programRevision } from '../layers/execution.js';
import type { Layer } from '../layers/layer.js';
import type { SymbolicTensor } from '../layers/topology.js';

export class ModelRunner {
  readonly #model: Container;
  readonly #programs = new ProgramCache();

  constructor(model: Container) {
    this.#model = model;
  }

  /** Computes `outputs` of the model from its inputs, for inference. The results are new tensors. */
  run(outputs: readonly SymbolicTensor[], inputs: readonly Tensor[]): Tensor[] {
    // A custom layer may call a model; gradients need the ops one by one.
    const isPartOfMore = isCapturing() || currentExecution() || isTakingGradients();
    if (isPartOfMore) return this.#model.executeTo(outputs, inputs, [], {}).outputs;
    const early = this.#early(inputs);
    const given = [...inputs, ...early.map(([, value]) => value)];
    const key = JSON.stringify([programRevision(), outputs.map(({ id }) => id)]) + keyOfTensors(given);
    return this.#programs.run(key, given, (fn) => this.#capture(fn, outputs, given, early));
  }

  /** What is computed before the program, whose shapes must be known. */
  #early(inputs: readonly Tensor[]): [SymbolicTensor, Tensor][] {
    return this.#model.earlyNodes().flatMap(({ outboundLayer, inputTensors, outputTensors }) => {
      const values = inputTensors.map((tensor) => inputs[this.#model.inputs.indexOf(tensor)] as Tensor);
      const [value] = (outboundLayer as Layer).callWithMasks(values, [], { training: false }).outputs;
      return [[outputTensors[0] as SymbolicTensor, value as Tensor]];
    });
  }

  #capture(
    fn: CapturedFunction,
    outputs: readonly SymbolicTensor[],
    inputs: readonly Tensor[],
    early: readonly [SymbolicTensor, Tensor][],
  ): CapturedProgram {
    const count = this.#model.inputs.length;
    // Creates the variables, which the capture then knows.
    for (const variable of [...this.#model.weights, ...this.#model.stateVariables]) variable.read();
    const given = inputs.map(({ dtype, shape }, i) => ({
      dtype,
      shape,
      declared: (this.#model.inputs[i] ?? early[i - count]?.[0])?.shape ?? shape,
    }));
    return fn.capture(given, (tensors) => {
      const execution = newExecution(false);
      const known = early.map(([tensor], i): [SymbolicTensor, Tensor] => [tensor, tensors[count + i] as Tensor]);
      const run = () => this.#model.executeTo(outputs, tensors.slice(0, count), [], { training: false }, known);
      return { outputs: execute(execution, run).outputs, updates: execution.updates };
    });
  }

  /** Forgets what was captured: the model has changed. */
  dispose(): void {
    this.#programs.dispose();
  }
}
