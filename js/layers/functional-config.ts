// SPDX-License-Identifier: Apache-2.0
// Models as configs, in the form of Keras 2.
import type { Config } from './config.js';
import type { Layer } from './layer.js';
import { type Node, SymbolicTensor } from './topology.js';

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
  const saveArgument = (value: unknown): unknown => {
    if (value instanceof SymbolicTensor) return refer(value);
    return Array.isArray(value) ? value.map(saveArgument) : value;
  };
  const saveNode = ({ outputTensors, callArgs, inputTensors }: Node) => {
    const kwargs = Object.fromEntries(Object.entries(callArgs).map(([key, value]) => [key, saveArgument(value)]));
    const inputs = outputTensors[0]?.inputs ?? inputTensors;
    return inputs.map((input) => [...refer(input), kwargs]);
  };
  const layers = model.layers.map((layer) => ({
    name: layer.name,
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
