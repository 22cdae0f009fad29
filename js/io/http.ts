// SPDX-License-Identifier: Apache-2.0
// Models at a URL: model.json and its weight files.
import { TfwasmError } from '../core/errors.js';
import type { FileCache } from './file-cache.js';
import { checkManifest, checkPath, groupBytes } from './manifest.js';
import { checkOptions, loaderOf } from './load-options.js';
import { loadMedia } from './media-loader.js';
import { isKerasFile } from './keras-names.js';
import { parseJson, requestBytes, requestContext, requestText, TransientError } from './request.js';
import { ShardFeed, type ShardGroup, type ShardOptions } from './shards.js';
import type { IOHandler, LoadOptions, ModelArtifacts, WeightsManifestGroup } from './types.js';
import { toWeightStream } from './weights-feed.js';

/** Whether this is an http: or https: URL. */
export function isHTTPScheme(url: string): boolean {
  return typeof url === 'string' && /^https?:\/\//i.test(url);
}

/**
 * A handler for a URL, which may be relative, and in Node.js also a file: URL. Saves by sending a form with the files
 * `model.json` and `model.weights.bin`. With the option `streamWeights`, loaded weights are a `getWeightStream`; its
 * requests start when it is called.
 *
 * @param url The URL of model.json, or to save to; or an array of it and a base URL for the weights.
 * @param loadOptions `requestInit.method` is POST by default for saving.
 */
export function http(url: string | string[], loadOptions: LoadOptions = {}): IOHandler {
  const options = checkOptions(loadOptions);
  const [modelUrl, weightsUrl = modelUrl, ...more] = [url].flat();
  if (typeof modelUrl !== 'string' || modelUrl === '' || typeof weightsUrl !== 'string' || more.length > 0) {
    throw new TfwasmError('E_INPUT', 'the URL of a model must be a string that is not empty');
  }
  if (options.requestInit?.body) {
    throw new TfwasmError('E_INPUT', 'requestInit is expected to have no pre-existing body, but has one.');
  }
  return {
    load: loaderOf(() => loadModel(modelUrl, weightsUrl, options), options),
    save: async (artifacts) => {
      const { saveOverHttp } = await loadMedia();
      return saveOverHttp(artifacts, modelUrl, requestContext(options, withSignals(options).signal));
    },
  };
}

export { http as browserHTTPRequest };

async function loadModel(url: string, weightsUrl: string, options: LoadOptions): Promise<ModelArtifacts> {
  if (isKerasFile(url)) return { modelTopology: await loadBytes(url, options) };
  const cache = options.cache ? await (await loadMedia()).openCache(options.cache) : undefined;
  const { text, isOffline } = await loadText(url, options, cache);
  const { weightsManifest, ...rest } = checkModelJson(parseJson(text, url), url);
  const onKept = async () => !isOffline && cache?.keep(url, [new TextEncoder().encode(text)]);
  if (weightsManifest === undefined || weightsManifest === null) {
    await onKept();
    return rest;
  }
  const manifest = checkManifest(weightsManifest);
  const groups = await findShards(manifest, weightsUrl, options);
  // From now on, cached files without hashes may be of different versions, so model.json is removed from the cache.
  if (!isOffline && manifest.some(({ sha256 }) => !sha256)) await cache?.remove(url).catch(() => {});
  const open = () => openShards(groups, options, { cache, isOffline, onKept });
  return { ...rest, weightSpecs: manifest.flatMap((group) => group.weights), getWeightStream: toWeightStream(open) };
}

/** Requests the files of weights. */
export function openShards(
  groups: ShardGroup[],
  options: LoadOptions,
  more: Omit<ShardOptions, 'maxParallelRequests' | 'onProgress'> = {},
): ShardFeed {
  const { maxParallelRequests = 6, onProgress } = options;
  const stop = withSignals(options);
  return new ShardFeed(groups, requestContext(options, stop.signal), stop, {
    maxParallelRequests,
    onProgress,
    ...more,
  });
}

/** A controller that the program's signals also abort. */
function withSignals({ signal, requestInit }: LoadOptions): AbortController {
  const controller = new AbortController();
  for (const source of [signal, requestInit?.signal]) {
    if (source?.aborted) controller.abort(source.reason);
    // The program's signal may live long; it must not keep finished loads alive.
    source?.addEventListener('abort', () => controller.abort(source.reason), { signal: controller.signal });
  }
  return controller;
}

/** Fetches a file as a whole. */
async function loadBytes(url: string, options: LoadOptions): Promise<ArrayBuffer> {
  const stop = withSignals(options);
  try {
    return await requestBytes(url, requestContext(options, stop.signal), options.onProgress);
  } finally {
    stop.abort();
  }
}

/** Fetches a model.json, or reads it from the cache if there is no network. */
async function loadText(
  url: string,
  options: LoadOptions,
  cache: FileCache | undefined,
): Promise<{ text: string; isOffline: boolean }> {
  const stop = withSignals(options);
  try {
    return { text: await requestText(url, requestContext(options, stop.signal)), isOffline: false };
  } catch (error) {
    const cached = error instanceof TransientError ? await cache?.read(url) : undefined;
    if (!cached) throw error;
    return { text: await cached.text(), isOffline: true };
  } finally {
    stop.abort();
  }
}

type ModelJson = Omit<ModelArtifacts, 'weightSpecs' | 'weightData' | 'getWeightStream'> & {
  weightsManifest?: WeightsManifestGroup[] | null;
};

function checkModelJson(json: unknown, url: string): ModelJson {
  const model = json as ModelJson | null;
  if (typeof model !== 'object' || model === null || Array.isArray(model)) {
    throw new TfwasmError('E_JSON', `${url} is not a model: it is not a JSON object`);
  }
  if (!model.modelTopology && !model.weightsManifest) {
    throw new TfwasmError('E_JSON', `${url} is not a model: it has neither modelTopology nor weightsManifest`);
  }
  return model;
}

function findShards(manifest: WeightsManifestGroup[], weightsUrl: string, options: LoadOptions): Promise<ShardGroup[]> {
  const [, folder = '', query = ''] = /^([^?#]*\/)?[^?#]*(\?[^#]*)?/.exec(weightsUrl) ?? [];
  const find = (path: string) =>
    options.weightUrlConverter?.(path) ?? `${options.weightPathPrefix ?? folder}${checkPath(path)}${query}`;
  return Promise.all(
    manifest.map(async ({ paths, weights, sha256 }) => ({
      urls: await Promise.all(paths.map(find)),
      hashes: sha256,
      byteLength: options.strict === false ? undefined : groupBytes(weights),
    })),
  );
}
