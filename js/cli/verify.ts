// SPDX-License-Identifier: Apache-2.0
// Compares what two models compute.
import { type Library, type RunnableModel, randomInputs } from './models.js';

/** How far apart an output of two models is. */
export interface Difference {
  output: string;
  difference: number;
  /** The largest value of the first model, for comparison. */
  largest: number;
}

/** Runs both on the same random input. Throws what running them throws. */
export async function compareModels(tf: Library, one: RunnableModel, other: RunnableModel): Promise<Difference[]> {
  const inputs = randomInputs(tf, one);
  const [expected, found] = [await one.predict(inputs), await other.predict(inputs)];
  const differences = expected.map((tensor, i) => {
    // The outputs of a graph model have the order of their keys.
    const places = [other.outputNames.indexOf(one.outputNames[i] as string), other.outputNames.indexOf(`output_${i}`)];
    const same = found[places.find((place) => place >= 0) ?? i];
    const [a, b] = [tensor.dataSync() as ArrayLike<number>, (same?.dataSync() ?? []) as ArrayLike<number>];
    return { output: one.outputNames[i] ?? `output ${i}`, ...largestOf(a, b) };
  });
  tf.dispose([...inputs, ...expected, ...found]);
  return differences;
}

function largestOf(a: ArrayLike<number>, b: ArrayLike<number>): Omit<Difference, 'output'> {
  if (a.length !== b.length) return { difference: Number.POSITIVE_INFINITY, largest: 0 };
  let [difference, largest] = [0, 0];
  for (let i = 0; i < a.length; ++i) {
    const [x, y] = [Number(a[i]), Number(b[i])];
    // Equal infinities do not differ, nor do two values that are no numbers.
    if (!Object.is(x, y))
      difference = Math.max(difference, Number.isNaN(x - y) ? Number.POSITIVE_INFINITY : Math.abs(x - y));
    largest = Math.max(largest, Math.abs(x));
  }
  return { difference, largest };
}
