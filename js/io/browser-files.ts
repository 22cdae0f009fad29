// SPDX-License-Identifier: Apache-2.0
// Loads models from File objects: chosen, dropped or downloaded earlier.
import { describeError, TfwasmError } from '../core/errors.js';
import { filePieces } from './file-pieces.js';
import { isKerasFile } from './keras-names.js';
import { checkManifest, groupBytes } from './manifest.js';
import type { ModelArtifacts, ModelJSON, WeightsManifestGroup } from './types.js';

export async function loadBrowserFiles(files: readonly File[]): Promise<ModelArtifacts> {
  const jsonFile = files.find(({ name }) => /\.json$/i.test(name)) ?? (files[0] as File);
  const [first, second] = files;
  if (first && !second && isKerasFile(first.name)) return { modelTopology: await readBytes(first) };
  const weightFiles = files.filter((file) => file !== jsonFile);
  const { weightsManifest, ...parts } = await readJson(jsonFile);
  if (weightFiles.length === 0) return { modelTopology: parts.modelTopology };
  const matched = matchFiles(weightsManifest, weightFiles);
  return {
    ...parts,
    weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
    getWeightStream: () => streamFiles(matched),
  };
}

async function readJson(file: File): Promise<ModelJSON> {
  const text = await readText(file);
  let json: ModelJSON | null;
  try {
    json = JSON.parse(text) as ModelJSON | null;
  } catch (error) {
    throw new TfwasmError('E_JSON', `${file.name} is not JSON: ${describeError(error)}`, { cause: error });
  }
  for (const field of ['modelTopology', 'weightsManifest'] as const) {
    if (json?.[field]) continue;
    throw new TfwasmError('E_JSON', `${file.name} is not a model: its ${field} is missing`);
  }
  checkManifest(json?.weightsManifest);
  return json as ModelJSON;
}

// TextDecoder drops a byte order mark.
const readText = async (file: File): Promise<string> => new TextDecoder().decode(await readBytes(file));

async function readBytes(file: File): Promise<ArrayBuffer> {
  try {
    return await file.arrayBuffer();
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: File, error: unknown): TfwasmError {
  return new TfwasmError('E_FILE', `cannot read ${file.name}: ${describeError(error)}`, { cause: error });
}

const baseName = (path: string) => path.split(/[\\/]/).at(-1) as string;

/** The files in the order of the manifest. Throws E_MANIFEST, E_DUPLICATE, E_WEIGHT_BYTES. */
function matchFiles(manifest: readonly WeightsManifestGroup[], files: readonly File[]): File[] {
  const byName = new Map<string, File>();
  for (const file of files) {
    const name = baseName(file.name);
    if (byName.has(name)) throw new TfwasmError('E_DUPLICATE', `two of the files are called ${name}`);
    byName.set(name, file);
  }
  const used = new Set<string>();
  const matched = manifest.flatMap((group) => {
    const found = group.paths.map((path) => takeFile(baseName(path), byName, used));
    checkLength(group, found);
    return found;
  });
  const extra = [...byName.keys()].filter((name) => !used.has(name));
  if (extra.length === 0) return matched;
  throw new TfwasmError('E_INPUT', `the model does not name the files ${extra.join(', ')}`);
}

function takeFile(name: string, files: ReadonlyMap<string, File>, used: Set<string>): File {
  if (used.has(name)) throw new TfwasmError('E_DUPLICATE', `the weights manifest names two files ${name}`);
  used.add(name);
  const file = files.get(name);
  if (file) return file;
  throw new TfwasmError('E_INPUT', `the file ${name} with weights of the model is not among those given`);
}

function checkLength({ weights }: WeightsManifestGroup, files: readonly File[]): void {
  const expected = groupBytes(weights);
  const got = files.reduce((sum, { size }) => sum + size, 0);
  if (expected === undefined || expected === got) return;
  const names = files.map(({ name }) => name).join(', ');
  throw new TfwasmError('E_WEIGHT_BYTES', `the weights take ${expected} bytes of ${names}, which has ${got}`);
}

function streamFiles(files: readonly File[]): ReadableStream<Uint8Array> {
  const chunks = readFiles(files);
  const source: UnderlyingDefaultSource<Uint8Array> = {
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await chunks.return();
    },
  };
  return new ReadableStream(source, { highWaterMark: 0 });
}

async function* readFiles(files: readonly File[]): AsyncGenerator<Uint8Array, void, void> {
  for (const file of files) {
    try {
      for await (const piece of filePieces(file)) yield piece;
    } catch (error) {
      throw unreadable(file, error);
    }
  }
}
