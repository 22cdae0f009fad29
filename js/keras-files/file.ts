// SPDX-License-Identifier: Apache-2.0
// What a Keras file has. Nothing here knows what its layers do.
import type { KerasArray } from './arrays.js';
import type { JsonObject } from './json.js';

export interface NamedArray {
  /** As in the file, such as 'dense/kernel:0'. */
  name: string;
  array: KerasArray;
}

interface CommonParts {
  /** Undefined in some weights-only files, and in those of Keras 1. */
  kerasVersion: string | undefined;
  /** 'tensorflow', 'jax', 'torch', 'theano'. Only .h5 files of Keras 2 and 3 have it. */
  backend: string | undefined;
  /** The architecture; undefined in weights-only files. */
  modelConfig: JsonObject | undefined;
  /** The arguments of compile(): training_config of .h5 files, compile_config of .keras files. */
  trainingConfig: JsonObject | undefined;
  /** In the order of the optimizer's variables. */
  optimizerWeights: NamedArray[];
  /** The files of layers, by path such as 'layers/string_lookup/vocabulary.txt'. See readVocabulary. */
  assets: ReadonlyMap<string, Uint8Array>;
}

/** A layer of the model, in an .h5 file. */
export interface LegacyLayer {
  name: string;
  weights: NamedArray[];
}

/** .h5 files: weights belong to layers by position. */
export interface LegacyKerasFile extends CommonParts {
  layout: 'legacy';
  /** All layers of the model, in order, also those without weights. Nested models are one layer. */
  layers: LegacyLayer[];
  /** Weights of the model itself. */
  ownWeights: NamedArray[];
}

/** An object of a model, in a .keras or .weights.h5 file. */
export interface TreeObject {
  /** 'layers/dense_1'; '' for the model. */
  path: string;
  /** The layer's name. Only newer versions of Keras 3 store it. */
  name: string | undefined;
  /** The variables by their numbers. */
  variables: ReadonlyMap<number, KerasArray>;
  /** Arrays with other names, such as 'idf_weights'. */
  named: ReadonlyMap<string, KerasArray>;
  children: ReadonlyMap<string, TreeObject>;
}

/** .keras and .weights.h5 files: weights belong to objects by path. */
export interface TreeKerasFile extends CommonParts {
  layout: 'tree';
  root: TreeObject;
}

export type KerasFile = LegacyKerasFile | TreeKerasFile;

/** Whether a version is of Keras 1, whose files do not have one. */
export function isKeras1(version: string | undefined): boolean {
  return version === undefined || version.startsWith('1.');
}

/** The terms of a vocabulary, in the order of their indices. */
export function readVocabulary(asset: Uint8Array): string[] {
  const text = new TextDecoder().decode(asset);
  return text === '' ? [] : text.split('\n').map((line) => line.replace(/\r$/, ''));
}
