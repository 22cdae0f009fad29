// SPDX-License-Identifier: Apache-2.0
// Adds up the reports of batches (Objective.evaluate).
import type { Tensor } from '../tensor/tensor.js';
import type { Logs } from './callbacks.js';
import type { Objective } from './objective.js';

export class Totals {
  readonly #objective: Objective;
  #sums: number[] = [];
  #counts: number[] = [];
  #values: number[] = [];

  constructor(objective: Objective) {
    this.#objective = objective;
  }

  /** Takes ownership of the report. */
  add(report: Tensor): void {
    const numbers = report.dataSync();
    report.dispose();
    const size = numbers.length / 2;
    if (this.#sums.length === 0) {
      this.#sums = new Array<number>(size).fill(0);
      this.#counts = new Array<number>(size).fill(0);
    }
    this.#values = Array.from(numbers.subarray(0, size));
    for (let i = 0; i < size; ++i) {
      const count = numbers[size + i] as number;
      // The mean of no examples is 0, or NaN.
      if (count !== 0) (this.#sums[i] as number) += (numbers[i] as number) * count;
      (this.#counts[i] as number) += count;
    }
  }

  /** Those of the last batch alone; of metrics with state, all so far. */
  batch(): Logs {
    return this.#named(this.#values);
  }

  /** The means over all examples so far. */
  means(): Logs {
    return this.#named(this.#sums.map((sum, i) => (this.#counts[i] === 0 ? 0 : sum / (this.#counts[i] as number))));
  }

  #named(values: readonly number[]): Logs {
    const rest = [...values];
    const states = new Map(this.#objective.metrics.map(({ name, metric }) => [name, metric]));
    const named = this.#objective.names.flatMap((name): [string, number][] => {
      const metric = states.get(name);
      const value = metric && !metric.isMean ? metric.read() : (rest.shift() as number);
      // A metric for several thresholds or classes.
      return typeof value === 'number' ? [[name, value]] : value.map((one, i) => [`${name}_${i}`, one]);
    });
    return Object.fromEntries(named);
  }
}
