// SPDX-License-Identifier: Apache-2.0
// What `verbose` prints: lines like those of Keras.
import type { Logs } from './callbacks.js';

/** With verbose: 1, an epoch that takes longer prints a line in this time. */
const REPORT_MS = 5000;

const timeOf = (ms: number) => (ms < 9950 ? `${(ms / 1000).toFixed(1)}s` : `${Math.round(ms / 1000)}s`);
const timeOfStep = (ms: number) => (ms < 1 ? `${Math.round(1000 * ms)}us` : `${ms.toFixed(ms < 10 ? 1 : 0)}ms`);

/** Prints lines such as `Epoch 2/5 - 16/16 - 0.1s - 3.2ms/step - loss: 0.3210`. */
export class Progress {
  readonly #verbose: number;
  #start = performance.now();
  #last = this.#start;

  /** @param verbose 0: nothing; 2: no lines in the middle of an epoch. */
  constructor(verbose: number | boolean | undefined) {
    this.#verbose = Number(verbose ?? 0);
  }

  begin(): void {
    this.#start = performance.now();
    this.#last = this.#start;
  }

  /** @param steps How many there are in all, if that is known. */
  print(head: string, done: number, steps: number | null | undefined, logs: Logs = {}): void {
    if (this.#verbose === 0) return;
    const time = performance.now() - this.#start;
    const parts = [`${done}/${steps ?? done}`, timeOf(time), `${timeOfStep(time / Math.max(1, done))}/step`];
    for (const [name, value] of Object.entries(logs)) parts.push(`${name}: ${Number(value).toPrecision(4)}`);
    console.log([...(head ? [head] : []), ...parts].join(' - '));
  }

  /** A line in the middle of an epoch, if there was none for long. */
  printSometimes(head: string, done: number, steps: number | null | undefined, read: () => Logs): void {
    if (this.#verbose !== 1 || performance.now() - this.#last < REPORT_MS) return;
    this.print(head, done, steps, read());
    this.#last = performance.now();
  }
}
