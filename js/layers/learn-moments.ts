// SPDX-License-Identifier: Apache-2.0
// The mean and the variance of features. Batches are merged as in Chan, Golub and LeVeque, "Updating formulae and a
// pairwise algorithm for computing sample variances", 1979.
import { TfwasmError } from '../core/errors.js';
import { tensor } from '../tensor/factories.js';
import { dispose } from '../tensor/memory.js';
import type { AdaptableLayer } from './adaptable-layer.js';
import type { Learner } from './learner.js';

export function momentsOf(layer: AdaptableLayer): Learner {
  const { axis, mean: given } = layer.coreConfig;
  if (given !== null) {
    throw new TfwasmError('E_LAYER', `${layer.name} was made with a mean and a variance: it cannot be adapted, too`);
  }
  let sizes: number[] = [];
  let count = 0;
  let mean: Float64Array | undefined;
  let squares = new Float64Array();

  return {
    take(batch) {
      const { shape } = batch;
      layer.ensureBuilt([[null, ...shape.slice(1)]]);
      const axes = (axis === null ? [] : [axis].flat()).map((one) => ((one as number) + shape.length) % shape.length);
      sizes = shape.filter((_, i) => axes.includes(i));
      const features = sizes.reduce((product, size) => product * size, 1);
      if (mean && mean.length !== features) {
        throw new TfwasmError('E_SHAPE', `the batches have ${mean.length} and ${features} features`);
      }
      const values = batch.dataSync() as ArrayLike<number>;
      const feature = featureOf(shape, axes);
      const rows = values.length / features;
      if (rows === 0) return;
      const own = new Float64Array(features);
      for (let i = 0; i < values.length; ++i)
        own[feature(i)] = (own[feature(i)] as number) + (values[i] as number) / rows;
      const deviations = new Float64Array(features);
      for (let i = 0; i < values.length; ++i) {
        const at = feature(i);
        deviations[at] = (deviations[at] as number) + ((values[i] as number) - (own[at] as number)) ** 2;
      }
      mean ??= new Float64Array(features);
      if (squares.length === 0) squares = new Float64Array(features);
      const total = count + rows;
      for (let i = 0; i < features; ++i) {
        const difference = (own[i] as number) - (mean[i] as number);
        mean[i] = (mean[i] as number) + (difference * rows) / total;
        squares[i] = (squares[i] as number) + (deviations[i] as number) + (difference ** 2 * count * rows) / total;
      }
      count = total;
    },
    finish() {
      if (!mean) throw new TfwasmError('E_INPUT', 'there are no data to adapt to');
      const values = [
        tensor([...mean], sizes),
        tensor(
          Array.from(squares, (square) => square / count),
          sizes,
        ),
        tensor(count, [], 'int32'),
      ];
      layer.setWeights(values);
      dispose(values);
    },
  };
}

/** The number of the feature of an element, by the element's place. */
function featureOf(shape: readonly number[], axes: readonly number[]): (i: number) => number {
  const steps = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  return (i) =>
    axes.reduce((at, axis) => {
      const size = shape[axis] as number;
      return at * size + (Math.floor(i / (steps[axis] as number)) % size);
    }, 0);
}
