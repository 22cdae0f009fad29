import type { Tensor } from '../tensor/tensor.js';
import { sub, maximum, mul } from '../ops/arithmetic.js';
const abs = (x: Tensor) => maximum(x, mul(x, -1));
import { sum } from '../ops/reduce.js';
const mean = (x: Tensor, axis?: number) =>
  mul(sum(x, axis), 1 / (axis === undefined ? x.size : (x.shape.at(-1) as number)));
export abstract class Metric {
  name = 'm';
  isMean = true;
  abstract update(a: Tensor, b: Tensor, w?: Tensor): { mean: Tensor; weight?: Tensor } | undefined;
  read(): number {
    return 0;
  }
  resetStates() {}
  dispose() {}
}
export type MetricIdentifier = string | ((a: Tensor, b: Tensor) => Tensor) | Metric;
class Mae extends Metric {
  update(a: Tensor, b: Tensor) {
    return { mean: mean(abs(sub(a, b))) };
  }
}
export function getMetric(_id: MetricIdentifier, _s: unknown, _l: unknown): Metric {
  return new Mae();
}
