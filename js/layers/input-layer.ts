// SPDX-License-Identifier: Apache-2.0
// Where a model gets its inputs.
import { TfwasmError } from '../core/errors.js';
import { publicFunction } from '../core/public-function.js';
import type { DataType } from '../tensor/dtype.js';
import type { Config } from './config.js';
import { Layer } from './layer.js';
import { checkShape, type Shape, SymbolicTensor } from './topology.js';

/** Options of an input. One of the shapes is needed. */
export interface InputLayerArgs {
  inputShape?: Shape;
  batchInputShape?: Shape;
  batchSize?: number;
  dtype?: DataType;
  sparse?: boolean;
  name?: string;
}

/** Options of `tf.input`. */
export interface InputConfig {
  /** The shape of one example. */
  shape?: Shape;
  /** The shape of a batch. */
  batchShape?: Shape;
  name?: string;
  dtype?: DataType;
  sparse?: boolean;
}

export class InputLayer extends Layer {
  /** @internal */
  static override readonly className: string = 'InputLayer';

  readonly sparse: boolean;

  constructor(args: InputLayerArgs) {
    super({ ...args, trainable: false });
    if (!this.batchInputShape) {
      throw new TfwasmError('E_LAYER', 'An InputLayer should be passed either a `batchInputShape` or an `inputShape`.');
    }
    this.sparse = args.sparse ?? false;
    this.built = true;
    const output = new SymbolicTensor(this.dtype, this.batchInputShape, this, [], {}, this.name);
    this.inboundNodes.push({ outboundLayer: this, inputTensors: [], outputTensors: [output], callArgs: {} });
  }

  override getConfig(): Config {
    const { batchInputShape, dtype, sparse, name } = this;
    return { batchInputShape, dtype, sparse, name };
  }
}

/**
 * A symbolic tensor for the inputs of a model.
 *
 * ```js
 * const x = tf.input({ shape: [4] });
 * const y = tf.layers.dense({ units: 3, activation: 'softmax' }).apply(x);
 * const model = tf.model({ inputs: x, outputs: y });
 * ```
 *
 * @throws E_LAYER without a shape.
 */
export const input = publicFunction('input', (config: InputConfig): SymbolicTensor => {
  if (!config?.batchShape && !config?.shape) {
    throw new TfwasmError('E_LAYER', 'Please provide to Input either a `shape` or a `batchShape` argument.');
  }
  const { shape, batchShape, ...rest } = config;
  const batchInputShape = batchShape ?? [null, ...checkShape(shape, 'input(): shape')];
  const layer = new InputLayer({ ...rest, batchInputShape });
  return layer.inboundNodes[0]?.outputTensors[0] as SymbolicTensor;
});
