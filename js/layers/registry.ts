// SPDX-License-Identifier: Apache-2.0
// Makes layers by the name of their class.
import { TfwasmError } from '../core/errors.js';
import { BuiltInLayer } from './built-in-layer.js';
import { type Config, toCamelConfig } from './config.js';
import { InputLayer, type InputLayerArgs } from './input-layer.js';
import { Layer } from './layer.js';
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

/** Adds the maker of a class that is written in TypeScript. */
export function addLayerMaker(className: string, maker: LayerMaker): void {
  makers.set(className, maker);
}

/** A layer. Throws E_LAYER if there is no such class, or its config is wrong. */
export function makeLayer(className: string, config: Config, context: LayerContext): Layer {
  if (typeof className !== 'string' || typeof config !== 'object' || config === null) {
    throw new TfwasmError('E_LAYER', 'a layer must be saved as {class_name, config}');
  }
  const custom = context.customObjects?.[className] ?? findRegistered(className);
  if (custom) return custom.fromConfig(custom, config) as unknown as Layer;
  const maker = makers.get(className);
  return maker ? maker(config, context) : new BuiltInLayer(className, config, context.generation);
}

/** A layer inside of another one's config: itself, or from {className, config} in either case. */
export function makeInnerLayer(value: unknown, context: LayerContext): Layer {
  if (value instanceof Layer) return value;
  const { className, class_name, config } = value as { className?: string; class_name?: string; config: Config };
  return makeLayer((className ?? class_name) as string, toCamelConfig(config), context);
}
