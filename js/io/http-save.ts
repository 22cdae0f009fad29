// SPDX-License-Identifier: Apache-2.0
// Uploads a model to a server, as a form with two files.
import { TfwasmError } from '../core/errors.js';
import { artifactsInfo } from './artifacts-json.js';
import { checkSavable } from './artifacts-stored.js';
import { toBlob, toJsonBlob } from './browser-downloads.js';
import { reasonOf } from './request.js';
import type { ModelArtifacts, RequestParts, SaveResult } from './types.js';

const WEIGHTS_NAME = 'model.weights.bin';

/**
 * Saves a model to a URL with one request. It is not retried, since the server may have received it.
 *
 * @throws E_HTTP if the status is not 2xx. `cause` is the response.
 */
export async function saveOverHttp(
  artifacts: ModelArtifacts,
  url: string,
  { fetchFunc, requestInit, signal }: RequestParts,
): Promise<SaveResult> {
  checkSavable(artifacts, url);
  const weights = await toBlob(artifacts);
  const json = await toJsonBlob(artifacts, `./${WEIGHTS_NAME}`, weights);
  const form = new FormData();
  form.append('model.json', json, 'model.json');
  if (weights) form.append(WEIGHTS_NAME, weights, WEIGHTS_NAME);
  const response = await send(url, { fetchFunc, requestInit, signal }, form);
  return { modelArtifactsInfo: artifactsInfo(artifacts, weights?.size ?? 0), responses: [response] };
}

async function send(url: string, { fetchFunc, requestInit, signal }: RequestParts, body: FormData): Promise<Response> {
  const failure = (what: string, cause: unknown) =>
    new TfwasmError('E_HTTP', `cannot save to ${url}: ${what}`, { cause });
  try {
    const response = await fetchFunc(url, { method: 'POST', ...requestInit, signal, body });
    if (!response?.ok) throw failure(`the server answered with status ${response?.status || 'unknown'}`, response);
    // Most redirects turn the request into one that sends nothing, as that for a login page. Their answer is no receipt.
    if (response.redirected && requestInit?.redirect !== 'follow') {
      throw failure(
        `the server redirected the request to ${response.url}, which may not have received the model; save to that URL, or set requestInit.redirect to 'follow' if the server redirects after it has saved`,
        response,
      );
    }
    return response;
  } catch (error) {
    if (signal.aborted || error instanceof TfwasmError) throw error;
    throw failure(reasonOf(error), error);
  }
}
