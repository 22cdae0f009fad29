// SPDX-License-Identifier: Apache-2.0
// Reads files of all kinds that Keras writes.
import { check, TfwasmError } from '../core/errors.js';
import { toBytes } from '../io/bytes.js';
import type { KerasFile } from './file.js';
import type { Hdf5Group } from './hdf5/nodes.js';
import { openHdf5 } from './hdf5/open.js';
import { isHdf5 } from './hdf5/read.js';
import { type JsonObject, objectIn, parseJsonObject, textIn } from './json.js';
import { isLegacy, readLegacy } from './read-legacy.js';
import { optimizerWeightsIn, readTree } from './read-tree.js';
import { checkPathInside, isZip, unzip } from './zip.js';

/** Bytes of a file, or the files of a folder by path: an unpacked .keras file, or weights in shards. */
export type KerasSource = Uint8Array | ArrayBuffer | ReadonlyMap<string, Uint8Array>;

const WEIGHTS = 'model.weights.h5';
const SHARDS = 'model.weights.json';
const ASSETS = 'assets/';

export interface KerasReadOptions {
  /** For messages. */
  fileName?: string;
  /**
   * Loads the HDF5 library (1 MB) if the file has structures that neither Keras nor h5py writes by default, such as those
   * of newer versions of HDF5. Only for files that you trust: others can keep that library busy for ever. Default: false.
   */
  hdf5Library?: boolean;
}

/**
 * Reads .h5, .keras and .weights.h5 files, as Keras 1, 2 and 3 write them. Their content decides, not their names.
 * Arrays are views of `source`, if possible, which must therefore stay as it is. Takes time and memory in proportion to
 * the size of the file.
 *
 * @throws E_FILE if it is no such file, or damaged; E_JSON, E_LIMIT, E_PATH or E_DTYPE for what is in it.
 * @example
 * const file = await readKerasFile(bytes, { fileName: 'model.h5' });
 * if (file.layout === 'legacy') console.log(file.layers.map(({ name }) => name));
 */
export async function readKerasFile(
  source: KerasSource,
  { fileName = 'the file', hdf5Library = false }: KerasReadOptions = {},
): Promise<KerasFile> {
  const open = (bytes: Uint8Array) => openHdf5(bytes, hdf5Library);
  try {
    if (source instanceof Map) return await readFolder(source, open);
    const bytes = toBytes(source);
    if (isZip(bytes)) return await readFolder(unzip(bytes), open);
    check(isHdf5(bytes), () => `it is neither an HDF5 file nor a ZIP archive, but ${describeStart(bytes)}`, 'E_FILE');
    const root = await open(bytes);
    return isLegacy(root) ? readLegacy(root) : treeFile({ files: [root] });
  } catch (error) {
    if (!(error instanceof TfwasmError)) throw error;
    throw new TfwasmError(error.code, `cannot read ${fileName}: ${error.message}`, { cause: error });
  }
}

function describeStart(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'empty';
  return `begins with ${JSON.stringify(new TextDecoder().decode(bytes.subarray(0, 20)))}`;
}

type Files = ReadonlyMap<string, Uint8Array>;
type Open = (bytes: Uint8Array) => Promise<Hdf5Group>;

async function readFolder(files: Files, open: Open): Promise<KerasFile> {
  for (const path of files.keys()) checkPathInside(path);
  const json = (name: string) => {
    const bytes = files.get(name);
    return bytes && parseJsonObject(new TextDecoder().decode(bytes), name);
  };
  return treeFile({
    files: await openWeights(files, open),
    metadata: json('metadata.json'),
    config: json('config.json'),
    assets: new Map(
      Array.from(files).flatMap(([path, bytes]) =>
        path.startsWith(ASSETS) ? [[path.slice(ASSETS.length), bytes] as const] : [],
      ),
    ),
  });
}

/** The weights of a folder: one file, or shards that a list names. */
async function openWeights(files: Files, open: Open): Promise<Hdf5Group[]> {
  const whole = files.get(WEIGHTS);
  if (whole) return [await open(whole)];
  const list = Array.from(files.keys()).find((path) => path === SHARDS || path.endsWith('.weights.json'));
  if (list === undefined) {
    const hint = files.has('model.weights.npz') ? '; it has weights in the NumPy format, which needs Python' : '';
    throw new TfwasmError('E_FILE', `it has no ${WEIGHTS}${hint}`);
  }
  const names = shardNames(parseJsonObject(new TextDecoder().decode(files.get(list)), list));
  return Promise.all(
    names.map((name) => {
      const shard = files.get(name);
      if (!shard) throw new TfwasmError('E_FILE', `'${name}' is missing, which ${list} names`);
      return open(shard);
    }),
  );
}

function shardNames(list: JsonObject): string[] {
  const names = Object.values(objectIn(list, 'weight_map') ?? {}).flat();
  if (names.length === 0 || names.some((name) => typeof name !== 'string')) {
    throw new TfwasmError('E_FILE', 'the list of weight files is malformed');
  }
  return [...new Set(names as string[])];
}

interface TreeParts {
  files: readonly Hdf5Group[];
  metadata?: JsonObject | undefined;
  config?: JsonObject | undefined;
  assets?: Files;
}

function treeFile({ files, metadata, config, assets = new Map() }: TreeParts): KerasFile {
  const root = readTree(files);
  return {
    layout: 'tree',
    kerasVersion: textIn(metadata, 'keras_version'),
    backend: undefined,
    modelConfig: config,
    trainingConfig: objectIn(config, 'compile_config'),
    optimizerWeights: optimizerWeightsIn(root),
    assets,
    root,
  };
}
