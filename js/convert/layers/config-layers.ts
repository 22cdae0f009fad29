// SPDX-License-Identifier: Apache-2.0
// The layers in the config of a model.
import type { Json, JsonObject } from '../../keras-files/index.js';

export interface SavedLayer {
  className: string;
  name: string;
  config: JsonObject;
  /** The layers in it, if it is a model. */
  layers: SavedLayer[] | undefined;
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const either = (object: JsonObject, snake: string, camel: string) => object[snake] ?? object[camel];

/** A model or layer as it is saved, in any form. Nested models are layers with layers. */
export function readSavedLayer(saved: JsonObject): SavedLayer {
  const given = isObject(saved['model_config']) ? saved['model_config'] : saved;
  const config = given['config'];
  const list = Array.isArray(config) ? config : isObject(config) ? config['layers'] : undefined;
  const own = isObject(config) ? config : {};
  return {
    className: String(either(given, 'class_name', 'className') ?? ''),
    name: String(given['name'] ?? own['name'] ?? ''),
    config: own,
    layers: Array.isArray(list) ? list.filter(isObject).map(readSavedLayer) : undefined,
  };
}

/** The number of layers of each class, those of nested models included. */
export function countLayers(layers: readonly SavedLayer[]): Record<string, number> {
  const counts = new Map<string, number>();
  const visit = ({ className, layers: inner }: SavedLayer) => {
    counts.set(className, (counts.get(className) ?? 0) + 1);
    inner?.forEach(visit);
  };
  layers.forEach(visit);
  return Object.fromEntries(counts);
}
