// SPDX-License-Identifier: Apache-2.0
// Uploads a model to a server, as a form with two files, or with one of Keras.
import { TfwasmError } from '../core/errors.js';
import { artifactsInfo } from './artifacts-json.js';
import { checkSavable } from './artifacts-stored.js';
import { toBlob, toJsonBlob } from './browser-downloads.js';
import { fileBytes, fileInfo, fileName } from './keras-out.js';
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
  const bytes = fileBytes(artifacts);
  if (bytes) {
    const file = new Blob([bytes], { type: 'application/octet-stream' });
    const response = await sendFiles(url, { fetchFunc, requestInit, signal }, [[fileName('model', artifacts), file]]);
    return { modelArtifactsInfo: fileInfo(bytes), responses: [response] };
  }
  checkSavable(artifacts, url);
  const weights = await toBlob(artifacts);
  const json = await toJsonBlob(artifacts, `./${WEIGHTS_NAME}`, weights);
  const files: [string, Blob][] = [['model.json', json]];
  if (weights) files.push([WEIGHTS_NAME, weights]);
  const response = await sendFiles(url, { fetchFunc, requestInit, signal }, files);
  return { modelArtifactsInfo: artifactsInfo(artifacts, weights?.size ?? 0), responses: [response] };
}

/** Sends a form of files. */
function sendFiles(url: string, parts: RequestParts, files: readonly [string, Blob][]): Promise<Response> {
  return send(url, parts, parts.requestInit?.redirect === 'follow' ? encodeForm(files) : toForm(files));
}

function toForm(files: readonly [string, Blob][]): FormData {
  const form = new FormData();
  for (const [name, file] of files) form.append(name, file, name);
  return form;
}

/**
 * The form in the bytes that are sent. After a redirect, Node.js encodes a FormData again, with another boundary than
 * that in its header.
 */
function encodeForm(files: readonly [string, Blob][]): Blob {
  const boundary = `tfwasm-${Math.random().toString(36).slice(2)}${Date.now()}`;
  const parts = files.flatMap(([name, file]) => [
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\n`,
    `Content-Type: ${file.type}\r\n\r\n`,
    file,
    '\r\n',
  ]);
  return new Blob([...parts, `--${boundary}--\r\n`], { type: `multipart/form-data; boundary=${boundary}` });
}

async function send(url: string, { fetchFunc, requestInit, signal }: RequestParts, body: BodyInit): Promise<Response> {
  const failure = (what: string, cause: unknown) =>
    new TfwasmError('E_HTTP', `cannot save to ${url}: ${what}`, { cause });
  try {
    const response = await fetchFunc(url, { method: 'POST', ...requestInit, signal, body });
    // After status 301, 302 or 303, the browser asks the other URL for a page, such as a login, and sends nothing. After
    // 307 or 308, it sends the model there. Which it was cannot be seen.
    if (response?.redirected && requestInit?.redirect !== 'follow') {
      throw failure(
        `the server redirected the request to ${response.url}, which has received the model only if the status of the redirect was 307 or 308; save to that URL, or accept redirects with requestInit.redirect 'follow'`,
        response,
      );
    }
    if (response?.type === 'opaqueredirect') throw failure('the server redirected the request', response);
    if (!response?.ok) throw failure(`the server answered with status ${response?.status || 'unknown'}`, response);
    return response;
  } catch (error) {
    if (signal.aborted || error instanceof TfwasmError) throw error;
    throw failure(reasonOf(error), error);
  }
}
