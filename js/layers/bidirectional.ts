// SPDX-License-Identifier: Apache-2.0
import { TfwasmError } from '../core/errors.js';
import { add, mul } from '../ops/arithmetic.js';
import { concat } from '../ops/join.js';
import { reverse } from '../ops/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Config, serialize } from './config.js';
import { Layer, type LayerArgs, type MaskedTensors, type NamedChildren } from './layer.js';
import { type LayerContext, makeInnerLayer } from './registry.js';
import { type Kwargs, type OneOrMore, oneOrMore, type Shape, toList } from './topology.js';
import type { Spec } from './wrapper.js';

/** How the outputs of both directions become one; null: they stay two. */
export type BidirectionalMergeMode = 'sum' | 'mul' | 'concat' | 'ave' | null;

export interface BidirectionalArgs extends LayerArgs {
  /** A recurrent layer, or its description. It is copied. */
  layer: Layer | object;
  /** The layer that goes backwards. Default: a copy of `layer` in the other direction. */
  backwardLayer?: Layer | object | null;
  /** Default: 'concat'. */
  mergeMode?: BidirectionalMergeMode;
  /** How many of the inputs, the last ones, both layers get as constants. */
  numConstants?: number;
}

const MERGES: Record<string, (a: Tensor, b: Tensor) => Tensor> = {
  sum: add,
  mul,
  concat: (a, b) => concat([a, b], -1),
  ave: (a, b) => mul(add(a, b), 0.5),
};

/** A copy with another name, and other options. */
function copyOf(layer: Layer, prefix: string, options: Config, context: LayerContext): Layer {
  const { className, config } = serialize(layer);
  // Keras 3 saves the name with the prefix.
  const name = `${prefix}_${layer.name.replace(new RegExp(`^${prefix}_`), '')}`;
  return makeInnerLayer({ className, config: { ...config, name, ...options } }, context);
}

/** A recurrent layer, once from the first step on, and once from the last. */
export class Bidirectional extends Layer {
  /** @internal */
  static override readonly className: string = 'Bidirectional';

  readonly forwardLayer: Layer;
  readonly backwardLayer: Layer;
  readonly mergeMode: BidirectionalMergeMode;
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly #numConstants: number;
  readonly #timeAxis: number;
  /** The layers as they were given. */
  readonly #saved: Config;

  constructor(args: BidirectionalArgs, context: LayerContext = { generation: 2 }) {
    super(args);
    this.supportsMasking = true;
    this.mergeMode = args.mergeMode === undefined ? 'concat' : args.mergeMode;
    if (this.mergeMode !== null && !Object.hasOwn(MERGES, this.mergeMode)) {
      const names = Object.keys(MERGES).join(', ');
      throw new TfwasmError('E_LAYER', `${this.name}: mergeMode must be one of ${names}, or null`);
    }
    const layer = makeInnerLayer(args.layer, context);
    const backward = args.backwardLayer ? makeInnerLayer(args.backwardLayer, context) : undefined;
    const config = layer.getConfig();
    this.returnSequences = config['returnSequences'] === true;
    this.returnState = config['returnState'] === true;
    this.#numConstants = args.numConstants ?? 0;
    this.#timeAxis = config['timeMajor'] ? 0 : 1;
    this.#saved = { layer: serialize(layer), ...(backward && { backwardLayer: serialize(backward) }) };
    const options = this.returnSequences ? { zeroOutputForMask: true } : {};
    const goBackwards = backward ? {} : { goBackwards: !config['goBackwards'] };
    this.forwardLayer = copyOf(layer, 'forward', options, context);
    this.backwardLayer = copyOf(backward ?? layer, 'backward', { ...options, ...goBackwards }, context);
    if (this.backwardLayer.getConfig()['goBackwards'] === this.forwardLayer.getConfig()['goBackwards']) {
      throw new TfwasmError('E_LAYER', `${this.name}: the layers must go in different directions`);
    }
  }

  override get children(): readonly Layer[] {
    return [this.forwardLayer, this.backwardLayer];
  }

  /** @internal */
  override get namedChildren(): NamedChildren {
    return [
      ['forward_layer', this.forwardLayer],
      ['backward_layer', this.backwardLayer],
    ];
  }

  override build(inputShape: Shape | Shape[]): void {
    for (const layer of this.children) {
      layer.weightScope = `${this.weightScope ?? this.name}/${layer.name}`;
      layer.ensureBuilt((Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as Shape[]);
    }
  }

  override outputSpecs(inputs: readonly Spec[], kwargs: Kwargs): Spec[] {
    const [output, ...states] = this.forwardLayer.outputSpecs(inputs, kwargs) as [Spec, ...Spec[]];
    const { dtype, shape } = output;
    const size = shape.at(-1) ?? null;
    const merged = { dtype, shape: [...shape.slice(0, -1), size && 2 * size] };
    const first = this.mergeMode === null ? [output, output] : [this.mergeMode === 'concat' ? merged : output];
    return [...first, ...states, ...states];
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    const shapes = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as Shape[];
    const specs = this.outputSpecs(
      shapes.map((shape) => ({ dtype: 'float32', shape })),
      {},
    );
    return oneOrMore(specs.map(({ shape }) => shape)) as Shape | Shape[];
  }

  override call(inputs: OneOrMore<Tensor>, { mask, ...kwargs }: Kwargs): OneOrMore<Tensor> {
    return oneOrMore(this.callWithMasks(inputs, toList<Tensor | undefined>(mask), kwargs).outputs);
  }

  override callWithMasks(inputs: OneOrMore<Tensor>, masks: (Tensor | undefined)[], kwargs: Kwargs): MaskedTensors {
    const [x, ...more] = toList(inputs) as [Tensor, ...Tensor[]];
    const rest = more.splice(more.length - this.#numConstants);
    const constants = rest.length > 0 ? { constants: rest } : {};
    const states = kwargs['initialState'] ? toList<Tensor>(kwargs['initialState']) : more;
    const half = states.length / 2;
    const results = this.children.map((layer, i) => {
      const initialState = states.slice(i * half, (i + 1) * half);
      const own = { ...kwargs, ...constants, ...(half > 0 && { initialState }) };
      return this.callInner(layer, x, masks.slice(0, 1), own).outputs;
    });
    const [forward, backward] = results as [[Tensor, ...Tensor[]], [Tensor, ...Tensor[]]];
    const back = this.returnSequences ? reverse(backward[0], this.#timeAxis) : backward[0];
    const merge = this.mergeMode === null ? undefined : MERGES[this.mergeMode];
    const outputs = merge ? [merge(forward[0], back)] : [forward[0], back];
    this.regularizeActivity(outputs);
    const mask = this.returnSequences ? (toList<Tensor | undefined>(kwargs['mask'])[0] ?? masks[0]) : undefined;
    return {
      outputs: [...outputs, ...forward.slice(1), ...backward.slice(1)],
      masks: outputs.map(() => mask),
    };
  }

  override getConfig(): Config {
    const numConstants = this.#numConstants;
    return {
      ...super.getConfig(),
      ...this.#saved,
      mergeMode: this.mergeMode,
      ...(numConstants > 0 && { numConstants }),
    };
  }
}
