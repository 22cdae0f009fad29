// SPDX-License-Identifier: Apache-2.0
// Layers around one other layer.
import { TfwasmError } from '../core/errors.js';
import { stack, unstack } from '../ops/join.js';
import { any } from '../ops/reduce.js';
import type { DataType } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Config, serialize } from './config.js';
import { Layer, type LayerArgs, type MaskedTensors, type NamedChildren } from './layer.js';
import { type LayerContext, makeInnerLayer } from './registry.js';
import { withRows } from './steps.js';
import { type Kwargs, type OneOrMore, type Shape, toList } from './topology.js';

export interface WrapperArgs extends LayerArgs {
  /** The layer that is wrapped, or its description. */
  layer: Layer | object;
}

export abstract class Wrapper extends Layer {
  readonly layer: Layer;

  constructor(args: WrapperArgs, context: LayerContext = { generation: 2 }) {
    super(args);
    this.supportsMasking = true;
    this.layer = makeInnerLayer(args.layer, context);
  }

  override get children(): readonly Layer[] {
    return [this.layer];
  }

  /** @internal */
  override get namedChildren(): NamedChildren {
    return [['layer', this.layer]];
  }

  override getConfig(): Config {
    return { ...super.getConfig(), layer: serialize(this.layer) };
  }
}

/** A layer and those inside of it. */
const withInner = (layer: Layer): Layer[] => [layer, ...layer.children.flatMap(withInner)];

export type Spec = { dtype: DataType; shape: Shape };

/** Applies a layer to each step of a sequence. */
export class TimeDistributed extends Wrapper {
  /** @internal */
  static override readonly className: string = 'TimeDistributed';

  /** Whether the layer may get the steps of all samples as one batch. */
  readonly #isMerging: boolean;

  constructor(args: WrapperArgs, context: LayerContext = { generation: 2 }) {
    super(args, context);
    // Keras 3 computes the statistics of each step by themselves.
    const isNormalizing = withInner(this.layer).some((layer) => layer.getClassName() === 'BatchNormalization');
    this.#isMerging = !this.layer.stateful && !(isNormalizing && context.generation === 3);
  }

  override build(inputShape: Shape): void {
    const [batch = null, , ...rest] = inputShape;
    if (inputShape.length < 3) {
      throw new TfwasmError('E_SHAPE', `TimeDistributed takes [batch, time, ...], got [${inputShape}]`);
    }
    this.layer.weightScope = this.weightScope ?? this.name;
    this.layer.ensureBuilt([[batch, ...rest]]);
  }

  override outputSpecs([input]: readonly Spec[], kwargs: Kwargs): Spec[] {
    const { dtype, shape } = input as Spec;
    const [batch = null, steps = null, ...rest] = shape;
    const inner = this.layer.outputSpecs([{ dtype, shape: [batch, ...rest] }], kwargs);
    return inner.map((spec) => ({ dtype: spec.dtype, shape: [spec.shape[0] ?? null, steps, ...spec.shape.slice(1)] }));
  }

  override computeOutputShape(inputShape: Shape): Shape {
    return this.outputSpecs([{ dtype: this.inputDType, shape: inputShape }], {})[0]?.shape as Shape;
  }

  override callWithMasks(inputs: OneOrMore<Tensor>, masks: (Tensor | undefined)[], kwargs: Kwargs): MaskedTensors {
    const [x] = toList(inputs) as [Tensor];
    const [, steps = 0, ...rest] = x.shape as number[];
    const mask = masks[0];
    // A mask of whole steps means nothing to the layer.
    const inner = mask && mask.rank > 2 ? mask : undefined;
    const call = (part: Tensor, own: Tensor | undefined) => this.callInner(this.layer, part, own ? [own] : [], kwargs);
    const result = this.#isMerging
      ? mergeSteps(call(withRows(x, rest), inner && withRows(inner, inner.shape.slice(2))), steps)
      : stackSteps(unstack(x, 1).map((part, i) => call(part, inner && (unstack(inner, 1)[i] as Tensor))));
    if (result.masks.some((own) => own !== undefined)) return result;
    const left = mask && (mask.rank > 2 ? any<Tensor>(mask, mask.shape.map((_, axis) => axis).slice(2)) : mask);
    return { outputs: result.outputs, masks: [left] };
  }
}

/** Rows of [N * steps, ...] as [N, steps, ...]. */
function mergeSteps({ outputs, masks }: MaskedTensors, steps: number): MaskedTensors {
  const split = (part: Tensor) => withRows(part, [steps, ...part.shape.slice(1)]);
  return { outputs: outputs.map(split), masks: masks.map((mask) => mask && split(mask)) };
}

function stackSteps(results: readonly MaskedTensors[]): MaskedTensors {
  const [first] = results as [MaskedTensors];
  return {
    outputs: first.outputs.map((_, i) =>
      stack(
        results.map(({ outputs }) => outputs[i] as Tensor),
        1,
      ),
    ),
    masks: first.masks.map(
      (mask, i) =>
        mask &&
        stack(
          results.map(({ masks }) => masks[i] as Tensor),
          1,
        ),
    ),
  };
}
