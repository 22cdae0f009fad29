// SPDX-License-Identifier: Apache-2.0
// `tf.layers`: a function for each layer.
import { BuiltInLayer, type BuiltInLayerArgs } from './built-in-layer.js';
import { InputLayer, type InputLayerArgs } from './input-layer.js';

export type LayerFactory = (args?: BuiltInLayerArgs) => BuiltInLayer;

/** The classes of the core that have a factory, in the order of docs/layers.md. */
const CLASS_NAMES = ['Dense', 'Activation'] as const;

/** Factories that are not named like their class. */
const OTHER_NAMES = {} as const;

type FactoryName = Uncapitalize<(typeof CLASS_NAMES)[number]> | keyof typeof OTHER_NAMES;

const factoryOf =
  (className: string): LayerFactory =>
  (args) =>
    new BuiltInLayer(className, args);

export const builtInFactories = Object.fromEntries([
  ...CLASS_NAMES.map((name) => [name.charAt(0).toLowerCase() + name.slice(1), factoryOf(name)]),
  ...Object.entries(OTHER_NAMES).map(([name, className]) => [name, factoryOf(className as string)]),
]) as Record<FactoryName, LayerFactory>;

export const inputLayer = (args: InputLayerArgs): InputLayer => new InputLayer(args);
