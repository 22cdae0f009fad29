// SPDX-License-Identifier: Apache-2.0
// Progress output: "[2/6] Emscripten 3.1.69 ... 14 s". The title is printed when a step starts, the time when it ends.

const isTerminal = process.stdout.isTTY === true;

/** Numbers the steps of a script. `total` is optional. */
export class Progress {
  #index = 0;
  #total;

  constructor(total) {
    this.#total = total;
  }

  /**
   * Runs `action` as the next step and returns its result. `action` gets `note(text)`, which adds a remark ("from apt",
   * "already there") or, on a terminal, shows progress. `amongOthers`: other steps run at the same time, so that the
   * line is printed as a whole when the step ends.
   */
  async step(title, action, { amongOthers = false } = {}) {
    this.#index += 1;
    const count = this.#total ? `[${this.#index}/${this.#total}] ` : '';
    const head = `${count}${title} ... `;
    if (amongOthers) process.stdout.write(`${count}${title}: begins\n`);
    else process.stdout.write(head);
    const start = performance.now();
    let note = '';
    const setNote = (text) => {
      note = text;
      if (isTerminal && !amongOthers) process.stdout.write(`\r\x1b[K${head}${text} `);
    };
    const end = (text) => {
      if (amongOthers) process.stdout.write(`${head}${text}\n`);
      else process.stdout.write(`${text}\n`);
    };
    try {
      const result = await action(setNote);
      if (isTerminal && !amongOthers) process.stdout.write(`\r\x1b[K${head}`);
      end(`${formatSeconds(performance.now() - start)}${note && ` (${note})`}`);
      return result;
    } catch (error) {
      end('failed');
      throw error;
    }
  }
}

/** 0.4 s, 14 s, 2 min 5 s. */
export function formatSeconds(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 90 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
