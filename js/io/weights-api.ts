// SPDX-License-Identifier: Apache-2.0
// Conversion between weights and tensors.
import { check } from '../core/errors.js';
import { kindOf, publicAsyncFunction, publicFunction } from '../core/public-function.js';
import { callCore, coreStarted } from '../core/runtime.js';
import { type NamedTensorMap, Tensor, tensorsOfHandles } from '../tensor/tensor.js';
import { CompositeArrayBuffer } from './composite-array-buffer.js';
import type { WeightSpec } from './types.js';
import { openFeed, toBytes } from './weights-feed.js';
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
    const list = Array.isArray(tensors)
      ? (tensors as readonly NamedTensor[])
      : Object.entries(tensors as NamedTensorMap).map(([name, tensor]) => ({ name, tensor }));
    for (const { name, tensor } of list) {
      const isFine = typeof name === 'string' && tensor instanceof Tensor;
      check(isFine, `encodeWeights() takes tensors by name, got '${kindOf(tensor)}' for '${kindOf(name)}'`);
    }
    const parts = list.map(({ tensor: { dtype, storage } }) =>
      dtype === 'string' ? encodeStrings(storage.readStrings()) : storage.readBytes(),
    );
    const specs = list.map(({ name, tensor: { shape, dtype } }) => {
      return { name, shape: [...shape], dtype, ...(group ? { group } : {}) };
    });
    return { data: CompositeArrayBuffer.join(parts), specs };
  },
);

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
  async (weightStream: ReadableStream<ArrayBuffer | ArrayBufferView>, specs: WeightSpec[]): Promise<NamedTensorMap> => {
    await coreStarted();
    return withDecoder(specs, async (decoder) => {
      await feedWeights(decoder, openFeed({ getWeightStream: () => weightStream }), {});
      return takeTensors(decoder, specs);
    });
  },
);

function takeTensors(decoder: number, specs: readonly WeightSpec[]): NamedTensorMap {
  const tensors = tensorsOfHandles(callCore((core) => core.takeWeights(decoder)));
  return Object.fromEntries(specs.map(({ name }, index) => [name, tensors[index] as Tensor]));
}
