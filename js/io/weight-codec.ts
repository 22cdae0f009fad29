// SPDX-License-Identifier: Apache-2.0
// Weights as tensors, and back.
import { dispose } from '../engine.js';
import { TfwasmError } from '../errors.js';
import { callCore, ready } from '../runtime.js';
import { type NamedTensorMap, type Tensor, tensorsOfHandles } from '../tensor.js';
import { CompositeArrayBuffer } from './composite-array-buffer.js';
import { checkManifest } from './manifest.js';
import { request, requestContext, retry, toHttpError } from './request.js';
import type { WeightSpec, WeightsManifestGroup } from './types.js';
import { encodeStrings } from './weight-encoder.js';
import { openFeed, toBytes } from './weight-feed.js';
import { feedWeights, WeightWriter, withDecoder } from './weight-stream.js';

/** A tensor and its name. */
export interface NamedTensor {
  name: string;
  tensor: Tensor;
}

/**
 * The bytes of tensors as the files of a model hold them, and what its manifest says of them.
 *
 * @param tensors By name, or in a list.
 * @param group Is noted with every weight: 'model' or 'optimizer'.
 */
export async function encodeWeights(
  tensors: NamedTensorMap | readonly NamedTensor[],
  group?: 'model' | 'optimizer',
): Promise<{ data: ArrayBuffer; specs: WeightSpec[] }> {
  const list = Array.isArray(tensors)
    ? (tensors as readonly NamedTensor[])
    : Object.entries(tensors as NamedTensorMap).map(([name, tensor]) => ({ name, tensor }));
  const parts = list.map(({ tensor: { dtype, storage } }) =>
    dtype === 'string' ? encodeStrings(storage.readStrings()) : storage.readBytes(),
  );
  const specs = list.map(({ name, tensor: { shape, dtype } }) => {
    return { name, shape: [...shape], dtype, ...(group ? { group } : {}) };
  });
  return { data: CompositeArrayBuffer.join(parts), specs };
}

/**
 * The tensors in the bytes of weights, by name.
 *
 * @throws E_WEIGHT_BYTES, E_SHAPE, E_DTYPE, E_QUANT, E_STRING or E_DUPLICATE, naming the weight;
 *     E_WASM before ready().
 */
export function decodeWeights(weightData: ArrayBuffer | ArrayBuffer[], specs: WeightSpec[]): NamedTensorMap {
  return withDecoder(specs, (decoder) => {
    const writer = new WeightWriter(decoder, true);
    for (const part of [weightData].flat()) writer.write(toBytes(part));
    writer.finish();
    return takeTensors(decoder, specs);
  });
}

/** As `decodeWeights`, while the bytes come in. Starts the core if that has not been done. */
export async function decodeWeightsStream(
  weightStream: ReadableStream<ArrayBuffer | ArrayBufferView>,
  specs: WeightSpec[],
): Promise<NamedTensorMap> {
  await ready();
  return withDecoder(specs, async (decoder) => {
    await feedWeights(decoder, openFeed({ getWeightStream: () => weightStream }), {});
    return takeTensors(decoder, specs);
  });
}

function takeTensors(decoder: number, specs: readonly WeightSpec[]): NamedTensorMap {
  const tensors = tensorsOfHandles(callCore((core) => core.takeWeights(decoder)));
  return Object.fromEntries(specs.map(({ name }, index) => [name, tensors[index] as Tensor]));
}

/** Loads the weights of a manifest, or those of some names. */
export type WeightsLoader = (
  manifest: WeightsManifestGroup[],
  filePathPrefix?: string,
  weightNames?: string[],
) => Promise<NamedTensorMap>;

/**
 * Makes a function that loads weights.
 *
 * @param fetchWeights Gets all URLs at once, and answers with the bytes behind each.
 */
export function weightsLoaderFactory(fetchWeights: (urls: string[]) => Promise<ArrayBuffer[]>): WeightsLoader {
  return async (manifest, filePathPrefix = '', weightNames) => {
    const groups = checkManifest(manifest).filter(({ weights }) => {
      return !weightNames || weights.some(({ name }) => weightNames.includes(name));
    });
    checkNames(manifest, weightNames ?? []);
    const folder = filePathPrefix.endsWith('/') ? filePathPrefix : `${filePathPrefix}/`;
    const urls = groups.flatMap(({ paths }) => paths.map((path) => folder + path));
    const buffers = await fetchWeights(urls);
    await ready();
    const tensors: NamedTensorMap = {};
    try {
      let next = 0;
      for (const { paths, weights } of groups) {
        Object.assign(tensors, decodeWeights(buffers.slice(next, next + paths.length), weights));
        next += paths.length;
      }
      return pick(tensors, weightNames);
    } catch (error) {
      dispose(tensors);
      throw error;
    }
  };
}

function checkNames(manifest: readonly WeightsManifestGroup[], names: readonly string[]): void {
  const known = manifest.flatMap(({ weights }) => weights.map(({ name }) => name));
  const missing = names.filter((name) => !known.includes(name));
  if (missing.length === 0) return;
  throw new TfwasmError(
    'E_INPUT',
    `Could not find weights in manifest with names: ${missing.join(', ')}. Manifest JSON has weights with names: ${known.join(', ')}.`,
  );
}

/** Only the tensors of these names; the others are disposed. */
function pick(tensors: NamedTensorMap, names: readonly string[] | undefined): NamedTensorMap {
  if (!names) return tensors;
  const entries = Object.entries(tensors);
  for (const [name, tensor] of entries) if (!names.includes(name)) tensor.dispose();
  return Object.fromEntries(entries.filter(([name]) => names.includes(name)));
}

/** Loads the weights of a manifest, or those of some names, from the files in a folder of the web. */
export function loadWeights(
  manifest: WeightsManifestGroup[],
  filePathPrefix?: string,
  weightNames?: string[],
  requestInit?: RequestInit,
): Promise<NamedTensorMap> {
  const context = requestContext(
    requestInit ? { requestInit } : {},
    requestInit?.signal ?? new AbortController().signal,
  );
  const fetchOne = (url: string) =>
    retry(context, async () => {
      const response = await request(url, context, { isBinary: true });
      return response.arrayBuffer().catch((error) => {
        throw toHttpError(url, error, context.signal);
      });
    });
  return weightsLoaderFactory((urls) => Promise.all(urls.map(fetchOne)))(manifest, filePathPrefix, weightNames);
}
