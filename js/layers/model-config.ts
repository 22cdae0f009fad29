// SPDX-License-Identifier: Apache-2.0
// Models from configs of Keras 1 to 3.
import { TfwasmError } from '../core/errors.js';
import { type Config, type ModelTopology, toCamelConfig, toSnakeConfig } from './config.js';
import { Container } from './container.js';
import { InputLayer } from './input-layer.js';
import type { Layer } from './layer.js';
import { LayersModel } from './model.js';
import type { TensorReference } from './functional-config.js';
import { addLayerMaker, type LayerContext, makeLayer } from './registry.js';
import { Sequential } from './sequential.js';
import { type Kwargs, type OneOrMore, oneOrMore, SymbolicTensor } from './topology.js';

interface SavedLayer {
  name?: string;
  class_name: string;
  config: Config;
  inbound_nodes?: unknown[];
}

/** Calls that a saved layer makes. */
interface PendingNode {
  args: unknown;
  kwargs: Config;
  references: TensorReference[];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isReference = (value: unknown): value is TensorReference =>
  Array.isArray(value) && value.length >= 3 && typeof value[0] === 'string' && Number.isInteger(value[1]);

/** Replaces every reference in a structure. */
function mapReferences(value: unknown, map: (reference: TensorReference) => unknown): unknown {
  if (isReference(value)) return map(value);
  if (Array.isArray(value)) return value.map((element) => mapReferences(element, map));
  if (!isObject(value)) return value;
  if (value['class_name'] === '__keras_tensor__') {
    return map((value['config'] as { keras_history: TensorReference }).keras_history);
  }
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, mapReferences(element, map)]));
}

/** A call from the list form of Keras 2, or the object form of Keras 3. */
function readNode(node: unknown): PendingNode {
  let args: unknown = node;
  let kwargs: Config = {};
  if (isObject(node) && ('args' in node || 'kwargs' in node)) {
    args = node['args'] ?? [];
    kwargs = (node['kwargs'] ?? {}) as Config;
  } else {
    const first = isReference(node) ? node : Array.isArray(node) ? node.find(isReference) : undefined;
    kwargs = first?.[3] ?? {};
  }
  const references: TensorReference[] = [];
  mapReferences([args, kwargs], (reference) => void references.push(reference));
  return { args, kwargs, references };
}

/** The tensors among arguments, in order. */
function tensorsIn(value: unknown): SymbolicTensor[] {
  if (value instanceof SymbolicTensor) return [value];
  if (Array.isArray(value)) return value.flatMap(tensorsIn);
  return isObject(value) ? Object.values(value).flatMap(tensorsIn) : [];
}

class FunctionalReader {
  readonly #layers = new Map<string, Layer>();
  readonly #pending: { layer: Layer; node: PendingNode }[] = [];

  constructor(saved: readonly SavedLayer[], context: LayerContext) {
    for (const { name, class_name, config, inbound_nodes = [] } of saved) {
      const layer = layerFromJson({ class_name, config: { ...config, ...(name !== undefined && { name }) } }, context);
      if (this.#layers.has(layer.name)) {
        throw new TfwasmError('E_LAYER', `The name "${layer.name}" is used by two layers of the model`);
      }
      this.#layers.set(layer.name, layer);
      for (const node of inbound_nodes) this.#pending.push({ layer, node: readNode(node) });
    }
    this.#callAll();
  }

  tensorOf(reference: TensorReference): SymbolicTensor {
    const tensor = this.#find(reference);
    if (tensor) return tensor;
    throw new TfwasmError(
      'E_LAYER',
      `the model refers to output ${reference[2]} of call ${reference[1]} of '${reference[0]}', which is not there`,
    );
  }

  #find([name, node, tensor]: TensorReference): SymbolicTensor | undefined {
    return this.#layers.get(name)?.inboundNodes[node]?.outputTensors[tensor];
  }

  /** Makes the calls whose inputs exist, until none is left. */
  #callAll(): void {
    let waiting = this.#pending;
    while (waiting.length > 0) {
      const blocked = new Set<Layer>();
      const rest = waiting.filter((call) => {
        // The calls of a layer keep their order.
        const isReady = !blocked.has(call.layer) && call.node.references.every((reference) => this.#find(reference));
        if (isReady) this.#call(call.layer, call.node);
        else blocked.add(call.layer);
        return !isReady;
      });
      if (rest.length === waiting.length)
        this.tensorOf(
          (rest[0] as (typeof rest)[number]).node.references.find(
            (reference) => !this.#find(reference),
          ) as TensorReference,
        );
      waiting = rest;
    }
  }

  #call(layer: Layer, { args, kwargs }: PendingNode): void {
    const resolve = (value: unknown) => mapReferences(value, (reference) => this.tensorOf(reference));
    const inputs = tensorsIn(resolve(args));
    if (inputs.length === 0) throw new TfwasmError('E_LAYER', `layer ${layer.name} is called without a tensor`);
    const entries = Object.entries(kwargs).filter(([, value]) => value !== null);
    const given: Kwargs = Object.fromEntries(entries.map(([key, value]) => [toCamel(key), resolve(value)]));
    layer.apply(oneOrMore(inputs) as OneOrMore<SymbolicTensor>, given);
  }
}

const toCamel = (key: string) => Object.keys(toCamelConfig({ [key]: 0 }))[0] as string;

/** A layer from {class_name, config}. */
export function layerFromJson(saved: SavedLayer, context: LayerContext): Layer {
  const { class_name, config } = saved ?? {};
  return makeLayer(class_name, isObject(config) ? layerArgs(config) : config, context);
}

/** The config of a layer as its constructor takes it. */
function layerArgs(config: Config): Config {
  const { batch_shape, dtype, ...rest } = config;
  const args = toCamelConfig(rest);
  if (batch_shape !== undefined && args['batchInputShape'] === undefined) args['batchInputShape'] = batch_shape;
  const name = isObject(dtype) ? (dtype['config'] as Config | undefined)?.['name'] : dtype;
  // A policy such as "mixed_float16" computes in 16 bits; here everything is float32.
  if (typeof name === 'string')
    args['dtype'] = /^(int|uint)/.test(name) ? 'int32' : name === 'string' || name === 'bool' ? name : 'float32';
  return args;
}

/** References in any of the forms of input_layers and output_layers. */
function readReferences(value: unknown): TensorReference[] {
  const found: TensorReference[] = [];
  mapReferences(value, (reference) => void found.push(reference));
  return found;
}

function makeFunctional(config: Config, context: LayerContext): LayersModel {
  const json = toSnakeConfig(config);
  const saved = json['layers'];
  if (!Array.isArray(saved)) throw new TfwasmError('E_LAYER', 'the config of a model has no list of layers');
  const reader = new FunctionalReader(saved as SavedLayer[], context);
  const tensors = (key: string) => {
    const references = readReferences(json[key]);
    if (references.length > 0) return references.map((reference) => reader.tensorOf(reference));
    throw new TfwasmError('E_LAYER', `the config of a model has no ${key}`);
  };
  const model = new LayersModel({
    inputs: tensors('input_layers'),
    outputs: tensors('output_layers'),
    name: json['name'] as string | undefined,
  });
  if (json['trainable'] === false) model.trainable = false;
  return model;
}

function makeSequential(config: Config | unknown[], context: LayerContext): Sequential {
  const isList = Array.isArray(config);
  const json = isList ? {} : toSnakeConfig(config);
  const saved = isList ? config : json['layers'];
  if (!Array.isArray(saved)) throw new TfwasmError('E_LAYER', 'the config of a model has no list of layers');
  const layers = (saved as SavedLayer[]).map((layer) => layerFromJson(layer, context));
  const [input, next] = layers;
  // In Keras 3, the input is not one of the layers.
  if (context.generation === 3 && input instanceof InputLayer && next && !(next instanceof Container)) {
    layers.shift();
    next.batchInputShape = input.batchInputShape;
    next.inputDType = input.dtype;
  }
  const [first] = layers;
  const shape = json['build_input_shape'] as (number | null)[] | undefined;
  if (shape && first && !first.batchInputShape && !(first instanceof Container)) first.batchInputShape = shape;
  return new Sequential({ layers, ...(typeof json['name'] === 'string' && { name: json['name'] }) });
}

for (const name of ['Model', 'Functional']) addLayerMaker(name, makeFunctional);
addLayerMaker('Sequential', (config, context) => makeSequential(config as Config | unknown[], context));

/** A model without values of its weights. Throws E_LAYER. */
export function modelFromTopology(topology: ModelTopology, context?: Partial<LayerContext>): LayersModel {
  const json = topology.model_config ?? topology;
  const version = topology.keras_version ?? json.keras_version ?? '';
  const generation = context?.generation ?? (version.startsWith('3') ? 3 : 2);
  const model = makeLayer(json.class_name, readConfig(json.config), { ...context, generation });
  if (model instanceof LayersModel) return model;
  throw new TfwasmError('E_LAYER', `${json.class_name} is not a model made of layers`);
}

/** Old files have a list of layers as the config of a chain. */
const readConfig = (config: Config | unknown[]): Config => (Array.isArray(config) ? { layers: config } : config);
