// SPDX-License-Identifier: Apache-2.0
// A model made of layers as a graph model: nodes, names, signature, weights.
import { TfwasmError } from '../../core/errors.js';
import { join } from '../../io/bytes.js';
import { encodeStrings } from '../../io/weights-out-strings.js';
import type { SymbolicTensor } from '../../layers/topology.js';
import type { LayersModel } from '../../layers-model/model.js';
import type { Variable } from '../../tensor/variable.js';
import type { FileTree } from '../types.js';
import { type AnySizeGraph, captureForAnySize, layerOf } from './any-size.js';
import type { CapturedEdge, Constant } from './captured-structure.js';
import { GraphParts, type GraphWeight, shapeOf, type, typeName } from './graph-parts.js';
import { makeLoops } from './recurrent-loops.js';

export interface GraphNaming {
  /** The keys of the outputs, in their order. */
  outputKeys: string[];
  generatedBy?: string | undefined;
}

/** Where tensorflowjs_converter puts what models of layers compute. */
const CALL = 'StatefulPartitionedCall';

/**
 * The files of a graph model. Weights are read from the model when the file is read.
 *
 * @throws E_STATE if the model has state, unless `freezeState`; E_SHAPE, E_LAYER and others if it cannot be captured.
 */
export async function graphModelFiles(
  model: LayersModel,
  naming: GraphNaming,
  freezeState: boolean,
): Promise<FileTree> {
  const captured = await captureForAnySize(model);
  if (captured.graph.changesState && !freezeState) {
    throw new TfwasmError(
      'E_STATE',
      'the model has layers with stateful: true, which change their state. A graph model cannot; with freezeState ' +
        '(--freeze_state) every run starts from the saved state',
    );
  }
  const parts = new GraphParts([], []);
  const inputs = model.inputs.map((input, i) => addInput(parts, input, model.inputNames[i] as string));
  const loops = makeLoops(parts, addNodes(parts, captured, inputs));
  const outputs = addOutputs(parts, model.outputs, loops.results, naming.outputKeys);
  const { nodes: node, weights } = parts;
  const json = {
    format: 'graph-model',
    ...(naming.generatedBy !== undefined && { generatedBy: naming.generatedBy }),
    signature: {
      inputs: Object.fromEntries(model.inputs.map((input, i) => [inputs[i], endpoint(inputs[i] as string, input)])),
      outputs,
    },
    modelTopology: { node, ...(loops.functions.length > 0 && { library: { function: loops.functions } }) },
    weightsManifest: [
      { paths: ['weights.bin'], weights: weights.map(({ name, dtype, shape }) => ({ name, dtype, shape })) },
    ],
  };
  return {
    'model.json': fileOf([wholeOf(new TextEncoder().encode(JSON.stringify(json)))]),
    'weights.bin': fileOf(weights),
  };
}

/** Adds what was captured, and returns the outputs. */
function addNodes(parts: GraphParts, { graph, structure, computed }: AnySizeGraph, inputs: string[]): string[] {
  const { nodes } = structure;
  const place = new Map(structure.inputs.map(([node], i) => [node, i]));
  const nameOf = (id: number) => {
    const op = nodes[id]?.op.replace(/^_\w+Sequence$/, 'while');
    return `${CALL}/${layerOf(graph, id)}/${op}`;
  };
  // The ops first: constants are named after them.
  const isOp = (id: number) => !['Const', 'Placeholder', ''].includes(nodes[id]?.op ?? '');
  const names = nodes.map((_, id) => (isOp(id) ? parts.unique(nameOf(id)) : ''));
  const tensor = ([id, output]: CapturedEdge) => (output === 0 ? (names[id] as string) : `${names[id]}:${output}`);
  for (const [id, { op, attr, inputs: read, value }] of nodes.entries()) {
    const input = place.get(id);
    const variable = input === undefined ? undefined : graph.variables[input - inputs.length];
    if (variable) {
      const reader = nodes.findIndex((node) => node.inputs.some(([from]) => from === id));
      names[id] = parts.weight(`${names[reader] || CALL}/ReadVariableOp`, contentOfVariable(variable));
    } else if (input !== undefined) {
      names[id] = inputs[input] as string;
    } else if (value) {
      const compute = computed.get(id);
      const name = nameOf(id);
      names[id] = compute ? compute(parts, name, tensor) : parts.weight(name, contentOf(value));
    } else if (isOp(id)) {
      parts.nodes.push({ name: names[id] as string, op, input: read.map(tensor), attr });
    }
  }
  return structure.outputs.map(tensor);
}

function addInput(parts: GraphParts, { dtype, shape }: SymbolicTensor, name: string): string {
  return parts.add(name, 'Placeholder', [], { dtype: type(dtype), shape: { shape: shapeOf(shape) } });
}

const endpoint = (name: string, { dtype, shape }: SymbolicTensor) => ({
  name: `${name}:0`,
  dtype: typeName(dtype),
  tensorShape: shapeOf(shape),
});

/** Adds the nodes Identity, Identity_1, ... in the order of the keys, and returns the signature. */
function addOutputs(parts: GraphParts, outputs: readonly SymbolicTensor[], results: string[], keys: string[]): object {
  const sorted = keys.map((key, i) => ({ key, i })).sort((a, b) => (a.key < b.key ? -1 : 1));
  const entries = sorted.map(({ key, i }) => {
    const output = outputs[i] as SymbolicTensor;
    const name = parts.add('Identity', 'Identity', [results[i] as string], { T: type(output.dtype) });
    return [key, endpoint(name, output)];
  });
  return Object.fromEntries(entries);
}

function contentOfVariable({ dtype, shape, storage, size }: Variable): Omit<GraphWeight, 'name'> {
  return { dtype, shape: [...shape], byteLength: dtype === 'bool' ? size : 4 * size, read: () => storage.readBytes() };
}

function contentOf({ dtype, shape, bytes }: Constant): Omit<GraphWeight, 'name'> {
  const content = dtype === 'string' ? encodeStrings(bytes as Uint8Array[]) : (bytes as Uint8Array);
  return { dtype, shape, byteLength: content.length, read: () => content };
}

const wholeOf = (bytes: Uint8Array) => ({ byteLength: bytes.length, read: () => bytes });

/** Contents one after the other as a file. One of them is in memory at a time. */
function fileOf(contents: readonly Pick<GraphWeight, 'byteLength' | 'read'>[]): FileTree[string] {
  let index = 0;
  let start = 0;
  let current: Uint8Array | undefined;
  const size = contents.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const read = async (offset: number, length: number) => {
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    if (offset < start) {
      index = 0;
      start = 0;
      current = undefined;
    }
    for (let at = offset; at < offset + length; ) {
      const content = contents[index] as GraphWeight;
      if (at >= start + content.byteLength) {
        start += content.byteLength;
        ++index;
        current = undefined;
        continue;
      }
      current ??= content.read();
      const piece = current.subarray(at - start, Math.min(offset + length - start, content.byteLength));
      pieces.push(piece as Uint8Array<ArrayBuffer>);
      at += piece.length;
    }
    return pieces.length === 1 ? (pieces[0] as Uint8Array) : join(pieces, length);
  };
  return { size, read };
}
