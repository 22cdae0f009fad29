// SPDX-License-Identifier: Apache-2.0
// Takes back steps whose loss is not finite, and says where it came from: for TerminateOnNaN.
import { execute, newExecution } from '../../layers/execution.js';
import type { LayerVariable } from '../../layers/layer-variable.js';
import { dispose, keep, tidy } from '../../tensor/memory.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Variable } from '../../tensor/variable.js';
import type { Examples } from '../step.js';
import type { TrainingHost } from '../training-host.js';

const areFinite = (tensor: Tensor) =>
  tensor.dtype !== 'float32' || (tensor.dataSync() as Float32Array).every(Number.isFinite);

/** What a step changes: copies share memory until it is overwritten. */
class State {
  readonly #variables: (LayerVariable | Variable)[];
  readonly #values: Tensor[];

  constructor({ model, optimizer, training }: TrainingHost) {
    const slots = optimizer.slotsOf(training.weights.map((weight) => weight.read() as Variable));
    this.#variables = [...model.weights, ...model.stateVariables, ...slots];
    this.#values = this.#variables.map((variable) => keep(('read' in variable ? variable.read() : variable).clone()));
  }

  /** The first weight with a value that is not finite. */
  get broken(): string | undefined {
    return this.#variables[this.#values.findIndex((value) => !areFinite(value))]?.name;
  }

  restore(): void {
    for (const [i, variable] of this.#variables.entries()) {
      const value = this.#values[i] as Tensor;
      if ('read' in variable) variable.write(value);
      else variable.assign(value);
    }
  }

  dispose(): void {
    dispose(this.#values);
  }
}

interface Taken {
  state: State;
  batch: Examples;
}

export class StepGuard {
  readonly #trainer: TrainingHost;
  /** The last step: a gradient that is not finite shows in the loss of the next one. */
  #last: Taken | undefined;
  /** Where a loss came from that is not finite. */
  culprit: string | undefined;

  constructor(trainer: TrainingHost) {
    this.#trainer = trainer;
  }

  /** Runs a step. If its loss is not finite, all is as it was before the step that broke it, and `culprit` is set. */
  run(batch: Examples): Tensor {
    const { training, optimizer } = this.#trainer;
    const state = new State(this.#trainer);
    const report = training.run(batch);
    if (Number.isFinite(report.dataSync()[0])) {
      this.#keep({ state, batch: clonesOf(batch) });
      return report;
    }
    optimizer.undoStep();
    const last = state.broken === undefined ? undefined : this.#last;
    if (last) {
      last.state.restore();
      optimizer.undoStep();
      this.culprit = `in the step before, ${this.#brokenGradient(last.batch) ?? `the update broke the weight ${state.broken}`}`;
    } else {
      state.restore();
      this.culprit =
        state.broken === undefined ? this.#brokenOutput(batch) : `the weight ${state.broken} is not finite`;
    }
    state.dispose();
    return report;
  }

  #keep(taken: Taken | undefined): void {
    this.#last?.state.dispose();
    dispose(this.#last?.batch);
    this.#last = taken;
  }

  dispose(): void {
    this.#keep(undefined);
  }

  #brokenOutput({ inputs, targets }: Examples): string {
    const { model } = this.#trainer;
    return tidy(() => {
      const input = inputs.findIndex((value) => !areFinite(value));
      if (input >= 0) return `the input ${model.inputNames[input]} is not finite`;
      const target = targets.findIndex((value) => !areFinite(value));
      if (target >= 0) return `the target of ${model.outputNames[target]} is not finite`;
      const tensors = model.tensors;
      const run = () => model.executeTo(tensors, inputs, [], { training: true });
      const place = execute(newExecution(true), run).outputs.findIndex((value) => !areFinite(value));
      const layer = tensors[place]?.sourceLayer;
      if (!layer) return 'the outputs of all layers are finite, but the loss of them is not';
      return `the output of the layer ${layer.name} is the first that is not finite`;
    });
  }

  /** That of the last layer, where gradients begin. */
  #brokenGradient(batch: Examples): string | undefined {
    const { training, model } = this.#trainer;
    return tidy(() => {
      const gradients = training.gradients(batch);
      const place = gradients.map((gradient) => gradient !== undefined && !areFinite(gradient)).lastIndexOf(true);
      const weight = training.weights[place];
      if (!weight) return undefined;
      const layer = model.layers.find(({ weights }) => weights.includes(weight));
      return `the gradient of the weight ${weight.name} of the layer ${layer?.name} is the first that is not finite`;
    });
  }
}

function clonesOf({ inputs, targets, weights }: Examples): Examples {
  const clone = (tensor: Tensor) => keep(tensor.clone());
  return {
    inputs: inputs.map(clone),
    targets: targets.map(clone),
    weights: weights.map((weight) => weight && clone(weight)),
  };
}
