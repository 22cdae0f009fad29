// SPDX-License-Identifier: Apache-2.0
import { pause } from '../../core/pause.js';
import type { YieldEvery } from '../callbacks.js';

/** Lets the page handle events while training runs. */
export class Yielder {
  #last = performance.now();

  constructor(private readonly every: YieldEvery) {}

  isDue(isEpochEnd: boolean): boolean {
    if (this.every === 'never') return false;
    if (this.every === 'epoch') return isEpochEnd;
    if (this.every === 'batch') return true;
    return performance.now() - this.#last > (this.every === 'auto' ? 16 : this.every);
  }

  async yield(): Promise<void> {
    await pause();
    this.#last = performance.now();
  }
}
