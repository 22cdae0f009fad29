// SPDX-License-Identifier: Apache-2.0
// A logged value that callbacks watch, and which values of it are better.
import { check } from '../../core/errors.js';
import type { Logs } from '../callbacks.js';

/** Which values are better; 'auto' decides by the name: larger ones of accuracies and the like, else smaller ones. */
export type MonitorMode = 'auto' | 'min' | 'max';

export interface MonitorArgs {
  /** The name of a logged value. The default is 'val_loss'. */
  monitor?: string;
  /** The default is 'auto'. */
  mode?: MonitorMode;
  /** Changes up to this count as none. */
  minDelta?: number;
}

/** Metrics of Keras whose larger values are better. */
const LARGER_IS_BETTER = /acc|auc|precision|recall|sensitivity|specificity|fmeasure|f1|fbeta|iou|r2|true_|similarity/i;

export class Monitor {
  readonly name: string;
  readonly #sign: number;
  readonly #minDelta: number;
  #hasWarned = false;

  constructor({ monitor = 'val_loss', mode = 'auto', minDelta = 0 }: MonitorArgs) {
    check(typeof monitor === 'string', 'monitor has to be the name of a logged value');
    check(['auto', 'min', 'max'].includes(mode), `mode has to be 'auto', 'min' or 'max', got '${mode}'`);
    checkNumber('minDelta', minDelta);
    this.name = monitor;
    this.#sign = mode === 'max' || (mode === 'auto' && LARGER_IS_BETTER.test(monitor)) ? 1 : -1;
    this.#minDelta = Math.abs(minDelta);
  }

  /** The value. Warns once if there is none. */
  read(logs: Logs): number | undefined {
    const value = logs[this.name];
    if (value === undefined && !this.#hasWarned) {
      this.#hasWarned = true;
      console.warn(`Metric for ${this.name} is not available. Available metrics are: ${Object.keys(logs).join(', ')}`);
    }
    return value;
  }

  /** Whether a value is better than the best one so far. Any number is better than none. */
  isBetter(value: number, best: number | undefined): boolean {
    return best === undefined ? !Number.isNaN(value) : this.#sign * (value - best) > this.#minDelta;
  }
}

/** Throws E_INPUT. */
export function checkNumber(name: string, value: number, least = Number.NEGATIVE_INFINITY): void {
  check(
    typeof value === 'number' && value >= least,
    `${name} has to be a number${least > -1e9 ? ` of at least ${least}` : ''}`,
  );
}
