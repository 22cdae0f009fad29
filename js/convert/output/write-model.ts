// SPDX-License-Identifier: Apache-2.0
// Writes the files of a model, one weight at a time.
import { TfwasmError } from '../../core/errors.js';
import { toJson } from '../../io/artifacts-json.js';
import type { ModelJSON, WeightsManifestGroup } from '../../io/types.js';
import type { WeightReport } from '../report.js';
import type { ConvertSink } from '../types.js';
import { QuantizationRules, type QuantizeOption } from './quantization-rules.js';
import { ShardWriter } from './shards.js';
import { encodeWeight, type PlannedWeight, planWeight, type WeightSource } from './weights.js';

/** The content of a model.json, without its manifest. */
export type ModelHead = Omit<ModelJSON, 'modelTopology' | 'weightsManifest'> & { modelTopology: object | null };

/** A model that is to be written. */
export interface ModelParts {
  head: ModelHead;
  /** Weights by group. Each group has files of its own. */
  groups: readonly (readonly WeightSource[])[];
}

export interface WriteOptions {
  quantize?: QuantizeOption | undefined;
  quantizeMinElements?: number | undefined;
  weightShardSizeBytes?: number | undefined;
  signal?: AbortSignal | undefined;
  onWeight?: ((done: number, total: number) => void) | undefined;
}

/** What was written. */
export interface WrittenWeights {
  weights: WeightReport[];
  before: number;
  after: number;
  warnings: string[];
}

/** That of tensorflowjs_converter. */
const SHARD_BYTES = 4 << 20;

/** Throws E_DUPLICATE, E_QUANT, E_WEIGHT_BYTES, and what the sink and the weights throw. */
export async function writeModel(
  { head, groups }: ModelParts,
  sink: ConvertSink,
  { quantize, quantizeMinElements = 0, weightShardSizeBytes = SHARD_BYTES, signal, onWeight }: WriteOptions,
): Promise<WrittenWeights> {
  const rules = new QuantizationRules(quantize);
  checkNames(groups.flat());
  const planned = groups.map((group) => group.map((weight) => planWeight(weight, rules, quantizeMinElements)));
  const total = planned.flat().length;
  const reports: WeightReport[] = [];
  const weightsManifest: WeightsManifestGroup[] = [];
  const shards = new ShardWriter(sink, weightShardSizeBytes);
  for (const group of planned) {
    const written: WeightsManifestGroup = { paths: shards.startGroup(bytesOf(group)), weights: [] };
    for (const weight of group) {
      signal?.throwIfAborted();
      const { spec, bytes, report } = await encodeWeight(weight);
      await shards.write(bytes);
      written.weights.push(spec);
      reports.push(report);
      onWeight?.(reports.length, total);
    }
    weightsManifest.push(written);
  }
  signal?.throwIfAborted();
  await sink.write('model.json', new TextEncoder().encode(modelJson(head, weightsManifest)));
  return {
    weights: reports,
    before: groups.flat().reduce((sum, { byteLength }) => sum + byteLength, 0),
    after: planned.reduce((sum, group) => sum + bytesOf(group), 0),
    warnings: rules.unusedPatterns().map((pattern) => `the quantization pattern '${pattern}' matches no weight`),
  };
}

const bytesOf = (group: readonly PlannedWeight[]) => group.reduce((sum, { byteLength }) => sum + byteLength, 0);

/** The fields in the order of tensorflowjs_converter. */
function modelJson(head: ModelHead, weightsManifest: WeightsManifestGroup[]): string {
  const { format, generatedBy, convertedBy, modelTopology, ...more } = head;
  return toJson({ format, generatedBy, convertedBy, ...more, modelTopology, weightsManifest });
}

function checkNames(weights: readonly WeightSource[]): void {
  const names = new Set<string>();
  for (const { name } of weights) {
    if (names.has(name)) throw new TfwasmError('E_DUPLICATE', `two weights have the name '${name}'`);
    names.add(name);
  }
}
