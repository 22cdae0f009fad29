// SPDX-License-Identifier: Apache-2.0
// Writes the files that Keras writes.
import { check, TfwasmError } from '../core/errors.js';
import { writeHdf5 } from './hdf5/write.js';
import type { WeightVariable } from './holders.js';
import { formatJson, type JsonObject } from './json.js';
import { locateHolders } from './locate.js';
import type { KerasFileToWrite } from './to-write.js';
import { legacyModel, legacyWeights } from './write-legacy.js';
import { NOTHING, weightTree } from './write-tree.js';
import { checkPathInside, zip } from './zip.js';

/**
 * The bytes of a file that Keras loads.
 *
 * @throws E_INPUT if the config is missing; E_SHAPE or E_DTYPE if values do not fit their variables, or cannot be stored.
 * @throws E_DUPLICATE if two layers have the same name; E_LIMIT if the file is too large.
 * @example
 * const bytes = await writeKerasFile({ format: 'keras', kerasVersion: '3.3.3', modelConfig, root, readVariable });
 */
export async function writeKerasFile<V extends WeightVariable>(file: KerasFileToWrite<V>): Promise<Uint8Array> {
  switch (file.format) {
    case 'h5':
      return writeHdf5(legacyModel(file, formatJson(configOf(file))));
    case 'h5-weights':
      return writeHdf5(legacyWeights(file));
    case 'weights.h5':
      return writeHdf5(weightTree(file));
    case 'keras':
      return zip(filesOf(file));
    default:
      throw new TfwasmError('E_INPUT', `unknown format of a Keras file: ${JSON.stringify(file.format)}`);
  }
}

function configOf<V extends WeightVariable>({ modelConfig, format }: KerasFileToWrite<V>): JsonObject {
  check(modelConfig !== undefined, `a file in the format '${format}' needs a modelConfig`);
  return modelConfig;
}

/** The members of a .keras file, in the order of Keras. */
function filesOf<V extends WeightVariable>(file: KerasFileToWrite<V>): Map<string, Uint8Array> {
  const config = { ...configOf(file), ...(file.trainingConfig && { compile_config: file.trainingConfig }) };
  const date = (file.savedAt ?? new Date()).toISOString().slice(0, 19).replace('T', '@');
  const text = (value: JsonObject) => new TextEncoder().encode(formatJson(value));
  const files = new Map([
    ['metadata.json', text({ keras_version: file.kerasVersion, date_saved: date })],
    ['config.json', text(config)],
    ['model.weights.h5', writeHdf5(weightTree(file))],
  ]);
  const vocabularies = locateHolders(file.root, NOTHING, file.kerasVersion).flatMap(({ holder, path }) =>
    holder.vocabulary ? [[`${path}/vocabulary.txt`, holder.vocabulary] as const] : [],
  );
  for (const [path, asset] of [...vocabularies, ...(file.assets ?? [])]) {
    checkPathInside(path);
    const bytes = asset instanceof Uint8Array ? asset : new TextEncoder().encode(asset.join('\n'));
    files.set(`assets/${path}`, bytes);
  }
  return files;
}
