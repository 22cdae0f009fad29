// SPDX-License-Identifier: Apache-2.0
// The content of keras-files.js: files of Keras 1, 2 and 3. loader.ts loads it on demand.
export { KerasArray, type KerasData, type KerasDtype } from './arrays.js';
export {
  isKeras1,
  type KerasFile,
  type LegacyKerasFile,
  type LegacyLayer,
  type NamedArray,
  readVocabulary,
  type TreeKerasFile,
  type TreeObject,
} from './file.js';
export type { Match, MatchOptions, WeightHolder, WeightVariable } from './holders.js';
export { formatJson, type Json, type JsonObject, parseJsonObject } from './json.js';
export { upgradeKeras1 } from './keras1-config.js';
export { type Located, locateHolders } from './locate.js';
export { matchWeights } from './match.js';
export { type KerasReadOptions, type KerasSource, readKerasFile } from './read.js';
export { toSnakeCase } from './snake-case.js';
export type { KerasFileToWrite, KerasFormat } from './to-write.js';
export { writeKerasFile } from './write.js';
export { unzip, zip, zipPaths } from './zip.js';
