// SPDX-License-Identifier: Apache-2.0
// The weights of a manifest, without a model.
import { TfwasmError } from '../core/errors.js';
import type { NamedTensorMap } from '../tensor/tensor.js';
import { toBytes } from './bytes.js';
import { openShards } from './http.js';
import { checkOptions } from './load-options.js';
import { checkManifest, checkPath, groupBytes } from './manifest.js';
import type { WeightsLoader, WeightsManifestGroup } from './types.js';
import { decodeFeed } from './weights-api.js';
import { openFeed, type WeightFeed } from './weights-feed.js';

/** A group of weights and the URLs of its files. */
interface Group extends WeightsManifestGroup {
  urls: string[];
}

export function weightsLoaderFactory(fetchWeights: (urls: string[]) => Promise<ArrayBuffer[]>): WeightsLoader {
  return async (manifest, filePathPrefix, weightNames) => {
    const groups = chooseGroups(manifest, filePathPrefix, weightNames);
    const urls = groups.flatMap((group) => group.urls);
    const buffers: unknown = await fetchWeights(urls);
    if (!Array.isArray(buffers) || buffers.length !== urls.length) {
      const got = Array.isArray(buffers) ? buffers.length : typeof buffers;
      throw new TfwasmError(
        'E_INPUT',
        `fetchWeights must return one buffer for each of ${urls.length} URLs, got ${got}`,
      );
    }
    const weightData = buffers.map(toBytes) as unknown as ArrayBuffer[];
    checkLengths(groups, weightData);
    return decodeGroups(groups, openFeed({ weightData }), weightNames);
  };
}

export async function loadWeights(
  manifest: WeightsManifestGroup[],
  filePathPrefix?: string,
  weightNames?: string[],
  requestInit?: RequestInit,
): Promise<NamedTensorMap> {
  const options = checkOptions(requestInit ? { requestInit } : {});
  const groups = chooseGroups(manifest, filePathPrefix, weightNames);
  const shards = groups.map(({ urls, sha256, weights }) => ({ urls, hashes: sha256, byteLength: groupBytes(weights) }));
  return decodeGroups(groups, openShards(shards, options), weightNames);
}

/** The groups that have these weights. Throws E_MANIFEST, E_PATH, E_INPUT. */
function chooseGroups(manifest: unknown, prefix: unknown = '', names: unknown = undefined): Group[] {
  const groups = checkManifest(manifest);
  if (typeof prefix !== 'string') throw new TfwasmError('E_INPUT', 'filePathPrefix must be a string');
  if (names && !Array.isArray(names)) throw new TfwasmError('E_INPUT', 'weightNames must be a list of names');
  const wanted = names ? new Set<unknown>(names as unknown[]) : undefined;
  if (wanted) checkNames(groups, wanted);
  const folder = prefix.endsWith('/') ? prefix : `${prefix}/`;
  return groups
    .filter(({ weights }) => !wanted || weights.some(({ name }) => wanted.has(name)))
    .map((group) => ({ ...group, urls: group.paths.map((path) => folder + checkPath(path)) }));
}

function checkNames(groups: readonly WeightsManifestGroup[], names: ReadonlySet<unknown>): void {
  const known = groups.flatMap(({ weights }) => weights.map(({ name }) => name));
  const missing = [...names].filter((name) => !known.includes(name as string));
  if (missing.length === 0) return;
  throw new TfwasmError(
    'E_INPUT',
    `Could not find weights in manifest with names: ${missing.join(', ')}. Manifest JSON has weights with names: ${known.join(', ')}.`,
  );
}

/** Throws E_WEIGHT_BYTES, naming the files. The bytes of a group that is too long would count as those of the next. */
function checkLengths(groups: readonly Group[], buffers: readonly ArrayBuffer[]): void {
  let next = 0;
  for (const { urls, weights } of groups) {
    const expected = groupBytes(weights);
    const got = buffers.slice(next, next + urls.length).reduce((sum, { byteLength }) => sum + byteLength, 0);
    next += urls.length;
    if (expected === undefined || expected === got) continue;
    throw new TfwasmError(
      'E_WEIGHT_BYTES',
      `the weights take ${expected} bytes of ${urls.join(', ')}, but ${got} came`,
    );
  }
}

/** The tensors with these names; all without names. */
async function decodeGroups(
  groups: readonly Group[],
  feed: WeightFeed | undefined,
  names: readonly string[] | undefined,
): Promise<NamedTensorMap> {
  try {
    const specs = groups.flatMap(({ weights }) => weights);
    const entries = Object.entries(await decodeFeed(feed, specs));
    const isWanted = ([name]: [string, unknown]) => !names || names.includes(name);
    for (const entry of entries) if (!isWanted(entry)) entry[1].dispose();
    return Object.fromEntries(entries.filter(isWanted));
  } finally {
    feed?.cancel();
  }
}
