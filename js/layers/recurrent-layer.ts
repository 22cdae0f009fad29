// SPDX-License-Identifier: Apache-2.0
// Recurrent layers and cells of the core (src/layers/recurrent.cc, conv_lstm.cc).
import { TfwasmError } from '../core/errors.js';
import { mul } from '../ops/arithmetic.js';
import { onesLike } from '../ops/creation.js';
import { concat } from '../ops/join.js';
import { dropout } from '../ops/normalization.js';
import { fill } from '../tensor/factories.js';
import type { DataType } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import { BuiltInLayer, type BuiltInLayerArgs } from './built-in-layer.js';
import type { Config } from './config.js';
import { currentExecution } from './execution.js';
import { getInitializer, Initializer } from './initializers.js';
import type { MaskedTensors } from './layer.js';
import { LayerStates } from './layer-states.js';
import type { LayerVariable } from './layer-variable.js';
import type { Cell } from './rnn-cell.js';
import { asMask, runSteps, sequenceOutput, zeroState } from './steps.js';
import { type Kwargs, type OneOrMore, type Shape, toList } from './topology.js';
import { type Activate, projectInput, type TracedCell, tracedStep } from './traced-cell.js';

/** Ones for the forget gate, the second of four. */
class UnitForgetBias extends Initializer {
  /** @internal */
  static override readonly className: string = 'UnitForgetBias';

  readonly #others: Initializer;

  constructor(others: Initializer) {
    super();
    this.#others = others;
  }

  override apply([size]: number[], dtype: DataType): Tensor {
    const units = (size as number) / 4;
    return concat([this.#others.apply([units], dtype), fill([units], 1), this.#others.apply([2 * units], dtype)]);
  }
}

const countStates = (layer: BuiltInLayer): number => (layer.getClassName().includes('LSTM') ? 2 : 1);

/** One mask of dropout for all steps of a training call. */
function dropoutMasks(config: Config, x: Tensor, h: Tensor): Kwargs {
  const { dropout: rate = 0, recurrentDropout = 0 } = config as { dropout?: number; recurrentDropout?: number };
  const maskOf = (like: Tensor, share: number) => (share > 0 ? dropout(onesLike(like), share) : null);
  return { dropoutMask: maskOf(x, rate), recurrentDropoutMask: maskOf(h, recurrentDropout) };
}

/** What recurrent layers and cells of the core have in common. */
abstract class Recurrent extends BuiltInLayer {
  constructor(className: string, args?: BuiltInLayerArgs, generation?: number) {
    super(className, args, generation);
    const [key] = Object.keys(this.customActivations);
    if (key === undefined || !className.startsWith('Conv')) return;
    throw new TfwasmError(
      'E_LAYER',
      `${this.name}: ${key} must be a built-in one. For others, write a cell (tf.layers.RNNCell), and use tf.layers.rnn`,
    );
  }

  /** Activations act inside of steps. */
  protected override get outputActivation(): undefined {
    return undefined;
  }

  /** The layer for steps in JavaScript, if it has activations that are. */
  protected tracedCell(): TracedCell | undefined {
    if (Object.keys(this.customActivations).length === 0) return undefined;
    const [kernel, recurrentKernel, bias] = this.ownWeights.map((weight) => weight.read());
    return {
      className: this.getClassName(),
      activate: this.#activateOf('activation'),
      activateGate: this.#activateOf('recurrentActivation'),
      resetAfter: this.getConfig()['resetAfter'] === true,
      kernel: kernel as Tensor,
      recurrentKernel: recurrentKernel as Tensor,
      bias,
    };
  }

  #activateOf(key: string): Activate {
    const custom = this.customActivations[key];
    if (custom) return (x) => custom.apply(x);
    const activation = this.getConfig()[key] ?? 'linear';
    const layer = new BuiltInLayer('Activation', { name: `${this.name}/${key}`, activation }, this.generation);
    return (x) => layer.call(x, {}) as Tensor;
  }

  override addWeight(...[name, shape, dtype, initializer, ...rest]: Parameters<BuiltInLayer['addWeight']>) {
    const isForgetting = name === 'bias' && this.getConfig()['unitForgetBias'] === true;
    const first = isForgetting ? new UnitForgetBias(getInitializer(initializer)) : initializer;
    return super.addWeight(name, shape, dtype, first, ...rest);
  }
}

export class RecurrentCell extends Recurrent implements Cell {
  get stateSize(): number | number[] {
    const { units, filters } = this.getConfig() as { units?: number; filters?: number };
    const size = (units ?? filters) as number;
    return countStates(this) === 2 ? [size, size] : size;
  }

  stateShapes(stepShape: Shape): Shape[] {
    const [, ...states] = this.outputSpecs([{ dtype: 'float32', shape: stepShape }]);
    return states.map(({ shape }) => shape.slice(1));
  }

  sharedArguments(x: Tensor, [h]: readonly Tensor[]): Kwargs {
    return dropoutMasks(this.getConfig(), x, h as Tensor);
  }

  override callWithMasks(inputs: OneOrMore<Tensor>, masks: (Tensor | undefined)[], kwargs: Kwargs): MaskedTensors {
    const cell = this.tracedCell();
    if (!cell) return super.callWithMasks(inputs, masks, kwargs);
    const [x, ...states] = toList(inputs) as [Tensor, ...Tensor[]];
    if (states.length !== countStates(this)) {
      throw new TfwasmError('E_LAYER', `expected ${countStates(this)} states, got ${states.length}`);
    }
    const isTraining = kwargs['training'] ?? currentExecution()?.training;
    const given = 'dropoutMask' in kwargs || !isTraining ? kwargs : this.sharedArguments(x, states);
    const z = projectInput(cell, given['dropoutMask'] ? mul(x, given['dropoutMask']) : x);
    const news = tracedStep(cell, z, states, given['recurrentDropoutMask'] ?? undefined);
    const outputs = [news[0] as Tensor, ...news];
    this.regularizeActivity(outputs);
    return { outputs, masks: [] };
  }
}

export class RecurrentLayer extends Recurrent {
  #states: LayerStates | undefined;

  constructor(className: string, args?: BuiltInLayerArgs, generation?: number) {
    super(className, args, generation);
    this.supportsMasking = true;
  }

  #is(key: string): boolean {
    return this.getConfig()[key] === true;
  }

  get returnSequences(): boolean {
    return this.#is('returnSequences');
  }
  get returnState(): boolean {
    return this.#is('returnState');
  }
  get goBackwards(): boolean {
    return this.#is('goBackwards');
  }
  override get stateful(): boolean {
    return this.#is('stateful');
  }

  /** The states that the layer keeps, if it is stateful. */
  get states(): Tensor[] {
    return this.#states?.read() ?? [];
  }

  override get stateVariables(): readonly LayerVariable[] {
    return this.#states?.variables ?? [];
  }

  override resetStates(states?: OneOrMore<Tensor>): void {
    this.#states?.reset(states);
  }

  override build(inputShape: Shape | Shape[]): void {
    super.build(inputShape);
    if (!this.stateful) return;
    const output = toList(this.computeOutputShape(inputShape) as OneOrMore<Shape>);
    const shape = (Array.isArray(output[0]) ? output[0] : output) as Shape;
    const time = this.#is('timeMajor') ? 0 : 1;
    const state = this.returnSequences ? shape.filter((_, axis) => axis !== time) : shape;
    this.#states = new LayerStates(this.name, new Array<Shape>(countStates(this)).fill(state));
  }

  override callWithMasks(inputs: OneOrMore<Tensor>, masks: (Tensor | undefined)[], kwargs: Kwargs): MaskedTensors {
    const { mask, ...rest } = kwargs;
    const [given = masks[0]] = toList<Tensor | undefined>(mask);
    const own = [given && asMask(given)];
    const states = this.#states;
    if (!states) return this.#compute(inputs, own, rest);
    const isGiven = toList(inputs).length > 1 || toList(rest['initialState']).length > 0;
    const initial = isGiven ? {} : { initialState: states.read() };
    const result = this.#compute(inputs, own, { ...rest, ...initial, returnState: true });
    states.update(result.outputs.slice(1));
    return this.returnState ? result : { outputs: result.outputs.slice(0, 1), masks: result.masks };
  }

  #compute(inputs: OneOrMore<Tensor>, masks: (Tensor | undefined)[], kwargs: Kwargs): MaskedTensors {
    const cell = this.tracedCell();
    return cell ? this.#trace(cell, toList(inputs), masks[0], kwargs) : super.callWithMasks(inputs, masks, kwargs);
  }

  #trace(cell: TracedCell, inputs: Tensor[], mask: Tensor | undefined, kwargs: Kwargs): MaskedTensors {
    const [x, ...more] = inputs as [Tensor, ...Tensor[]];
    const given = [...toList<Tensor>(kwargs['initialState']), ...more];
    if (given.length > 0 && given.length !== countStates(this)) {
      throw new TfwasmError('E_LAYER', `expected ${countStates(this)} states, got ${given.length}`);
    }
    const { units } = this.getConfig() as { units: number };
    const zeroStates = (step: Tensor) => Array.from({ length: countStates(this) }, () => zeroState(step, [units]));
    const timeAxis = this.#is('timeMajor') ? 0 : 1;
    const isTraining = kwargs['training'] ?? currentExecution()?.training;
    let factors: Kwargs = {};
    const { outputs, states } = runSteps(
      { x, timeAxis, mask, goBackwards: this.goBackwards, zeroOutputForMask: this.#is('zeroOutputForMask') },
      (first) => {
        const start = given.length > 0 ? given : zeroStates(first);
        if (isTraining) factors = dropoutMasks(this.getConfig(), first, start[0] as Tensor);
        return start;
      },
      (step, last) => {
        const z = projectInput(cell, factors['dropoutMask'] ? mul(step, factors['dropoutMask']) : step);
        const news = tracedStep(cell, z, last, factors['recurrentDropoutMask'] ?? undefined);
        return [news[0] as Tensor, ...news];
      },
    );
    const output = sequenceOutput(outputs, this.returnSequences, timeAxis);
    const results = (kwargs['returnState'] ?? this.returnState) ? [output, ...states] : [output];
    this.regularizeActivity(results);
    return { outputs: results, masks: this.returnSequences ? [mask] : [] };
  }
}
