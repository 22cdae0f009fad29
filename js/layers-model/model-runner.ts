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
    const given = this.#model.withEarly(inputs, false);
    const key = JSON.stringify([programRevision(), outputs.map(({ id }) => id)]) + keyOfTensors(given);
    return this.#programs.run(key, given, (fn) => this.#capture(fn, outputs, given));
  }

  #capture(fn: CapturedFunction, outputs: readonly SymbolicTensor[], inputs: readonly Tensor[]): CapturedProgram {
    // Creates the variables, which the capture then knows.
    for (const variable of [...this.#model.weights, ...this.#model.stateVariables]) variable.read();
    const declared = this.#model.capturedInputs(false);
    const given = inputs.map(({ dtype, shape }, i) => ({ dtype, shape, declared: declared[i]?.shape ?? shape }));
    return fn.capture(given, (tensors) => {
      const execution = newExecution(false);
      const run = () => this.#model.executeTo(outputs, tensors, [], { training: false });
      return { outputs: execute(execution, run).outputs, updates: execution.updates };
    });
  }

  /** Forgets what was captured: the model has changed. */
  dispose(): void {
    this.#programs.dispose();
  }
}
