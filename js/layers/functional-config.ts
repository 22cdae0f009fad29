// SPDX-License-Identifier: Apache-2.0
// Models as configs, in the form of Keras 2.
import { type Config, verbatim } from './config.js';
import type { Layer } from './layer.js';
import { OperationLayer } from './operations/operation-layer.js';
import type { OperationArgs } from './operations/saved-operation.js';
import { mapSymbolic, type Node, type SymbolicTensor, symbolicIn } from './topology.js';

/** A tensor of a saved model: layer, call, output. */
export type TensorReference = [layer: string, node: number, tensor: number, kwargs?: Config];

/** What the config of a model says. */
export interface ConnectedLayers {
  readonly name: string;
  readonly trainable: boolean;
  readonly layers: readonly Layer[];
  readonly nodes: readonly Node[];
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
}

/** The numbers of a model's calls, by node: each layer's calls are counted from 0, those of a model from 1. */
function numberNodes({ nodes, layers }: ConnectedLayers, isModel: (layer: Layer) => boolean): Map<Node, number> {
  const numbers = new Map<Node, number>();
  const wanted = new Set(nodes);
  for (const layer of layers) {
    let next = isModel(layer) ? 1 : 0;
    for (const node of layer.inboundNodes) if (wanted.has(node)) numbers.set(node, next++);
  }
  return numbers;
}

/** The tensors of a model by their references, as JSON. */
export function tensorsByReference(
  model: ConnectedLayers,
  isModel: (layer: Layer) => boolean,
): Map<string, SymbolicTensor> {
  const tensors = new Map<string, SymbolicTensor>();
  for (const [{ outboundLayer, outputTensors }, number] of numberNodes(model, isModel)) {
    for (const [i, tensor] of outputTensors.entries()) {
      tensors.set(JSON.stringify([outboundLayer.name, number, i]), tensor);
    }
  }
  return tensors;
}

/** The config of a model, with those of its layers and their connections. */
export function functionalConfig(model: ConnectedLayers, isModel: (layer: Layer) => boolean): Config {
  const numbers = numberNodes(model, isModel);
  const nodeOf = (tensor: SymbolicTensor) => tensor.sourceLayer.inboundNodes[tensor.nodeIndex] as Node;
  const refer = (tensor: SymbolicTensor): TensorReference => [
    tensor.sourceLayer.name,
    numbers.get(nodeOf(tensor)) ?? 0,
    tensor.tensorIndex,
  ];
  const saveNode = (node: Node) => {
    const { outputTensors, callArgs, inputTensors, outboundLayer } = node;
    if (outboundLayer instanceof OperationLayer) return saveOperation(outboundLayer, callArgs as OperationArgs, refer);
    const kwargs = mapSymbolic(callArgs, refer);
    const inputs = outputTensors[0]?.inputs ?? inputTensors;
    return inputs.map((input) => [...refer(input), kwargs]);
  };
  const layers = model.layers.map((layer) => ({
    name: layer.name,
    ...(layer instanceof OperationLayer && originOf(layer)),
    className: layer.getClassName(),
    config: layer.getConfig(),
    inboundNodes: layer.inboundNodes.filter((node) => numbers.has(node) && node.inputTensors.length > 0).map(saveNode),
  }));
  return {
    name: model.name,
    trainable: model.trainable,
    layers,
    inputLayers: model.inputs.map(refer),
    outputLayers: model.outputs.map(refer),
  };
}

/** Where Keras 3 finds the class of a function. */
function originOf({ saved: { module, registered_name } }: OperationLayer): Config {
  return module === undefined ? {} : { module, registered_name };
}

type Refer = (tensor: SymbolicTensor) => TensorReference;

/** The call of a function, in the form of the Keras that saved it. */
function saveOperation({ saved }: OperationLayer, { args, kwargs }: OperationArgs, refer: Refer): unknown {
  if (saved.module !== undefined) {
    const save = (value: unknown) => mapSymbolic(value, (tensor) => kerasTensor(tensor, refer));
    return verbatim({ args: save(args), kwargs: save(kwargs) });
  }
  const savedKwargs = verbatim(mapSymbolic(kwargs, refer) as Config);
  if (saved.class_name === 'TensorFlowOpLayer')
    return symbolicIn(args).map((tensor) => [...refer(tensor), savedKwargs]);
  // Keras keeps the structure of the first argument, with the others beside each of its tensors and constants.
  const saveFirst = (value: unknown): unknown => {
    const isNested = Array.isArray(value) && symbolicIn(value).length > 0;
    if (isNested) return value.map(saveFirst);
    const [tensor] = symbolicIn(value);
    return [...(tensor ? refer(tensor) : [CONSTANT, -1, value]), savedKwargs];
  };
  return saveFirst(args[0]);
}

/** Stands for the name of a layer, where a constant is the first argument of a function of Keras 2. */
export const CONSTANT = '_CONSTANT_VALUE';

function kerasTensor(tensor: SymbolicTensor, refer: Refer): Config {
  const { shape, dtype } = tensor;
  return { class_name: '__keras_tensor__', config: { shape, dtype, keras_history: refer(tensor) } };
}
