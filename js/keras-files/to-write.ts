// SPDX-License-Identifier: Apache-2.0
// What writeKerasFile() needs.
import type { KerasData } from './arrays.js';
import type { NamedArray } from './file.js';
import type { WeightHolder, WeightVariable } from './holders.js';
import type { JsonObject } from './json.js';

/** 'h5' and 'h5-weights' are .h5 files with and without the model, 'weights.h5' is the form of Keras 3. */
export type KerasFormat = 'keras' | 'weights.h5' | 'h5' | 'h5-weights';

export interface KerasFileToWrite<V extends WeightVariable = WeightVariable> {
  format: KerasFormat;
  /** The version whose form the config has, such as '3.3.3'. */
  kerasVersion: string;
  /** Default: 'tensorflow'. */
  backend?: string;
  /** Required for 'keras' and 'h5'. */
  modelConfig?: JsonObject;
  /** The arguments of compile(). */
  trainingConfig?: JsonObject;
  root: WeightHolder<V>;
  /** The values of a variable, row by row. */
  readVariable(variable: V): KerasData;
  /** In the order of the optimizer's variables. */
  optimizerWeights?: readonly NamedArray[];
  /** Files of layers, and vocabularies, by path such as 'layers/string_lookup/vocabulary.txt'. Only for 'keras'. */
  assets?: ReadonlyMap<string, Uint8Array | readonly string[]>;
  /** Default: now. Only in 'keras'. */
  savedAt?: Date;
}
