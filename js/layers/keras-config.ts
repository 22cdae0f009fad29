// SPDX-License-Identifier: Apache-2.0
// Configs in the form of .keras files, from that of Keras 2.
import type { Config, ModelTopology } from './config.js';
import { VocabularyLayer } from './adaptable-layer.js';
import { Container } from './container.js';
import { tensorsByReference } from './functional-config.js';
import type { Layer } from './layer.js';
import { OperationLayer } from './operations/operation-layer.js';
import type { SavedOperation } from './operations/saved-operation.js';
import { findRegistered, getRegisteredName } from './serialization.js';
import type { SymbolicTensor } from './topology.js';

/** An object of a .keras file. */
interface ArchivedObject {
  module: string | null;
  class_name: string;
  config: Config;
  registered_name: string | null;
  [key: string]: unknown;
}

/** Keys whose values are layers, or lists of them. */
const LAYER_KEYS = ['layer', 'forward_layer', 'backward_layer', 'cell', 'cells'];

/** Layers whose inputs are arguments of their own rather than a list. */
const SEPARATE_INPUTS = ['MultiHeadAttention', 'GroupQueryAttention'];

type SavedLayer = {
  class_name: string;
  config: Config;
  name?: string;
  inbound_nodes?: unknown[];
  shared_object_id?: number;
};
type Reference = [layer: string, node: number, tensor: number, kwargs?: Config];

const isReference = (value: unknown): value is Reference =>
  Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'number' && value.length >= 3;

/** Puts layers of Keras 2 into the form of .keras files; with `isKeras3`, into that of Keras 3. */
class Archiver {
  readonly #tensors: ReadonlyMap<string, SymbolicTensor>[] = [];

  constructor(private readonly isKeras3: boolean) {}

  /** The archived form of a layer. `layer` is needed of models. */
  object({ class_name, config }: SavedLayer, layer?: Layer): ArchivedObject {
    if (layer instanceof OperationLayer) return archivedOperation(layer.saved);
    const custom = findRegistered(class_name);
    if (custom) {
      return { module: null, class_name, config: this.#config(config), registered_name: getRegisteredName(custom) };
    }
    if (class_name === 'Sequential') {
      return { module: 'keras', class_name, config: this.#chain(config, layer), registered_name: null };
    }
    if (class_name === 'Model' || class_name === 'Functional') {
      const module = this.isKeras3 ? 'keras.src.models.functional' : 'keras.src.engine.functional';
      return { module, class_name: 'Functional', config: this.#graph(config, layer), registered_name: 'Functional' };
    }
    const hasFile = layer instanceof VocabularyLayer && layer.isAdapted;
    const learned = hasFile && { vocabulary: null, idf_weights: null, vocabulary_size: layer.vocabularySize() || null };
    return {
      module: 'keras.layers',
      class_name,
      config: { ...this.#config(config), ...learned },
      registered_name: null,
    };
  }

  #config(config: Config): Config {
    const { batch_input_shape, trainable, ...rest } = config;
    const result: Config = { ...rest };
    if (trainable !== undefined && !('sparse' in rest)) result['trainable'] = trainable;
    if (batch_input_shape !== undefined) {
      // In Keras 3, only an InputLayer has it.
      if (!this.isKeras3) result['batch_input_shape'] = batch_input_shape;
      else if ('sparse' in rest) result['batch_shape'] = batch_input_shape;
    }
    for (const key of LAYER_KEYS) {
      const value = rest[key];
      if (Array.isArray(value)) result[key] = value.map((layer) => this.object(layer as SavedLayer));
      else if (value) result[key] = this.object(value as SavedLayer);
    }
    return result;
  }

  #chain({ name, layers }: Config, model: Layer | undefined): Config {
    const chain = layers as SavedLayer[];
    const shape = chain[0]?.config['batch_input_shape'] as unknown[] | undefined;
    const input: SavedLayer = {
      class_name: 'InputLayer',
      config: {
        batch_input_shape: shape,
        dtype: (model instanceof Container && model.inputs[0]?.dtype) || chain[0]?.config['dtype'],
        sparse: false,
        name: `${chain[0]?.config['name']}_input`,
      },
    };
    const isMissing = shape !== undefined && chain[0]?.class_name !== 'InputLayer';
    const all = isMissing ? [input, ...chain] : chain;
    return {
      name,
      layers: all.map((layer) => ({ ...this.object(layer, childOf(model, layer)), ...idOf(layer) })),
      ...(shape && { build_input_shape: shape }),
    };
  }

  #graph({ layers, input_layers, output_layers, ...rest }: Config, model: Layer | undefined): Config {
    const isModel = (layer: Layer) => layer instanceof Container;
    this.#tensors.push(model instanceof Container ? tensorsByReference(model, isModel) : new Map());
    const objects = (layers as SavedLayer[]).map((layer) => {
      const child = childOf(model, layer);
      // Calls of functions stay in the form of the Keras that has the function.
      const isConverted = this.isKeras3 && !(child instanceof OperationLayer);
      return {
        ...this.object(layer, child),
        ...idOf(layer),
        name: layer.name ?? layer.config['name'],
        inbound_nodes: isConverted
          ? (layer.inbound_nodes ?? []).map((node) => this.#node(node, layer.class_name))
          : layer.inbound_nodes,
      };
    });
    this.#tensors.pop();
    return { ...rest, layers: objects, input_layers, output_layers };
  }

  /** A list of references, with keyword arguments in the first, as an object. */
  #node(node: unknown, className: string): Config {
    const references = node as Reference[];
    const args = references.map((reference) => this.#tensor(reference));
    const kwargs = Object.entries(references[0]?.[3] ?? {}).map(([key, value]) => [key, this.#argument(value)]);
    const isList = args.length > 1 && !SEPARATE_INPUTS.includes(className);
    return { args: isList ? [args] : args, kwargs: Object.fromEntries(kwargs) };
  }

  #argument(value: unknown): unknown {
    if (isReference(value)) return this.#tensor(value);
    return Array.isArray(value) ? value.map((element) => this.#argument(element)) : value;
  }

  #tensor([layer, node, tensor]: Reference): Config {
    const reference = [layer, node, tensor];
    const { shape, dtype } = this.#tensors.at(-1)?.get(JSON.stringify(reference)) ?? {};
    return { class_name: '__keras_tensor__', config: { shape, dtype, keras_history: reference } };
  }
}

const idOf = ({ shared_object_id }: SavedLayer): object => (shared_object_id ? { shared_object_id } : {});

/** The functions of Keras 2 are in one module. */
const archivedOperation = ({ class_name, config, module, registered_name }: SavedOperation): ArchivedObject => ({
  module: module ?? 'keras.src.layers.core.tf_op_layer',
  class_name,
  config,
  registered_name: typeof registered_name === 'string' ? registered_name : class_name,
});

function childOf(model: Layer | undefined, { name, config }: SavedLayer): Layer | undefined {
  return model?.children.find((layer) => layer.name === (name ?? config['name']));
}

/** The content of config.json. */
export function archivedTopology(model: Container, { class_name, config }: ModelTopology, isKeras3: boolean): object {
  return new Archiver(isKeras3).object({ class_name, config: config as Config }, model);
}
