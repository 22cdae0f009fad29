// SPDX-License-Identifier: Apache-2.0
// Recurrent layers and cells of the core (src/layers/recurrent.cc, conv_lstm.cc).
import { TfwasmError } from '../core/errors.js';
import { onesLike } from '../ops/creation.js';
import { concat } from '../ops/join.js';
import { dropout } from '../ops/normalization.js';
import { fill } from '../tensor/factories.js';
import type { DataType } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import { getCustomActivation } from './activations.js';
import { BuiltInLayer, type BuiltInLayerArgs } from './built-in-layer.js';
import { getInitializer, Initializer } from './initializers.js';
import type { MaskedTensors } from './layer.js';
import { LayerStates } from './layer-states.js';
import type { LayerVariable } from './layer-variable.js';
import type { Cell } from './rnn-cell.js';
import { asMask } from './steps.js';
import { type Kwargs, type OneOrMore, type Shape, toList } from './topology.js';

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

/** What recurrent layers and cells of the core have in common. */
abstract class Recurrent extends BuiltInLayer {
  constructor(className: string, args?: BuiltInLayerArgs, generation?: number) {
    super(className, args, generation);
    for (const key of ['activation', 'recurrentActivation']) {
      if (!getCustomActivation(args?.[key])) continue;
      throw new TfwasmError(
        'E_LAYER',
        `${this.name}: ${key} must be a built-in one. For others, write a cell (tf.layers.RNNCell), and use tf.layers.rnn`,
      );
    }
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

  /** One mask of dropout for all steps of a training call. */
  sharedArguments(x: Tensor, [h]: readonly Tensor[]): Kwargs {
    const config = this.getConfig() as { dropout?: number; recurrentDropout?: number };
    const maskOf = (like: Tensor, rate = 0) => (rate > 0 ? dropout(onesLike(like), rate) : null);
    return {
      dropoutMask: maskOf(x, config.dropout),
      recurrentDropoutMask: maskOf(h as Tensor, config.recurrentDropout),
    };
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
    if (!states) return super.callWithMasks(inputs, own, rest);
    const isGiven = toList(inputs).length > 1 || toList(rest['initialState']).length > 0;
    const initial = isGiven ? {} : { initialState: states.read() };
    const result = super.callWithMasks(inputs, own, { ...rest, ...initial, returnState: true });
    states.update(result.outputs.slice(1));
    return this.returnState ? result : { outputs: result.outputs.slice(0, 1), masks: result.masks };
  }
}
