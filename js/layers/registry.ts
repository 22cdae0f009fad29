// SPDX-License-Identifier: Apache-2.0
// Makes layers by the name of their class.
import { TfwasmError } from '../core/errors.js';
import { makeBuiltIn } from './adaptable-layer.js';
import { type Config, either, toCamelConfig } from './config.js';
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

/** A layer. Throws E_LAYER if there is no such class, or its config is wrong. */
function makeLayer(className: string, config: Config, context: LayerContext): Layer {
  const custom = context.customObjects?.[className] ?? findRegistered(className);
  if (custom) return custom.fromConfig(custom, config) as unknown as Layer;
  const maker = makers.get(className);
  return maker ? maker(config, context) : makeBuiltIn(className, config, context.generation);
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
}

/** A layer, a model, or the call of a function. Throws E_LAYER. */
export function makeSavedLayer(saved: SavedLayer, context: LayerContext): Layer {
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
  const layer = maker ? maker(named, context) : makeLayer(class_name, layerArgs(named), context);
  // Custom layers may ignore the config.
  const given = named['name'];
  if (isKnown && typeof given === 'string') layer.name = given;
  return layer;
}

/** The config of a layer as its constructor takes it. */
function layerArgs(config: Config): Config {
  const { batch_shape, dtype, ...rest } = config;
  const args = toCamelConfig(rest);
  if (batch_shape !== undefined && args['batchInputShape'] === undefined) args['batchInputShape'] = batch_shape;
  const policy = dtype as { config?: Config } | string | null | undefined;
  const name = typeof policy === 'object' ? policy?.config?.['name'] : policy;
  // A policy such as "mixed_float16" computes in 16 bits; here everything is float32.
  if (typeof name === 'string')
    args['dtype'] = /^(int|uint)/.test(name) ? 'int32' : name === 'string' || name === 'bool' ? name : 'float32';
  return args;
}
