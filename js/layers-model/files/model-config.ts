// SPDX-License-Identifier: Apache-2.0
// Models from configs of Keras 1 to 3.
import { TfwasmError } from '../../core/errors.js';
import { type Config, either, type ModelTopology, toCamelCase } from '../../layers/config.js';
import { Container } from '../../layers/container.js';
import { InputLayer } from '../../layers/input-layer.js';
import type { Layer } from '../../layers/layer.js';
import { LayersModel } from '../model.js';
import type { TensorReference } from '../../layers/functional-config.js';
import { loadOperations, OperationLayer } from '../../layers/operations/operation-layer.js';
import { findOperations } from '../../layers/operations/saved-operation.js';
import { addModelMaker, type LayerContext, makeSavedLayer, type SavedLayer } from '../../layers/registry.js';
import { mapReferences, operationArgs, readCall, readReferences, type SavedCall } from '../../layers/saved-calls.js';
import { Sequential } from '../sequential.js';
import { type Kwargs, type OneOrMore, oneOrMore, type SymbolicTensor, symbolicIn } from '../../layers/topology.js';

interface PendingCall {
  layer: Layer;
  node: unknown;
  call: SavedCall;
}

class FunctionalReader {
  readonly #layers = new Map<string, Layer>();
  /** How many calls of a layer are of other models, which share it. */
  readonly #earlier = new Map<Layer, number>();
  readonly #pending: PendingCall[] = [];

  constructor(saved: readonly Config[], context: LayerContext) {
    for (const entry of saved) {
      const { inbound_nodes, ...rest } = readLayer(entry);
      const layer = makeSavedLayer({ ...rest, inbound_nodes }, context);
      if (this.#layers.has(layer.name)) {
        throw new TfwasmError('E_LAYER', `The name "${layer.name}" is used by two layers of the model`);
      }
      this.#layers.set(layer.name, layer);
      const own = layer instanceof Container || layer instanceof InputLayer ? 1 : 0;
      this.#earlier.set(layer, layer.inboundNodes.length - own);
      for (const node of inbound_nodes) this.#pending.push({ layer, node, call: readCall(node) });
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
    const layer = this.#layers.get(name);
    return layer?.inboundNodes[node + (this.#earlier.get(layer) ?? 0)]?.outputTensors[tensor];
  }

  /** Makes the calls whose inputs exist, until none is left. */
  #callAll(): void {
    let waiting = this.#pending;
    while (waiting.length > 0) {
      const blocked = new Set<Layer>();
      const rest = waiting.filter((pending) => {
        // The calls of a layer keep their order.
        const isReady = !blocked.has(pending.layer) && this.#missing(pending.call) === undefined;
        if (isReady) this.#call(pending);
        else blocked.add(pending.layer);
        return !isReady;
      });
      if (rest.length === waiting.length)
        this.tensorOf(this.#missing((rest[0] as PendingCall).call) as TensorReference);
      waiting = rest;
    }
  }

  #missing({ references }: SavedCall): TensorReference | undefined {
    return references.find((reference) => !this.#find(reference));
  }

  #call({ layer, node, call }: PendingCall): void {
    const resolve = (value: unknown) => mapReferences(value, (reference) => this.tensorOf(reference));
    const given = layer instanceof OperationLayer ? operationArgs(node, resolve) : undefined;
    const inputs = symbolicIn(given ?? resolve(call.args));
    if (inputs.length === 0) throw new TfwasmError('E_LAYER', `layer ${layer.name} is called without a tensor`);
    layer.apply(oneOrMore(inputs) as OneOrMore<SymbolicTensor>, given ?? layerKwargs(call.kwargs, resolve));
  }
}

function layerKwargs(kwargs: Config, resolve: (value: unknown) => unknown): Kwargs {
  const entries = Object.entries(kwargs).filter(([, value]) => value !== null);
  return Object.fromEntries(entries.map(([key, value]) => [toCamelCase(key), resolve(value)]));
}

/** An entry of a list of layers. Throws E_LAYER unless it is an object. */
function readLayer(entry: unknown): SavedLayer & { inbound_nodes: unknown[] } {
  if (typeof entry !== 'object' || entry === null)
    throw new TfwasmError('E_LAYER', 'a layer is not saved as an object');
  const { name, module, config } = entry as SavedLayer;
  const calls = either(entry as Config, 'inbound_nodes') ?? [];
  if (!Array.isArray(calls)) throw new TfwasmError('E_LAYER', `the calls of layer ${name} are not a list`);
  return {
    name,
    class_name: either(entry as Config, 'class_name') as string,
    config,
    module,
    registered_name: either(entry as Config, 'registered_name'),
    shared_object_id: (entry as SavedLayer).shared_object_id,
    inbound_nodes: calls,
  };
}

/** The layers in the config of a model. */
function readLayers(config: Config): Config[] {
  const { layers } = config;
  if (Array.isArray(layers)) return layers as Config[];
  throw new TfwasmError('E_LAYER', 'the config of a model has no list of layers');
}

function makeFunctional(config: Config, context: LayerContext): LayersModel {
  const reader = new FunctionalReader(readLayers(config), context);
  const tensors = (key: string) => {
    const references = readReferences(either(config, key));
    if (references.length > 0) return references.map((reference) => reader.tensorOf(reference));
    throw new TfwasmError('E_LAYER', `the config of a model has no ${key}`);
  };
  const model = new LayersModel({
    inputs: tensors('input_layers'),
    outputs: tensors('output_layers'),
    name: config['name'] as string | undefined,
  });
  if (config['trainable'] === false) model.trainable = false;
  return model;
}

function makeSequential(config: Config | unknown[], context: LayerContext): Sequential {
  const json = Array.isArray(config) ? { layers: config } : config;
  const layers = readLayers(json).map((entry) => makeSavedLayer(readLayer(entry), context));
  const [input, next] = layers;
  // In Keras 3, the input is not one of the layers.
  if (context.generation === 3 && input instanceof InputLayer && next && !(next instanceof Container)) {
    layers.shift();
    next.batchInputShape = input.batchInputShape;
    next.inputDType = input.dtype;
  }
  const [first] = layers;
  const shape = either(json, 'build_input_shape') as (number | null)[] | undefined;
  if (shape && first && !first.batchInputShape && !(first instanceof Container)) first.batchInputShape = shape;
  return new Sequential({ layers, ...(typeof json['name'] === 'string' && { name: json['name'] }) });
}

for (const name of ['Model', 'Functional']) addModelMaker(name, makeFunctional);
addModelMaker('Sequential', (config, context) => makeSequential(config as Config | unknown[], context));

/** Of Keras: by its version, or by what only JSON of Keras 3 has. */
function generationOf(topology: ModelTopology): number {
  const json = topology.model_config ?? topology;
  const version = topology.keras_version ?? json.keras_version;
  if (version !== undefined) return version.startsWith('3') ? 3 : 2;
  return 'module' in json && JSON.stringify(json).includes('"batch_shape"') ? 3 : 2;
}

/** A model without values of its weights. Throws E_LAYER; E_FILE if code that it needs cannot be loaded. */
export async function modelFromTopology(
  topology: ModelTopology,
  context?: Partial<LayerContext>,
): Promise<LayersModel> {
  const nesting = findOperations(topology);
  if (nesting === 'too deep') throw new TfwasmError('E_LAYER', 'the model is nested too deeply');
  if (nesting === 'with operations') await loadOperations();
  const json = topology.model_config ?? topology;
  const generation = context?.generation ?? generationOf(topology);
  const shared = new Map<unknown, Layer>();
  const model = makeSavedLayer({ ...json, config: json.config as Config }, { ...context, generation, shared });
  if (model instanceof LayersModel) return model;
  throw new TfwasmError('E_LAYER', `${json.class_name} is not a model made of layers`);
}
