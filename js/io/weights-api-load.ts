// SPDX-License-Identifier: Apache-2.0
// The weights of a manifest, without a model.
import { TfwasmError } from '../core/errors.js';
import { coreStarted } from '../core/runtime.js';
import type { NamedTensorMap, Tensor } from '../tensor/tensor.js';
import { checkManifest } from './manifest.js';
import { request, requestContext, retry, toHttpError } from './request.js';
import type { WeightsLoader, WeightsManifestGroup } from './types.js';
import { decodeWeights } from './weights-api.js';

export function weightsLoaderFactory(fetchWeights: (urls: string[]) => Promise<ArrayBuffer[]>): WeightsLoader {
  return async (manifest, filePathPrefix = '', weightNames) => {
    const groups = checkManifest(manifest).filter(({ weights }) => {
      return !weightNames || weights.some(({ name }) => weightNames.includes(name));
    });
    checkNames(manifest, weightNames ?? []);
    const folder = filePathPrefix.endsWith('/') ? filePathPrefix : `${filePathPrefix}/`;
    const urls = groups.flatMap(({ paths }) => paths.map((path) => folder + path));
    const buffers = await fetchWeights(urls);
    await coreStarted();
    // Not an object, which "__proto__" as a name would break.
    const entries: [string, Tensor][] = [];
    try {
      let next = 0;
      for (const { paths, weights } of groups) {
        entries.push(...Object.entries(decodeWeights(buffers.slice(next, next + paths.length), weights)));
        next += paths.length;
      }
    } catch (error) {
      for (const [, tensor] of entries) tensor.dispose();
      throw error;
    }
    return pick(entries, weightNames);
  };
}

/** Throws E_DUPLICATE if two weights have one name, E_INPUT if one of `names` is missing. */
function checkNames(manifest: readonly WeightsManifestGroup[], names: readonly string[]): void {
  const known = manifest.flatMap(({ weights }) => weights.map(({ name }) => name));
  const twice = known.find((name, index) => known.indexOf(name) < index);
  if (twice !== undefined) throw new TfwasmError('E_DUPLICATE', `two weights are named '${twice}'`);
  const missing = names.filter((name) => !known.includes(name));
  if (missing.length === 0) return;
  throw new TfwasmError(
    'E_INPUT',
    `Could not find weights in manifest with names: ${missing.join(', ')}. Manifest JSON has weights with names: ${known.join(', ')}.`,
  );
}

/** Returns the tensors with these names and disposes the others. */
function pick(entries: readonly [string, Tensor][], names: readonly string[] | undefined): NamedTensorMap {
  const isWanted = ([name]: readonly [string, Tensor]) => !names || names.includes(name);
  for (const entry of entries) if (!isWanted(entry)) entry[1].dispose();
  return Object.fromEntries(entries.filter(isWanted));
}

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
