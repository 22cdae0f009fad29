// SPDX-License-Identifier: Apache-2.0
// Boundaries of bins with as many values each, from summaries of batches. The summaries are those of Keras, so that the
// boundaries are: keras/src/layers/preprocessing/discretization.py.
import { TfwasmError } from '../core/errors.js';
import type { AdaptableLayer } from './adaptable-layer.js';
import type { Learner } from './learner.js';

/** Ascending values, each with the number of values that it stands for. */
type Summary = [value: number, weight: number][];

function summarize(values: Float32Array, epsilon: number): Summary {
  const step = values.length * epsilon;
  const [start, stride] = [Math.trunc(step), Math.trunc(Math.max(step, 1))];
  const kept = values.sort().filter((_, i) => i >= start && (i - start) % stride === 0);
  return Array.from(kept, (value) => [value, Math.fround(Math.max(step, 1))]);
}

/** The value at `x` of a function that is linear between points. */
function interpolate(x: number, xs: readonly number[], ys: readonly number[]): number {
  const i = xs.findIndex((place) => place >= x);
  if (i < 0) return ys.at(-1) as number;
  if (i === 0) return ys[0] as number;
  const [left, right] = [xs[i - 1] as number, xs[i] as number];
  return (ys[i - 1] as number) + (((ys[i] as number) - (ys[i - 1] as number)) * (x - left)) / (right - left);
}

/** A summary with about 1 / epsilon values. */
function compress(summary: Summary, epsilon: number): Summary {
  if (summary.length * epsilon < 1) return summary;
  let sum = 0;
  const sums = summary.map(([, weight]) => (sum += weight));
  const shares = sums.map((part) => part / sum);
  const values = summary.map(([value]) => value);
  let before = 0;
  return Array.from({ length: Math.ceil(1 / epsilon) }, (_, i) => {
    const share = epsilon + i * epsilon;
    const until = interpolate(share, shares, sums);
    const weight = until - before;
    before = until;
    return [Math.fround(interpolate(share, shares, values)), Math.fround(weight)];
  });
}

export function binsOf(layer: AdaptableLayer): Learner {
  const { num_bins, epsilon } = layer.coreConfig as { num_bins: number | null; epsilon: number };
  if (num_bins === null) {
    throw new TfwasmError('E_LAYER', `${layer.name} was made with binBoundaries: to adapt it, give numBins instead`);
  }
  let summary: Summary = [];
  return {
    take(batch) {
      if (batch.dtype === 'string') throw new TfwasmError('E_DTYPE', 'expected numbers, got strings');
      const own = summarize(Float32Array.from(batch.dataSync() as ArrayLike<number>), epsilon);
      summary = compress(
        [...own, ...summary].sort(([a], [b]) => a - b),
        epsilon,
      );
    },
    finish() {
      if (summary.length === 0) throw new TfwasmError('E_INPUT', 'there are no data to adapt to');
      const bins = compress(summary, 1 / num_bins).slice(0, -1);
      layer.learn({ bin_boundaries: bins.map(([value]) => value) });
    },
  };
}
