// SPDX-License-Identifier: Apache-2.0
// downloads://prefix: hands a model to the user as two files.
import { artifactsInfo, toJson } from './artifacts-json.js';
import { checkSavable, MAX_HASHED_BYTES, toModelJson } from './artifacts-stored.js';
import { canHash, digest } from './sha256.js';
import { storageError, unavailable } from './storage-errors.js';
import type { IOHandler, ModelArtifacts, SaveResult } from './types.js';
import { weightPieces } from './weights-out-pieces.js';

/** How long the browser may take to begin with a file. */
const REVOKE_MS = 60_000;

/** A handler that saves `<prefix>.json` and `<prefix>.weights.bin` to where downloads go. */
export function browserDownloads(prefix = ''): IOHandler {
  // Browsers replace these characters, and then the model.json would name a file that is not there.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are meant
  const name = prefix.replace(/[\\/:*?"<>|~\x00-\x1f\x7f]/g, '_').replace(/^\.+|\.+$/g, '_') || 'model';
  return { save: (artifacts) => save(artifacts, name) };
}

async function save(artifacts: ModelArtifacts, name: string): Promise<SaveResult> {
  const url = `downloads://${name}`;
  if (typeof document === 'undefined') throw unavailable(url, 'only pages can download files, not workers or Node.js');
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

/** The weights where the browser keeps them: large ones on the disk. */
export async function toBlob(artifacts: ModelArtifacts): Promise<Blob | undefined> {
  if (!artifacts.getWeightStream && !artifacts.weightData) return undefined;
  const type = 'application/octet-stream';
  let blob = new Blob([], { type });
  for await (const piece of weightPieces(artifacts)) blob = new Blob([blob, piece], { type });
  return blob;
}

/** The model.json of a model whose weights, if it has any, are in one file. */
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
  // Two clicks in one task are one download in Firefox.
  await new Promise((resolve) => setTimeout(resolve));
  link.dispatchEvent(new MouseEvent('click'));
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKE_MS);
}
