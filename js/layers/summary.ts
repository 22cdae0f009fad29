// SPDX-License-Identifier: Apache-2.0
// The table that summary() prints. Its form is that of TensorFlow.js.
import type { Container } from './container.js';
import type { Layer } from './layer.js';
import { InputLayer } from './input-layer.js';
import { oneOrMore, type SymbolicTensor } from './topology.js';

type Print = (line: string) => void;

/** A row whose columns end at these positions. */
function row(fields: readonly string[], positions: readonly number[]): string {
  let line = '';
  for (const [i, field] of fields.entries()) {
    const end = positions[i] ?? line.length;
    if (i > 0) line = `${line.slice(0, -1)} `;
    line = `${line}${field}`.slice(0, end).padEnd(end, ' ');
  }
  return line;
}

const shapesOf = (tensors: readonly SymbolicTensor[]) => tensors.map(({ shape }) => shape);

/** The inputs of each call. */
const inputShapesOf = ({ inboundNodes }: Layer): string =>
  inboundNodes
    .map(({ inputTensors, outputTensors }) =>
      JSON.stringify(shapesOf(inputTensors.length > 0 ? inputTensors : outputTensors)),
    )
    .join(',');

/** The outputs, if those of all calls have the same shapes. */
function outputShapeOf({ inboundNodes }: Layer): string {
  const shapes = new Set(inboundNodes.map(({ outputTensors }) => JSON.stringify(oneOrMore(shapesOf(outputTensors)))));
  return shapes.size === 1 ? ([...shapes][0] as string) : 'multiple';
}

const paramsOf = (layer: Layer) =>
  layer instanceof InputLayer ? 0 : layer.weights.reduce((sum, { size }) => sum + size, 0);

/** Whether every layer is called once, and reads the one before. */
function isChain(model: Container): boolean {
  return model.nodes.every(
    ({ outboundLayer, inputTensors }, i) =>
      model.nodes.findIndex((node) => node.outboundLayer === outboundLayer) === i && inputTensors.length <= 1,
  );
}

export function printSummary(
  model: Container,
  lineLength: number | undefined,
  positions: number[] | undefined,
  print: Print,
): void {
  const sequential = isChain(model);
  const headers = ['Layer (type)', 'Input Shape', 'Output shape', 'Param #'];
  if (!sequential) headers.push('Receives inputs');
  const width = lineLength ?? (sequential ? 90 : 115);
  let ends = positions ?? (sequential ? [0.32, 0.61, 0.89, 1] : [0.24, 0.48, 0.7, 0.8, 1]);
  if ((ends.at(-1) ?? 0) <= 1) ends = ends.map((part) => Math.floor(width * part));
  print('_'.repeat(width));
  print(row(headers, ends));
  print('='.repeat(width));
  const { layers } = model;
  for (const [i, layer] of layers.entries()) {
    printLayer(layer, sequential ? undefined : model, ends, print);
    print((i === layers.length - 1 ? '=' : '_').repeat(width));
  }
  const count = (weights: readonly { size: number }[]) => weights.reduce((sum, { size }) => sum + size, 0);
  const [trainable, fixed] = [count(model.trainableWeights), count(model.nonTrainableWeights)];
  print(`Total params: ${trainable + fixed}`);
  print(`Trainable params: ${trainable}`);
  print(`Non-trainable params: ${fixed}`);
  print('_'.repeat(width));
}

function printLayer(layer: Layer, model: Container | undefined, ends: readonly number[], print: Print): void {
  const name = `${layer.name} (${layer.getClassName()})`;
  const fields = [name, inputShapesOf(layer), outputShapeOf(layer), String(paramsOf(layer))];
  if (!model) {
    print(row(fields, ends));
    return;
  }
  const nodes = model.nodes.filter(({ outboundLayer }) => outboundLayer === layer);
  const sources = nodes.flatMap(({ inputTensors }) =>
    inputTensors.map(({ sourceLayer, nodeIndex, tensorIndex }) => `${sourceLayer.name}[${nodeIndex}][${tensorIndex}]`),
  );
  print(row([...fields, sources[0] ?? ''], ends));
  for (const source of sources.slice(1)) print(row(['', '', '', '', source], ends));
}
