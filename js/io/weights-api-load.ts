// SPDX-License-Identifier: Apache-2.0
// The weights of a manifest, without a model.
import { TfwasmError } from '../core/errors.js';
import { coreStarted } from '../core/runtime.js';
import { dispose } from '../tensor/memory.js';
import type { NamedTensorMap } from '../tensor/tensor.js';
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

/** Returns the tensors with these names and disposes the others. */
function pick(tensors: NamedTensorMap, names: readonly string[] | undefined): NamedTensorMap {
  if (!names) return tensors;
  const entries = Object.entries(tensors);
  for (const [name, tensor] of entries) if (!names.includes(name)) tensor.dispose();
  return Object.fromEntries(entries.filter(([name]) => names.includes(name)));
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
