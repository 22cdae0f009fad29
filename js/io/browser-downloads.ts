// SPDX-License-Identifier: Apache-2.0
// downloads://prefix: lets the user download a model as two files, or as one of Keras.
import { artifactsInfo, toJson } from './artifacts-json.js';
import { checkSavable, MAX_HASHED_BYTES, toModelJson } from './artifacts-stored.js';
import { fileBytes, fileInfo, fileName } from './keras-out.js';
import { canHash, digest } from './sha256.js';
import { storageError, unavailable } from './storage-errors.js';
import type { IOHandler, ModelArtifacts, SaveResult } from './types.js';
import { weightPieces } from './weights-out-pieces.js';

/** The time that the browser gets to start a download. */
const REVOKE_MS = 60_000;

/** A handler that downloads `<prefix>.json` and `<prefix>.weights.bin`. */
export function browserDownloads(prefix = ''): IOHandler {
  // Browsers replace these characters, and model.json would then refer to a wrong file name.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are meant
  const name = prefix.replace(/[\\/:*?"<>|~\x00-\x1f\x7f]/g, '_').replace(/^\.+|\.+$/g, '_') || 'model';
  return { save: (artifacts) => save(artifacts, name) };
}

async function save(artifacts: ModelArtifacts, name: string): Promise<SaveResult> {
  const url = `downloads://${name}`;
  if (typeof document === 'undefined') throw unavailable(url, 'only pages can download files, not workers or Node.js');
  const bytes = fileBytes(artifacts);
  if (bytes) {
    await download(new Blob([bytes], { type: 'application/octet-stream' }), fileName(name, artifacts));
    return { modelArtifactsInfo: fileInfo(bytes) };
  }
  checkSavable(artifacts, url);
  const weightsName = `${name}.weights.bin`;
  const weights = await toBlob(artifacts).catch((error) => {
    throw storageError('save', url, error);
  });
  const json = await toJsonBlob(artifacts, `./${weightsName}`, weights);
  await download(json, `${name}.json`);
  if (weights) await download(weights, weightsName);
  return { modelArtifactsInfo: artifactsInfo(artifacts, weights?.size ?? 0) };
}

/** The weights as a Blob; browsers keep large ones on disk. */
export async function toBlob(artifacts: ModelArtifacts): Promise<Blob | undefined> {
  if (!artifacts.getWeightStream && !artifacts.weightData) return undefined;
  const type = 'application/octet-stream';
  let blob = new Blob([], { type });
  for await (const piece of weightPieces(artifacts)) blob = new Blob([blob, piece], { type });
  return blob;
}

/** The model.json of a model with at most one weight file. */
export async function toJsonBlob(artifacts: ModelArtifacts, path: string, weights: Blob | undefined): Promise<Blob> {
  const isHashed = weights && weights.size <= MAX_HASHED_BYTES && canHash();
  const sha256 = isHashed ? [await digest(await weights.arrayBuffer())] : undefined;
  const json = toJson(toModelJson(artifacts, weights ? [path] : [], sha256));
  return new Blob([json], { type: 'application/json' });
}

async function download(blob: Blob, name: string): Promise<void> {
  const link = document.createElement('a');
  link.download = name;
  link.href = URL.createObjectURL(blob);
  // Firefox drops the second of two downloads in the same task.
  await new Promise((resolve) => setTimeout(resolve));
  link.dispatchEvent(new MouseEvent('click'));
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKE_MS);
}
