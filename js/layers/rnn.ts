// SPDX-License-Identifier: Apache-2.0
// Recurrent layers of any cell.
import type { Tensor } from '../tensor/tensor.js';
import { type Config, serialize } from './config.js';
import { currentExecution } from './execution.js';
import { Layer, type LayerArgs, type MaskedTensors, type NamedChildren } from './layer.js';
import { LayerStates } from './layer-states.js';
import type { LayerVariable } from './layer-variable.js';
import type { LayerContext } from './registry.js';
import { type Cell, makeCell, outputShapeOf, stateShapesOf } from './rnn-cell.js';
import { runSteps, sequenceOutput, zeroState } from './steps.js';
import { type Kwargs, type OneOrMore, oneOrMore, type Shape, toList } from './topology.js';
import type { Spec } from './wrapper.js';

/** Options of all recurrent layers. */
export interface BaseRNNArgs extends LayerArgs {
  /** Whether to return the outputs of all steps, not only the last. */
  returnSequences?: boolean;
  /** Whether to return the last states, too. */
  returnState?: boolean;
  /** Whether to start with the last step. Sequences are returned in this order. */
  goBackwards?: boolean;
  /** Whether the states are kept for the next batch, until resetStates(). */
  stateful?: boolean;
  /** No effect. */
  unroll?: boolean;
}

export interface RNNArgs extends BaseRNNArgs {
  /** A cell, cells to stack, or their descriptions. */
  cell: Layer | object | (Layer | object)[];
  /** Inputs are [time, batch, ...]. */
  timeMajor?: boolean;
  /** Whether masked steps give zeros, not the output of the step before. */
  zeroOutputForMask?: boolean;
  /** How many of the inputs, the last ones, the cell gets at each step as the argument `constants`. */
  numConstants?: number;
}

const OPTIONS = ['returnSequences', 'returnState', 'goBackwards', 'stateful', 'unroll'] as const;

/** The arguments of a call. */
interface RecurrentInputs {
  x: Tensor;
  mask: Tensor | undefined;
  states: Tensor[];
  constants: Tensor[];
}

export class RNN extends Layer {
  /** @internal */
  static override readonly className: string = 'RNN';

  readonly cell: Cell;
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly goBackwards: boolean;
  readonly #options: Config;
  readonly #numConstants: number;
  readonly #timeAxis: number;
  #states: LayerStates | undefined;

  constructor(args: RNNArgs, context: LayerContext = { generation: 2 }) {
    super(args);
    this.cell = makeCell(args.cell, context);
    this.supportsMasking = true;
    this.#options = Object.fromEntries(OPTIONS.map((key) => [key, args[key] ?? false]));
    for (const key of ['timeMajor', 'zeroOutputForMask'] as const) if (args[key]) this.#options[key] = true;
    if (args.numConstants) this.#options['numConstants'] = args.numConstants;
    this.returnSequences = args.returnSequences ?? false;
    this.returnState = args.returnState ?? false;
    this.goBackwards = args.goBackwards ?? false;
    this.#numConstants = args.numConstants ?? 0;
    this.#timeAxis = args.timeMajor ? 0 : 1;
  }

  override get children(): readonly Layer[] {
    return [this.cell];
  }

  /** @internal */
  override get namedChildren(): NamedChildren {
    return [['cell', this.cell]];
  }

  override get stateful(): boolean {
    return this.#options['stateful'] === true;
  }

  /** The states that the layer keeps, if it is stateful. */
  get states(): Tensor[] {
    return this.#states?.read() ?? [];
  }

  override get stateVariables(): readonly LayerVariable[] {
    return [...(this.#states?.variables ?? []), ...super.stateVariables];
  }

  override resetStates(states?: OneOrMore<Tensor>): void {
    this.#states?.reset(states);
  }

  /** The shape of a step, [batch, ...]. */
  #stepShape(shape: Shape): Shape {
    return [shape[1 - this.#timeAxis] ?? null, ...shape.slice(2)];
  }

  override build(inputShape: Shape | Shape[]): void {
    const [first, ...others] = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as [Shape, ...Shape[]];
    const step = this.#stepShape(first);
    this.cell.weightScope = this.weightScope ?? this.name;
    this.cell.ensureBuilt([step, ...(this.#numConstants ? others.slice(-this.#numConstants) : [])]);
    if (!this.stateful) return;
    this.#states = new LayerStates(
      this.name,
      stateShapesOf(this.cell, step).map((shape) => [step[0] ?? null, ...shape]),
    );
  }

  override outputSpecs([{ shape }]: readonly [Spec]): Spec[] {
    const step = this.#stepShape(shape);
    const [batch = null] = step;
    const steps = shape[this.#timeAxis] ?? null;
    const time = this.returnSequences ? [steps] : [];
    const output = outputShapeOf(this.cell, step);
    const first = this.#timeAxis === 0 ? [...time, batch, ...output] : [batch, ...time, ...output];
    const states = this.returnState ? stateShapesOf(this.cell, step).map((own) => [batch, ...own]) : [];
    return [first, ...states].map((own) => ({ dtype: 'float32', shape: own }));
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
    return oneOrMore(this.outputSpecs([{ dtype: 'float32', shape }]).map((spec) => spec.shape)) as Shape | Shape[];
  }

  override call(inputs: OneOrMore<Tensor>, { mask, ...kwargs }: Kwargs): OneOrMore<Tensor> {
    return oneOrMore(this.callWithMasks(inputs, toList<Tensor | undefined>(mask), kwargs).outputs);
  }

  #read(inputs: OneOrMore<Tensor>, masks: (Tensor | undefined)[], kwargs: Kwargs): RecurrentInputs {
    const [x, ...more] = toList(inputs) as [Tensor, ...Tensor[]];
    const mask = toList<Tensor | undefined>(kwargs['mask'])[0] ?? masks[0];
    const constants = kwargs['constants']
      ? toList<Tensor>(kwargs['constants'])
      : more.splice(more.length - this.#numConstants);
    const given = kwargs['initialState'] ? toList<Tensor>(kwargs['initialState']) : more;
    if (given.length > 0) return { x, mask, states: given, constants };
    return { x, mask, states: this.#states?.read() ?? [], constants };
  }

  override callWithMasks(inputs: OneOrMore<Tensor>, masks: (Tensor | undefined)[], kwargs: Kwargs): MaskedTensors {
    const given = this.#read(inputs, masks, kwargs);
    const { mask, initialState, constants, ...rest } = kwargs;
    const { outputs, states } = this.#run(given, rest);
    this.#states?.update(states);
    const output = sequenceOutput(outputs, this.returnSequences, this.#timeAxis);
    this.regularizeActivity([output]);
    return {
      outputs: this.returnState ? [output, ...states] : [output],
      masks: this.returnSequences ? [given.mask] : [],
    };
  }

  /** The outputs of all steps, in the order of processing, and the last states. */
  #run({ x, mask, states, constants }: RecurrentInputs, kwargs: Kwargs): { outputs: Tensor[]; states: Tensor[] } {
    const isTraining = kwargs['training'] ?? currentExecution()?.training;
    let args = { ...kwargs, ...(constants.length > 0 && { constants }) };
    return runSteps(
      {
        x,
        mask,
        timeAxis: this.#timeAxis,
        goBackwards: this.goBackwards,
        zeroOutputForMask: this.#options['zeroOutputForMask'] === true,
      },
      (first) => {
        const start = states.length > 0 ? states : this.#zeroStates(first);
        if (isTraining) args = { ...args, ...this.cell.sharedArguments?.(first, start) };
        return start;
      },
      (step, last) => this.callInner(this.cell, [step, ...last], [], args).outputs,
    );
  }

  #zeroStates(step: Tensor): Tensor[] {
    return stateShapesOf(this.cell, step.shape as number[]).map((shape) => zeroState(step, shape as number[]));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), ...this.#options, cell: serialize(this.cell) };
  }
}
