// SPDX-License-Identifier: Apache-2.0
// Keras files in the storage of a browser, which has models in the form of TensorFlow.js: the file is the only weight.
import { isArrayBuffer, join } from './bytes.js';
import type { ModelArtifacts } from './types.js';
import { openFeed } from './weights-feed.js';

/** The key of a topology that stands for a file; its value is the format. */
const KEY = 'keras_file';

/** Whether a URL is that of a browser's storage. */
export const isStorageUrl = (url: unknown): boolean =>
  typeof url === 'string' && /^(localstorage|indexeddb|opfs):/.test(url);

/** The artifacts to store for a file. */
export function storedKerasFile(file: ModelArtifacts): ModelArtifacts {
  const weightData = file.modelTopology as ArrayBuffer;
  return {
    format: 'keras-file',
    modelTopology: { [KEY]: file.format },
    weightSpecs: [{ name: KEY, shape: [weightData.byteLength], dtype: 'bool' }],
    weightData,
  };
}

/** The bytes of a Keras file, stored or as it is; undefined if the artifacts are those of another model. */
export async function kerasBytesOf(artifacts: ModelArtifacts): Promise<ArrayBuffer | undefined> {
  const { modelTopology } = artifacts;
  if (isArrayBuffer(modelTopology)) return modelTopology;
  if (typeof modelTopology !== 'object' || modelTopology === null || !(KEY in modelTopology)) return undefined;
  const parts: Uint8Array<ArrayBuffer>[] = [];
  // The feed may use its memory again.
  await openFeed(artifacts)?.run((bytes) => parts.push(bytes.slice()) > 0);
  return join(
    parts,
    parts.reduce((sum, { byteLength }) => sum + byteLength, 0),
  ).buffer;
}
