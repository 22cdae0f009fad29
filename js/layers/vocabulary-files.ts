// SPDX-License-Identifier: Apache-2.0
// The vocabularies of .keras files, which are files of their own beside the config.
import { TfwasmError } from '../core/errors.js';
import type { Json, JsonObject, TreeKerasFile, TreeObject } from '../keras-files/index.js';
import { toSnakeCase } from '../keras-files/snake-case.js';

const LOOKUPS = ['StringLookup', 'IntegerLookup', 'TextVectorization'];

/** Keras 2.12 to 2.14 name the layers of a model like the second. */
const LAYERS = ['layers', '_layer_checkpoint_dependencies'];

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Functions of Keras 3 are no layers. */
const isFunction = ({ module }: JsonObject) => /\bops\b/.test(String(module ?? ''));

/** A config in which the lookup layers have their vocabularies. */
export function withVocabularies(modelConfig: JsonObject, file: TreeKerasFile): JsonObject {
  return filled(modelConfig, [''], file);
}

/** A layer of a config, which may be at several paths. */
function filled(layer: JsonObject, paths: readonly string[], file: TreeKerasFile): JsonObject {
  const { class_name, config } = layer;
  if (!isObject(config)) return layer;
  const { layers, layer: inner } = config;
  const below = (name: string) => paths.map((path) => (path === '' ? name : `${path}/${name}`));
  if (Array.isArray(layers)) {
    const counts = new Map<string, number>();
    const all = layers.map((child): Json => {
      if (!isObject(child) || isFunction(child)) return child;
      const name = toSnakeCase(String(child['class_name']));
      const count = counts.get(name) ?? 0;
      counts.set(name, count + 1);
      const numbered = count === 0 ? name : `${name}_${count}`;
      return filled(
        child,
        LAYERS.flatMap((list) => below(`${list}/${numbered}`)),
        file,
      );
    });
    return { ...layer, config: { ...config, layers: all } };
  }
  if (isObject(inner)) return { ...layer, config: { ...config, layer: filled(inner, below('layer'), file) } };
  if (!LOOKUPS.includes(String(class_name)) || Array.isArray(config['vocabulary'])) return layer;
  return { ...layer, config: { ...config, ...learnedAt([...paths, ...below('_lookup_layer')], class_name, file) } };
}

function learnedAt(paths: readonly string[], className: Json | undefined, file: TreeKerasFile): JsonObject {
  const path = paths.find((one) => file.assets.has(`${one}/vocabulary.txt`));
  if (path === undefined) return {};
  const terms = new TextDecoder().decode(file.assets.get(`${path}/vocabulary.txt`)).split(/\r?\n/);
  while (terms.at(-1) === '') terms.pop();
  const weights = objectAt(file.root, path)?.named.get('idf_weights');
  return {
    vocabulary: className === 'IntegerLookup' ? terms.map((term) => integerOf(term, path)) : terms,
    ...(weights && { idf_weights: Array.from(weights.read() as Float32Array).slice(0, terms.length) }),
    vocabulary_is_adapted: true,
  };
}

function integerOf(term: string, path: string): number {
  if (/^-?\d{1,15}$/.test(term)) return Number(term);
  throw new TfwasmError('E_FILE', `${path}/vocabulary.txt: ${JSON.stringify(term)} is no integer`);
}

function objectAt(root: TreeObject, path: string): TreeObject | undefined {
  return path.split('/').reduce<TreeObject | undefined>((object, name) => object?.children.get(name), root);
}
