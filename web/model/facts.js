// SPDX-License-Identifier: Apache-2.0
// Statistics of a model that need no run. No DOM.
import { allNodes } from '../common/graph-def.js';
import { sizeOf } from '../common/values.js';

const BYTES = { float32: 4, int32: 4, bool: 1, complex64: 8, uint8: 1, uint16: 2, float16: 2, string: Number.NaN };

/**
 * The number of nodes of each op, in descending order.
 *
 * @returns {{op: string, count: number, share: number}[]} share: of all nodes.
 */
export function countOps(topology) {
  const counts = new Map();
  const nodes = allNodes(topology);
  for (const { op } of nodes) counts.set(String(op), (counts.get(String(op)) ?? 0) + 1);
  return Array.from(counts, ([op, count]) => ({ op, count, share: count / nodes.length })).sort(
    (a, b) => b.count - a.count || a.op.localeCompare(b.op),
  );
}

/**
 * The weights, grouped by their stored format.
 *
 * @param {import('../../dist/index.js').io.WeightSpec[]} specs
 * @returns {{stored: string, dtype: string, count: number, values: number, bytes: number}[]} stored: the quantized
 *     dtype, or the dtype itself; bytes: NaN for strings, whose size is unknown.
 */
export function groupWeights(specs = []) {
  const groups = new Map();
  for (const { dtype, shape, quantization } of specs) {
    const stored = quantization?.dtype ?? dtype;
    const group = groups.get(`${stored} ${dtype}`) ?? { stored, dtype, count: 0, values: 0, bytes: 0 };
    const values = Array.isArray(shape) ? sizeOf(shape) : 0;
    group.count += 1;
    group.values += values;
    group.bytes += values * (BYTES[stored] ?? Number.NaN);
    groups.set(`${stored} ${dtype}`, group);
  }
  return [...groups.values()].sort((a, b) => b.values - a.values);
}

/**
 * The totals of a model.
 *
 * @param {import('../../dist/index.js').io.ModelArtifacts} artifacts
 */
export function summarize({ modelTopology, weightSpecs }) {
  const groups = groupWeights(weightSpecs);
  const sum = (field) => groups.reduce((total, group) => total + group[field], 0);
  return {
    nodes: allNodes(modelTopology).length,
    functions: modelTopology?.library?.function?.length ?? 0,
    parameters: groups.filter(({ dtype }) => dtype === 'float32').reduce((total, { values }) => total + values, 0),
    weights: sum('count'),
    weightBytes: sum('bytes'),
    topologyBytes: new TextEncoder().encode(JSON.stringify(modelTopology ?? null)).length,
    quantized: groups.filter(({ stored, dtype }) => stored !== dtype),
    groups,
  };
}
