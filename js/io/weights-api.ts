// SPDX-License-Identifier: Apache-2.0
// Conversion between weights and tensors.
import { TfwasmError } from '../core/errors.js';
import { publicAsyncFunction, publicFunction } from '../core/public-function.js';
import { callCore, coreStarted } from '../core/runtime.js';
import { type NamedTensorMap, Tensor, tensorsOfHandles } from '../tensor/tensor.js';
import { CompositeArrayBuffer } from './composite-array-buffer.js';
import type { WeightSpec } from './types.js';
import { toBytes } from './bytes.js';
import { openFeed, type WeightFeed } from './weights-feed.js';
import { feedWeights, WeightWriter, withDecoder } from './weights-in.js';
import { encodeStrings } from './weights-out-strings.js';

/** A tensor and its name. */
export interface NamedTensor {
  name: string;
  tensor: Tensor;
}

/**
 * Encodes tensors as a weight file, with weight specs for a manifest.
 *
 * @param tensors By name, or as a list.
 * @param group The group of every weight: 'model' or 'optimizer'.
 */
export const encodeWeights = publicAsyncFunction(
  'encodeWeights',
  async (
    tensors: NamedTensorMap | readonly NamedTensor[],
    group?: 'model' | 'optimizer',
  ): Promise<{ data: ArrayBuffer; specs: WeightSpec[] }> => {
    const list = toList(tensors);
    const parts = list.map(({ tensor: { dtype, storage } }) =>
      dtype === 'string' ? encodeStrings(storage.readStrings()) : storage.readBytes(),
    );
    const specs = list.map(({ name, tensor: { shape, dtype } }) => {
      return { name, shape: [...shape], dtype, ...(group ? { group } : {}) };
    });
    return { data: CompositeArrayBuffer.join(parts), specs };
  },
);

/** Throws E_INPUT for what is no named tensor, E_DISPOSED. */
function toList(tensors: unknown): readonly NamedTensor[] {
  const list = Array.isArray(tensors)
    ? (tensors as readonly (Partial<NamedTensor> | null)[])
    : Object.entries(tensors ?? {}).map(([name, tensor]) => ({ name, tensor: tensor as Tensor }));
  if (typeof tensors !== 'object' || tensors === null) {
    throw new TfwasmError(
      'E_INPUT',
      `encodeWeights() takes tensors by name, got ${tensors === null ? 'null' : typeof tensors}`,
    );
  }
  for (const item of list) {
    const { name, tensor } = item ?? {};
    if (typeof name !== 'string' || !(tensor instanceof Tensor)) {
      throw new TfwasmError('E_INPUT', `encodeWeights() takes tensors by name; '${String(name)}' is none`);
    }
    if (tensor.isDisposed) throw new TfwasmError('E_DISPOSED', `the tensor '${name}' has been disposed`);
  }
  return list as readonly NamedTensor[];
}

/**
 * Decodes weights to tensors by name.
 *
 * @throws E_WEIGHT_BYTES, E_SHAPE, E_DTYPE, E_QUANT, E_STRING or E_DUPLICATE, naming the weight; E_WASM before ready().
 */
export const decodeWeights = publicFunction(
  'decodeWeights',
  (weightData: ArrayBuffer | ArrayBuffer[], specs: WeightSpec[]): NamedTensorMap => {
    return withDecoder(specs, (decoder) => {
      const writer = new WeightWriter(decoder, true);
      for (const part of [weightData].flat()) writer.write(toBytes(part));
      writer.finish();
      return takeTensors(decoder, specs);
    });
  },
);

/** Like `decodeWeights`, for a stream. Starts the core if necessary. */
export const decodeWeightsStream = publicAsyncFunction(
  'decodeWeightsStream',
  async (weightStream: ReadableStream<ArrayBuffer | ArrayBufferView>, specs: WeightSpec[]): Promise<NamedTensorMap> =>
    decodeFeed(openFeed({ getWeightStream: () => weightStream }), specs),
);

/** The tensors of a feed. Starts the core if necessary. */
export async function decodeFeed(feed: WeightFeed | undefined, specs: WeightSpec[]): Promise<NamedTensorMap> {
  await coreStarted();
  return withDecoder(specs, async (decoder) => {
    await feedWeights(decoder, feed, {});
    return takeTensors(decoder, specs);
  });
}

function takeTensors(decoder: number, specs: readonly WeightSpec[]): NamedTensorMap {
  const tensors = tensorsOfHandles(callCore((core) => core.takeWeights(decoder)));
  return Object.fromEntries(specs.map(({ name }, index) => [name, tensors[index] as Tensor]));
}
