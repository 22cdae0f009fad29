// SPDX-License-Identifier: Apache-2.0
// Sends a model to a server, as a form with two files.
import { describeError, TfwasmError } from '../errors.js';
import { toBlob } from './browser-downloads.js';
import { artifactsInfo, checkSavable, toJson, toModelJson } from './model-json.js';
import type { RequestContext } from './request.js';
import { canHash, digest } from './sha256.js';
import type { ModelArtifacts, SaveResult } from './types.js';

const WEIGHTS_NAME = 'model.weights.bin';

/** Larger files would have to be in memory as a whole to compute their hash. */
const MAX_HASHED_BYTES = 256 << 20;

/**
 * Saves a model to a URL. Sends one request; it is not repeated, since it may have been received.
 *
 * @throws E_HTTP when the server does not answer with a status of 2xx. The response is its cause.
 */
export async function saveOverHttp(
  artifacts: ModelArtifacts,
  url: string,
  { fetchFunc, requestInit, signal }: RequestContext,
): Promise<SaveResult> {
  checkSavable(artifacts, url);
  const weights = await toBlob(artifacts);
  const model = toModelJson(artifacts, weights ? [`./${WEIGHTS_NAME}`] : []);
  const [group] = model.weightsManifest;
  if (group && weights && weights.size <= MAX_HASHED_BYTES && canHash()) {
    group.sha256 = [await digest(await weights.arrayBuffer())];
  }
  const form = new FormData();
  form.append('model.json', new Blob([toJson(model)], { type: 'application/json' }), 'model.json');
  if (weights) form.append(WEIGHTS_NAME, weights, WEIGHTS_NAME);
  const response = await send(
    () => fetchFunc(url, { method: 'POST', ...requestInit, signal, body: form }),
    url,
    signal,
  );
  return { modelArtifactsInfo: artifactsInfo(artifacts, weights?.size ?? 0), responses: [response] };
}

async function send(post: () => Promise<Response>, url: string, signal: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await post();
  } catch (error) {
    if (signal.aborted || error instanceof TfwasmError) throw error;
    throw new TfwasmError('E_HTTP', `cannot save to ${url}: ${describeError(error)}`, { cause: error });
  }
  if (response.ok) return response;
  throw new TfwasmError('E_HTTP', `cannot save to ${url}: the server answered with status ${response.status}`, {
    cause: response,
  });
}
