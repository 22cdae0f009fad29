// SPDX-License-Identifier: Apache-2.0
// Models whose layers form a chain.
import { TfwasmError } from '../core/errors.js';
import { publicFunction } from '../core/public-function.js';
import { type Config, serialize } from '../layers/config.js';
import { Container } from '../layers/container.js';
import { input } from '../layers/input-layer.js';
import { Layer } from '../layers/layer.js';
import { LayersModel } from './model.js';
import { type SymbolicTensor, toList } from '../layers/topology.js';

export interface SequentialArgs {
  /** The layers, in order. */
  layers?: Layer[];
  name?: string;
}

export class Sequential extends LayersModel {
  /** @internal */
  static override readonly className: string = 'Sequential';

  /** Without the input layer. */
  #chain: Layer[] = [];

  constructor(args: SequentialArgs = {}) {
    super({ inputs: [], outputs: [], name: args.name });
    this.built = false;
    for (const layer of args.layers ?? []) this.add(layer);
  }

  /** Adds a layer. The first needs an inputShape, unless it is a model or an InputLayer. Throws E_LAYER. */
  add(layer: Layer): void {
    if (!(layer instanceof Layer)) throw new TfwasmError('E_LAYER', 'Sequential.add() takes a layer');
    const output =
      this.outputs.length === 0 ? this.#firstOutput(layer) : layer.apply(this.outputs[0] as SymbolicTensor);
    const outputs = toList(output) as SymbolicTensor[];
    if (outputs.length !== 1) {
      throw new TfwasmError(
        'E_LAYER',
        'All layers in a Sequential model should have a single output tensor. For multi-output layers, use the ' +
          'functional API.',
      );
    }
    this.outputs = outputs;
    this.#chain.push(layer);
    this.#reconnect();
  }

  /** The output of the first layer, which brings the input with it, or tells its shape. */
  #firstOutput(layer: Layer): SymbolicTensor | SymbolicTensor[] {
    const isModel = layer instanceof Container;
    if (isModel && layer.outputs.length !== 1) {
      throw new TfwasmError('E_LAYER', 'All layers in a Sequential model should have a single output tensor.');
    }
    if (layer.getClassName() === 'InputLayer') {
      const output = layer.output as SymbolicTensor;
      this.inputs = [output];
      return output;
    }
    const batchShape = isModel ? layer.inputs[0]?.shape : layer.batchInputShape;
    const dtype = isModel ? layer.inputs[0]?.dtype : layer.inputDType;
    if (!batchShape) {
      throw new TfwasmError(
        'E_LAYER',
        'The first layer in a Sequential model must get an `inputShape` or `batchInputShape` argument.',
      );
    }
    const x = input({ batchShape, name: `${layer.name}_input`, ...(dtype && { dtype }) });
    this.inputs = [x];
    return layer.apply(x) as SymbolicTensor | SymbolicTensor[];
  }

  /** Removes the last layer. Throws E_LAYER if there is none. */
  pop(): void {
    const last = this.#chain.pop();
    if (!last) throw new TfwasmError('E_LAYER', 'There are no layers in the model.');
    last.inboundNodes.pop();
    const previous = this.#chain.at(-1);
    this.outputs = previous
      ? [toList(previous.getOutputAt(previous.inboundNodes.length - 1))[0] as SymbolicTensor]
      : [];
    if (!previous) this.inputs = [];
    this.#reconnect();
  }

  #reconnect(): void {
    this.forgetPrograms();
    if (this.outputs.length === 0) {
      this.ownLayers = [];
      this.built = false;
      return;
    }
    this.connect();
  }

  override getConfig(): Config {
    return { name: this.name, layers: this.#chain.map(serialize) };
  }

  override get layers(): Layer[] {
    return this.#chain ?? [];
  }
}

/**
 * A model whose layers form a chain.
 *
 * ```js
 * const model = tf.sequential({
 *   layers: [
 *     tf.layers.dense({ inputShape: [784], units: 32, activation: 'relu' }),
 *     tf.layers.dense({ units: 10, activation: 'softmax' }),
 *   ],
 * });
 * ```
 */
export const sequential = publicFunction('sequential', (config?: SequentialArgs): Sequential => new Sequential(config));
