// SPDX-License-Identifier: Apache-2.0
// Configs: plain data that describes layers and what they use. Users write keys in camel case, as in TensorFlow.js;
// files and the core have them in snake case, as in Keras.

/** A value of a config: JSON, or an object with a config of its own. */
export type ConfigValue = unknown;

/** The config of a layer, an initializer, ... */
export interface Config {
  [key: string]: ConfigValue;
}

/** What has a config. */
export interface Configurable {
  getClassName(): string;
  getConfig(): Config;
}

/** A function of texts that remembers its results: few keys are used again and again. */
function remembering(f: (key: string) => string): (key: string) => string {
  const results = new Map<string, string>();
  return (key) => {
    let result = results.get(key);
    if (result === undefined) {
      result = f(key);
      // Configs of files may have any keys.
      if (results.size < 1000) results.set(key, result);
    }
    return result;
  };
}

export const toSnakeCase = remembering((key) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));

export const toCamelCase = remembering((key) => key.replace(/(?!^)_(\w)/g, (_, letter) => letter.toUpperCase()));

/** A copy whose keys are never converted, nor those of what it contains. */
export function verbatim(config: Config): Config {
  return Object.assign(Object.create(null) as Config, config);
}

/** A value by its key in snake case, from an object that has keys in either case. */
export function either(object: Config, key: string): ConfigValue {
  return object[key] ?? object[toCamelCase(key)];
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function isConfigurable(value: unknown): value is Configurable {
  return typeof (value as Partial<Configurable> | null)?.getConfig === 'function';
}

/** Conversions leave objects of other kinds alone, among them those of verbatim(). */
function convert(value: unknown, toKey: (key: string) => string): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((element) => convert(element, toKey));
  if (isConfigurable(value)) return convert(serialize(value), toKey);
  if (!isPlain(value)) return value;
  const result: Config = {};
  for (const key of Object.keys(value)) {
    const element = value[key];
    // That key would set the prototype.
    if (element !== undefined && key !== '__proto__') result[toKey(key)] = convert(element, toKey);
  }
  return result;
}

/** A copy with keys in snake case, and objects as {class_name, config}. */
export function toSnakeConfig(config: Config): Config {
  return convert(config, toSnakeCase) as Config;
}

/** A copy with keys in camel case. */
export function toCamelConfig(config: Config): Config {
  return convert(config, toCamelCase) as Config;
}

/** The saved form of an object. Keys of the config are as getConfig() gives them. */
export function serialize(object: Configurable): { className: string; config: Config } {
  return { className: object.getClassName(), config: object.getConfig() };
}

/** What `toJSON()` gives, files contain, and `modelFromJSON` takes. */
export interface ModelTopology {
  class_name: string;
  config: Config | unknown[];
  keras_version?: string;
  backend?: string;
  model_config?: ModelTopology;
}
