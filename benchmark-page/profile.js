// SPDX-License-Identifier: Apache-2.0
// tfwasm's profiling data.
import { median } from '../web/common/quantiles.js';
import { flopsOf } from './flops.js';

/** Maps tfwasm's measures in the performance timeline to phases. */
const PHASE_OF = {
  'tfwasm: fetch': 'fetch',
  'tfwasm: weights': 'fetch',
  'tfwasm: parse': 'parse',
  'tfwasm: optimize': 'optimize',
  'tfwasm: pack': 'pack',
};

/**
 * @typedef {{fetch: number, parse: number, optimize: number, pack: number}} Phases Milliseconds: waiting for the
 *     network and copying weights; parsing the graph; optimizing it; inferring shapes, planning memory and packing
 *     weights.
 *
 * @returns {Phases | null} null for engines that record no phases.
 */
export function measuredPhases() {
  const measures = performance.getEntriesByType('measure').filter(({ name }) => name in PHASE_OF);
  if (measures.length === 0) return null;
  const phases = { fetch: 0, parse: 0, optimize: 0, pack: 0 };
  for (const { name, duration } of measures) phases[PHASE_OF[name]] += duration;
  return phases;
}

/**
 * @typedef {object} NodeTime
 * @property {string} op
 * @property {string} node
 * @property {number} milliseconds
 * @property {number[][]} inputShapes
 * @property {number[][]} outputShapes
 * @property {number | null} flops Floating point operations; null if not defined.
 *
 * @returns {NodeTime[]} In execution order. Times are medians of `runs` runs.
 */
export function kernelProfile(model, inputs, runs, tf) {
  const profiles = [];
  for (let i = 0; i < runs; ++i) {
    const { result, kernels } = model.profile(inputs);
    tf.dispose(result);
    profiles.push(kernels);
  }
  const last = profiles.at(-1);
  // With control flow, runs may execute different nodes, which have no common median.
  const comparable = profiles.filter(({ length }) => length === last.length);
  return last.map(({ name, node, inputShapes, outputShapes }, index) => ({
    op: name,
    node,
    milliseconds: median(comparable.map((kernels) => kernels[index].kernelTimeMs)),
    inputShapes,
    outputShapes,
    flops: flopsOf(name, inputShapes, outputShapes),
  }));
}

/**
 * Totals by op, the slowest first.
 *
 * @param {NodeTime[]} nodes
 * @returns {{op: string, count: number, milliseconds: number, share: number, flops: number | null}[]}
 */
export function byOp(nodes) {
  const ops = new Map();
  for (const { op, milliseconds, flops } of nodes) {
    const sum = ops.get(op) ?? { op, count: 0, milliseconds: 0, flops: 0 };
    sum.count += 1;
    sum.milliseconds += milliseconds;
    sum.flops = sum.flops === null || flops === null ? null : sum.flops + flops;
    ops.set(op, sum);
  }
  const total = nodes.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  return [...ops.values()]
    .map((sum) => ({ ...sum, share: total > 0 ? sum.milliseconds / total : 0 }))
    .sort((a, b) => b.milliseconds - a.milliseconds);
}

/** GFLOP/s; null if not defined. */
export function gigaflops({ flops, milliseconds }) {
  return flops === null || !(milliseconds > 0) ? null : flops / milliseconds / 1e6;
}
