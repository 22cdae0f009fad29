// SPDX-License-Identifier: Apache-2.0
// What a model does with a batch: a training step, or an evaluation. Captured once for each shape of the batch.
import type { Container } from '../layers/container.js';
import { type Execution, execute, newExecution, programRevision } from '../layers/execution.js';
import type { LayerVariable } from '../layers/layer-variable.js';
import { tidy } from '../tensor/memory.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Variable } from '../tensor/variable.js';
import { gradientsOf, valueAndGradients } from '../autodiff/backward.js';
import {
  type CapturedFunction,
  type CapturedProgram,
  keyOfTensors,
  ProgramCache,
  type Updatable,
} from '../autodiff/capture.js';
import type { Objective } from './objective.js';
import type { Optimizer } from './optimizer.js';

/** Tensors of a batch: the inputs and targets of a model, and sample weights by output. */
export interface Examples {
  inputs: readonly Tensor[];
  targets: readonly Tensor[];
  weights: readonly (Tensor | undefined)[];
}

const specOf = ({ dtype, shape }: Tensor) => ({ dtype, shape, declared: shape });

const updatable = (variable: Variable): Updatable => ({
  read: () => variable,
  write: (value) => variable.assign(value),
});

/** Runs a model and its losses on batches. With an optimizer, runs change the weights. */
export class Step {
  readonly #model: Container;
  readonly #objective: Objective;
  readonly #optimizer: Optimizer | undefined;
  readonly #isEager: boolean;
  /** The weights that are trained: those that could be at the time of compile(). */
  readonly weights: readonly LayerVariable[];
  readonly #programs = new ProgramCache();

  constructor(model: Container, objective: Objective, optimizer?: Optimizer, isEager = false) {
    this.#model = model;
    this.#objective = objective;
    this.#optimizer = optimizer;
    this.#isEager = isEager;
    this.weights = optimizer ? model.trainableWeights : [];
  }

  /** Warns if other weights can be trained now than at the time of compile(). */
  warnOfChanges(): void {
    const now = this.#model.trainableWeights;
    if (now.length === this.weights.length && now.every((weight) => this.weights.includes(weight))) return;
    console.warn(
      "Discrepancy between trainableweights and collected trainable weights: the flags 'trainable' have changed since " +
        `compile(), which counts: ${this.weights.length} weights are trained. Call compile() again to change that.`,
    );
  }

  /** Returns the report of the objective. Throws before anything is changed. */
  run(batch: Examples): Tensor {
    if (this.#isEager) return tidy(() => this.#runEagerly(batch));
    return tidy(() => {
      const inputs = this.#model.withEarly(batch.inputs, this.#optimizer !== undefined);
      return this.#runCaptured({ ...batch, inputs });
    });
  }

  /** The values of the weights, which must exist before a capture. */
  #readWeights(): Variable[] {
    for (const variable of [...this.#model.weights, ...this.#model.stateVariables]) variable.read();
    return this.weights.map((weight) => weight.read() as Variable);
  }

  #runCaptured(batch: Examples): Tensor {
    const weights = batch.weights.filter((weight) => weight !== undefined);
    const tensors = [...batch.inputs, ...batch.targets, ...weights];
    const isWeighted = batch.weights.map((weight) => weight !== undefined);
    const key = JSON.stringify([programRevision(), isWeighted, this.#optimizer?.generation]) + keyOfTensors(tensors);
    const run = (inputs: Tensor[]) =>
      this.#programs.run(key, inputs, (fn) => this.#capture(fn, batch, tensors))[0] as Tensor;
    const optimizer = this.#optimizer;
    if (!optimizer) return run(tensors);
    const numbers = optimizer.nextStep();
    try {
      return run([...tensors, numbers]);
    } catch (error) {
      optimizer.undoStep();
      throw error;
    }
  }

  #capture(fn: CapturedFunction, batch: Examples, tensors: readonly Tensor[]): CapturedProgram {
    const optimizer = this.#optimizer;
    const weights = this.#readWeights();
    const slots = optimizer?.slotsOf(weights) ?? [];
    const specs = tensors.map(specOf);
    if (optimizer) {
      const shape = [2, optimizer.numNumbers];
      specs.push({ dtype: 'float32', shape, declared: shape });
    }
    return fn.capture(specs, (given) => {
      const numbers = optimizer ? (given.pop() as Tensor) : undefined;
      const inputs = given.splice(0, batch.inputs.length);
      const targets = given.splice(0, batch.targets.length);
      const sampleWeights = batch.weights.map((weight) => weight && given.shift());
      const execution = newExecution(optimizer !== undefined);
      const { loss, report } = this.#evaluate({ inputs, targets, weights: sampleWeights }, execution);
      const updates = [...execution.updates];
      if (optimizer) updates.push(...this.#captureUpdates(optimizer, loss, weights, slots, numbers as Tensor));
      return { outputs: [report], updates };
    });
  }

  /** The new values of weights and slots, those of the last layers first: their gradients are known first. */
  #captureUpdates(
    optimizer: Optimizer,
    loss: Tensor,
    weights: readonly Variable[],
    slots: readonly Variable[],
    numbers: Tensor,
  ): [Updatable, Tensor][] {
    const slotCount = slots.length / Math.max(1, weights.length);
    const gradients = gradientsOf(loss, weights, undefined);
    const used = weights.map((_, i) => i).filter((i) => gradients[i] !== undefined);
    used.reverse();
    const usedWeights = used.map((i) => weights[i] as Variable);
    const usedSlots = used.flatMap((i) => slots.slice(i * slotCount, (i + 1) * slotCount));
    const usedGradients = used.map((i) => gradients[i] as Tensor);
    const values = optimizer.captureStep(usedWeights, usedSlots, usedGradients, numbers);
    const newWeights = used.map((i, place): [Updatable, Tensor] => {
      const weight = this.weights[i] as LayerVariable;
      const value = values[place] as Tensor;
      return [weight, weight.constraint ? weight.constraint.apply(value) : value];
    });
    const newSlots = values.slice(used.length);
    return [
      ...newWeights,
      ...usedSlots.map((slot, i) => [updatable(slot), newSlots[i] as Tensor] as [Updatable, Tensor]),
    ];
  }

  #evaluate(batch: Examples, execution: Execution): { loss: Tensor; report: Tensor } {
    return execute(execution, () => {
      const { training } = execution;
      const { outputs, masks } = this.#model.executeTo(this.#model.outputs, batch.inputs, [], { training });
      const penalties = [...this.#model.calculateLosses(), ...execution.losses];
      return this.#objective.evaluate({ targets: batch.targets, outputs, masks, weights: batch.weights }, penalties);
    });
  }

  /** The same without a capture, so that layers may read values. */
  #runEagerly(batch: Examples): Tensor {
    const optimizer = this.#optimizer;
    const execution = newExecution(optimizer !== undefined);
    if (!optimizer) return this.#finish(this.#evaluate(batch, execution).report, execution);
    const weights = this.#readWeights();
    let report: Tensor | undefined;
    const { gradients } = valueAndGradients(
      () => {
        const result = this.#evaluate(batch, execution);
        report = result.report;
        return result.loss;
      },
      weights,
      undefined,
      () => [report as Tensor, ...execution.updates.map(([, value]) => value)],
    );
    const named = weights.flatMap(({ name }, i) => {
      const tensor = gradients[i];
      return tensor ? [{ name, tensor }] : [];
    });
    optimizer.applyGradients(named);
    for (const weight of this.weights) {
      if (weight.constraint) weight.write(weight.constraint.apply(weight.read()));
    }
    return this.#finish(report as Tensor, execution);
  }

  /** The gradients of the weights for a batch, which changes nothing. */
  gradients(batch: Examples): (Tensor | undefined)[] {
    return valueAndGradients(() => this.#evaluate(batch, newExecution(true)).loss, this.#readWeights()).gradients;
  }

  #finish(report: Tensor, execution: Execution): Tensor {
    for (const [variable, value] of execution.updates) variable.write(value);
    return report;
  }

  /** Forgets the captured programs. */
  dispose(): void {
    this.#programs.dispose();
  }
}
