// SPDX-License-Identifier: Apache-2.0
// Models behind a URL: model.json and, beside it, the files with its weights.
import { TfwasmError } from '../errors.js';
import { checkManifest, checkPath, groupBytes } from './manifest.js';
import { platformFetch, type RequestContext, requestJson } from './request.js';
import { streamShards } from './shards.js';
import type { IOHandler, LoadOptions, ModelArtifacts, WeightsManifestGroup } from './types.js';

/** Whether an address is one of the web. */
export function isHTTPScheme(url: string): boolean {
  return /^https?:\/\//i.test(url);
}

/**
 * A handler that loads from a URL, which may be relative, and in Node.js also a file: URL. The
 * weights come as `getWeightStream`, whose requests start with its call.
 *
 * @param url Of the model.json.
 */
export function http(url: string, options: LoadOptions = {}): IOHandler {
  if (typeof url !== 'string' || url === '') {
    throw new TfwasmError('E_INPUT', 'the URL of a model must be a string that is not empty');
  }
  return { load: () => loadModel(url, options) };
}

export { http as browserHTTPRequest };

async function loadModel(url: string, options: LoadOptions): Promise<ModelArtifacts> {
  const stop = new AbortController();
  const context: RequestContext = {
    fetchFunc: options.fetchFunc ?? platformFetch,
    requestInit: options.requestInit,
    signal: followSignal(stop, options.requestInit?.signal),
  };
  const { weightsManifest, ...rest } = checkModelJson(await requestJson(url, context), url);
  if (weightsManifest === undefined || weightsManifest === null) return rest;
  const manifest = checkManifest(weightsManifest);
  const groups = await Promise.all(
    manifest.map(async ({ paths, weights }) => ({
      urls: await Promise.all(paths.map((path) => weightUrl(path, url, options))),
      byteLength: options.strict === false ? undefined : groupBytes(weights),
    })),
  );
  return {
    ...rest,
    weightSpecs: manifest.flatMap((group) => group.weights),
    getWeightStream: () => streamShards(groups, context, stop),
  };
}

/** Aborts `controller` when the program's own signal does. */
function followSignal(controller: AbortController, signal: AbortSignal | null | undefined): AbortSignal {
  if (!signal) return controller.signal;
  if (signal.aborted) controller.abort(signal.reason);
  else signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true });
  return controller.signal;
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

async function weightUrl(path: string, modelUrl: string, options: LoadOptions): Promise<string> {
  if (options.weightUrlConverter) return options.weightUrlConverter(path);
  const [, folder = '', query = ''] = /^([^?#]*\/)?[^?#]*(\?[^#]*)?/.exec(modelUrl) ?? [];
  return `${options.weightPathPrefix ?? folder}${checkPath(path)}${query}`;
}
