// SPDX-License-Identifier: Apache-2.0
// Makes layers by the name of their class.
import { TfwasmError } from '../core/errors.js';
import { makeBuiltIn } from './adaptable-layer.js';
import { type Config, either, toCamelCase, toCamelConfig } from './config.js';
import { InputLayer, type InputLayerArgs } from './input-layer.js';
import { Layer } from './layer.js';
import { OperationLayer } from './operations/operation-layer.js';
import { isOperation, type SavedOperation, savedOperation } from './operations/saved-operation.js';
import { findRegistered, type SerializableConstructor } from './serialization.js';

/** What the making of layers depends on, besides their configs. */
export interface LayerContext {
  /** 3 if Keras 3 wrote the configs, else 2. */
  generation: number;
  /** Classes by name, besides registered ones. */
  customObjects?: Record<string, SerializableConstructor>;
  /** The layers of a file by their shared_object_id: equal ones are one layer, in any of its models. */
  shared?: Map<unknown, Layer>;
}

/** Makes a layer of one class from its config, with keys in camel case. */
export type LayerMaker = (config: Config, context: LayerContext) => Layer;

const makers = new Map<string, LayerMaker>([['InputLayer', (config) => new InputLayer(config as InputLayerArgs)]]);

const modelMakers = new Map<string, LayerMaker>();

/** Adds the maker of a class that is written in TypeScript. */
export function addLayerMaker(className: string, maker: LayerMaker): void {
  makers.set(className, maker);
}

/** Adds the maker of a class whose config has layers in it. It gets the config as it has been saved. */
export function addModelMaker(className: string, maker: LayerMaker): void {
  modelMakers.set(className, maker);
}

/** A layer from its saved config. Throws E_LAYER if there is no such class, or the config is wrong. */
function makeLayer(className: string, saved: Config, context: LayerContext): Layer {
  const args = layerArgs(saved);
  const custom = context.customObjects?.[className] ?? findRegistered(className);
  if (custom) return custom.fromConfig(custom, toCamelConfig(args)) as unknown as Layer;
  const maker = makers.get(className);
  // Layers of the core take what is inside of their config in either case.
  return maker ? maker(toCamelConfig(args), context) : makeBuiltIn(className, args, context.generation);
}

/** A layer inside of another one's config: itself, or from {className, config} in either case. */
export function makeInnerLayer(value: unknown, context: LayerContext): Layer {
  if (value instanceof Layer) return value;
  const given = (value ?? {}) as SavedOperation & Config;
  const { module, config } = given;
  const className = either(given, 'class_name') as string;
  return makeSavedLayer({ class_name: className, module, config }, context);
}

/** A layer as a file or getConfig() has it, with keys in either case. */
export interface SavedLayer extends SavedOperation {
  name?: string | undefined;
  inbound_nodes?: unknown;
  shared_object_id?: unknown;
}

/** A layer, a model, or the call of a function; one that has been made already if the file says so. Throws E_LAYER. */
export function makeSavedLayer(saved: SavedLayer, context: LayerContext): Layer {
  const { shared_object_id: id, name = saved.config?.['name'] } = saved;
  const known = typeof id === 'number' ? context.shared?.get(id) : undefined;
  if (known && known.name === name) return known;
  const layer = makeUnshared(saved, context);
  if (typeof id === 'number') context.shared?.set(id, layer);
  return layer;
}

function makeUnshared(saved: SavedLayer, context: LayerContext): Layer {
  const { class_name, config, name } = saved;
  if (typeof class_name !== 'string' || typeof config !== 'object' || config === null) {
    throw new TfwasmError('E_LAYER', 'a layer must be saved as {class_name, config}');
  }
  const isKnown = context.customObjects?.[class_name] ?? findRegistered(class_name);
  if (!isKnown && isOperation(saved, saved.inbound_nodes)) {
    return new OperationLayer(savedOperation(saved), String(name ?? config['name'] ?? class_name));
  }
  const named = name === undefined || Array.isArray(config) ? config : { ...config, name };
  const maker = isKnown ? undefined : modelMakers.get(class_name);
  const layer = maker ? maker(named, context) : makeLayer(class_name, named, context);
  // Custom layers may ignore the config.
  const given = named['name'];
  if (isKnown && typeof given === 'string') layer.name = given;
  return layer;
}

/** The config of a layer as its constructor takes it. */
function layerArgs(config: Config): Config {
  const { batch_shape, dtype, ...rest } = config;
  const args: Config = Object.fromEntries(Object.entries(rest).map(([key, value]) => [toCamelCase(key), value]));
  if (batch_shape !== undefined && args['batchInputShape'] === undefined) args['batchInputShape'] = batch_shape;
  const policy = dtype as { config?: Config } | string | null | undefined;
  const name = typeof policy === 'object' ? policy?.config?.['name'] : policy;
  // A policy such as "mixed_float16" computes in 16 bits; here everything is float32.
  if (typeof name === 'string')
    args['dtype'] = /^(int|uint)/.test(name) ? 'int32' : name === 'string' || name === 'bool' ? name : 'float32';
  return args;
}
