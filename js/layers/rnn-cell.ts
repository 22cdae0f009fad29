// SPDX-License-Identifier: Apache-2.0
// One step of a recurrent layer.
import { TfwasmError } from '../core/errors.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Config, serialize } from './config.js';
import { Layer, type LayerArgs, type MaskedTensors, type NamedChildren } from './layer.js';
import { type LayerContext, makeInnerLayer } from './registry.js';
import { type Kwargs, type OneOrMore, type Shape, toList } from './topology.js';

/** The base class of custom cells: `call([x, ...states])` returns [output, ...new states]. */
export abstract class RNNCell extends Layer {
  /** The sizes of the states. The first is that of the output. */
  abstract stateSize: number | number[];
}

/** A cell: of the core, composed, or written in JavaScript. */
export interface Cell extends Layer {
  readonly stateSize?: OneOrMore<number | number[]>;
  /** The size of the output, if it is not that of the first state. */
  readonly outputSize?: number | number[];
  /** The shapes of the states of one sample, for a step of this shape. */
  stateShapes?(stepShape: Shape): Shape[];
  /** Arguments of all steps of a call in training: masks of dropout. */
  sharedArguments?(x: Tensor, states: readonly Tensor[]): Kwargs;
}

/** The shapes of the states of one sample. */
export function stateShapesOf(cell: Cell, stepShape: Shape): Shape[] {
  return cell.stateShapes?.(stepShape) ?? toList(cell.stateSize).map((size) => toList(size));
}

/** The shape of the output for one sample. */
export function outputShapeOf(cell: Cell, stepShape: Shape): Shape {
  if (cell.outputSize !== undefined) return toList(cell.outputSize);
  return stateShapesOf(cell, stepShape)[0] ?? [];
}

/** A cell, or several as one, from objects or descriptions. */
export function makeCell(value: unknown, context: LayerContext): Cell {
  if (Array.isArray(value)) return new StackedRNNCells({ cells: value as Layer[] }, context);
  const cell = makeInnerLayer(value, context) as Cell;
  if (cell.stateSize === undefined) {
    throw new TfwasmError('E_LAYER', `${cell.name} is no cell of a recurrent layer: it has no stateSize`);
  }
  return cell;
}

export interface StackedRNNCellsArgs extends LayerArgs {
  /** Cells, or their descriptions. The output of each is the input of the next. */
  cells: (Layer | object)[];
  /** Whether the states of the last cell come first. Default: true, as in TensorFlow.js; false in files of Keras. */
  reverseStateOrder?: boolean;
}

/** Cells that act as one. */
export class StackedRNNCells extends Layer implements Cell {
  /** @internal */
  static override readonly className: string = 'StackedRNNCells';

  readonly cells: readonly Cell[];
  readonly reverseStateOrder: boolean;

  constructor(args: StackedRNNCellsArgs, context: LayerContext = { generation: 2 }) {
    super(args);
    this.cells = toList(args.cells).map((cell) => makeCell(cell, context));
    if (this.cells.length === 0) throw new TfwasmError('E_LAYER', `${this.name}: expected a list of cells`);
    this.reverseStateOrder = args.reverseStateOrder ?? true;
  }

  override get children(): readonly Layer[] {
    return this.cells;
  }

  /** @internal */
  override get namedChildren(): NamedChildren {
    return [['cells', this.cells]];
  }

  get stateSize(): (number | number[])[] {
    return this.#inOrder(this.cells.map((cell) => toList(cell.stateSize))).flat();
  }

  get outputSize(): number | number[] {
    const last = this.cells.at(-1) as Cell;
    return last.outputSize ?? (toList(last.stateSize)[0] as number | number[]);
  }

  /** Lists by cell in the order of the states, or back. */
  #inOrder<T>(lists: T[]): T[] {
    return this.reverseStateOrder ? [...lists].reverse() : lists;
  }

  /** The shapes of steps that the cells get. */
  #stepShapes(stepShape: Shape): Shape[] {
    const shapes = [stepShape];
    for (const cell of this.cells) {
      shapes.push([stepShape[0] ?? null, ...outputShapeOf(cell, shapes.at(-1) as Shape)]);
    }
    return shapes;
  }

  stateShapes(stepShape: Shape): Shape[] {
    const steps = this.#stepShapes(stepShape);
    return this.#inOrder(this.cells.map((cell, i) => stateShapesOf(cell, steps[i] as Shape))).flat();
  }

  #states(flat: readonly Tensor[]): Tensor[][] {
    const rest = [...flat];
    const take = (cell: Cell) => rest.splice(0, toList(cell.stateSize).length);
    return this.#inOrder(this.#inOrder([...this.cells]).map(take));
  }

  sharedArguments(x: Tensor, states: readonly Tensor[]): Kwargs {
    const lists = this.#states(states);
    let input = x;
    const cells = this.cells.map((cell, i) => {
      const own = cell.sharedArguments?.(input, lists[i] as Tensor[]) ?? {};
      input = (lists[i] as Tensor[])[0] as Tensor;
      return own;
    });
    return { cells };
  }

  override build(inputShape: Shape | Shape[]): void {
    const [first, ...constants] = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as [Shape, ...Shape[]];
    const steps = this.#stepShapes(first);
    for (const [i, cell] of this.cells.entries()) {
      cell.weightScope = `${this.weightScope ?? this.name}/RNNCell_${i}`;
      cell.ensureBuilt([steps[i] as Shape, ...constants]);
    }
  }

  override callWithMasks(inputs: OneOrMore<Tensor>, _masks: unknown, { cells, ...kwargs }: Kwargs): MaskedTensors {
    const [x, ...flat] = toList(inputs) as [Tensor, ...Tensor[]];
    let output = x;
    const news = this.#states(flat).map((states, i) => {
      const cell = this.cells[i] as Cell;
      const shared = (cells as Kwargs[] | undefined)?.[i];
      const result = this.callInner(cell, [output, ...states], [], { ...kwargs, ...shared });
      output = result.outputs[0] as Tensor;
      return result.outputs.slice(1);
    });
    return { outputs: [output, ...this.#inOrder(news).flat()], masks: [] };
  }

  override getConfig(): Config {
    const cells = this.cells.map(serialize);
    return { ...super.getConfig(), cells, ...(this.reverseStateOrder && { reverseStateOrder: true }) };
  }
}
