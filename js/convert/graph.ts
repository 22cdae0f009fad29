// SPDX-License-Identifier: Apache-2.0
// Graph models, from models of TensorFlow and from other graph models.
import { check } from '../core/errors.js';
import { checkManifest, checkPath, groupBytes } from '../io/manifest.js';
import type { ModelJSON, WeightSpec } from '../io/types.js';
import { baseName, folderOf, type ModelFiles, readText } from './files/model-files.js';
import type { FoundModel } from './files/sniff.js';
import { convertGraphModel } from './graph-model.js';
import { countOps, endpointsOf } from './graph-parts.js';
import { QuantizationRules } from './output/quantization-rules.js';
import type { ConversionReport, WeightReport } from './report.js';
import type { Task } from './task.js';
import type { ConvertedWeight, ConvertSink, FileTree, GraphInputFormat } from './types.js';

/** Throws E_OP for ops that the target lacks, E_STATE, E_PROTO, and what reading and writing throw. */
export async function graphModelOf(task: Task, sink: ConvertSink): Promise<ConversionReport> {
  const { files, found, inputFormat } = task;
  const format = (inputFormat === 'keras_saved_model' ? 'tf_saved_model' : inputFormat) as GraphInputFormat;
  return convertTree(task, sink, await treeOf(files, found), format);
}

/** Converts the files of a graph, which are in this format. */
export async function convertTree(
  { files, inputFormat, outputFormat, options }: Task,
  sink: ConvertSink,
  tree: FileTree,
  format: GraphInputFormat,
): Promise<ConversionReport> {
  const { quantize, quantizeMinElements = 0, onProgress, ...graphOptions } = options;
  const rules = new QuantizationRules(quantize);
  const quantization = ({ name, dtype, shape }: ConvertedWeight) =>
    dtype === 'float32' && sizeOf(shape) >= Math.max(1, quantizeMinElements) ? rules.dtypeOf(name) : undefined;
  const read = new ModelJsonReader(sink);
  const summary = await convertGraphModel(
    tree,
    {
      ...graphOptions,
      inputFormat: format,
      quantization,
      onProgress: ({ step, fraction }) => onProgress?.({ step: step === 'simplify' ? 'convert' : step, fraction }),
    },
    read,
  );
  const { generatedBy, signature, modelTopology, weightsManifest } = read.json;
  const weights = weightsManifest.flatMap((group) => group.weights).map(reportOf);
  const unsupported = summary.unsupportedOps.map(
    ({ op, count, node }) => `the target has no op ${op}, which ${count} nodes need, such as '${node}'`,
  );
  return {
    source: files.name,
    inputFormat,
    outputFormat,
    ...(generatedBy !== undefined && { generatedBy }),
    ops: { before: summary.nodesBefore, after: summary.nodesAfter, byOp: countOps(modelTopology) },
    ...endpointsOf(signature),
    weights,
    weightBytes: { before: summary.weightBytes + savedBytes(weights), after: summary.weightBytes },
    notes: summary.notes,
    warnings: [
      ...unsupported,
      ...rules.unusedPatterns().map((pattern) => `the quantization pattern '${pattern}' matches no weight`),
    ],
  };
}

/** The files of the model. Their sizes have to be known before they are read. */
async function treeOf(files: ModelFiles, { path, format }: FoundModel): Promise<FileTree> {
  const folder = folderOf(path);
  const open = async (name: string) => [name, await files.open(folder + name)] as const;
  if (format === 'tf_frozen_model') return Object.fromEntries([await open(baseName(path))]);
  if (format === 'tfjs_graph_model') {
    const { weightsManifest = [] } = JSON.parse(await readText(files, path)) as ModelJSON;
    const names = checkManifest(weightsManifest).flatMap(({ paths }) => paths.map(checkPath));
    return { ...Object.fromEntries(await Promise.all(names.map(open))), 'model.json': await files.open(path) };
  }
  const names = files.paths.filter((name) => name.startsWith(folder)).map((name) => name.slice(folder.length));
  return Object.fromEntries(await Promise.all(names.map(open)));
}

/** Passes files on, and keeps model.json. */
class ModelJsonReader implements ConvertSink {
  readonly #sink: ConvertSink;
  #json: ModelJSON | undefined;

  constructor(sink: ConvertSink) {
    this.#sink = sink;
  }

  get json(): ModelJSON {
    check(this.#json !== undefined, 'the converter wrote no model.json', 'E_INTERNAL');
    return this.#json;
  }

  write(name: string, bytes: Uint8Array): void | Promise<void> {
    if (name === 'model.json') this.#json = JSON.parse(new TextDecoder().decode(bytes)) as ModelJSON;
    return this.#sink.write(name, bytes);
  }
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

/** Integers are off by half a step at most, a single one not at all; the error of float16 numbers depends on their values. */
function reportOf(spec: WeightSpec): WeightReport {
  const { name, shape, dtype, quantization } = spec;
  return {
    name,
    shape,
    dtype,
    bytes: groupBytes([spec]) ?? 0,
    ...(quantization && { quantization }),
    ...(quantization?.scale !== undefined && { maxError: sizeOf(shape) === 1 ? 0 : quantization.scale / 2 }),
  };
}

/** By quantization. */
const savedBytes = (weights: readonly WeightReport[]) =>
  weights.reduce((sum, { shape, bytes, quantization }) => sum + (quantization ? 4 * sizeOf(shape) - bytes : 0), 0);
