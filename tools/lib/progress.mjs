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
   * "already there") or, on a terminal, shows progress.
   */
  async step(title, action) {
    this.#index += 1;
    const count = this.#total ? `[${this.#index}/${this.#total}] ` : '';
    const head = `${count}${title} ... `;
    process.stdout.write(head);
    const start = performance.now();
    let note = '';
    const setNote = (text) => {
      note = text;
      if (isTerminal) process.stdout.write(`\r\x1b[K${head}${text} `);
    };
    try {
      const result = await action(setNote);
      const time = formatSeconds(performance.now() - start);
      if (isTerminal) process.stdout.write(`\r\x1b[K${head}`);
      process.stdout.write(`${time}${note && ` (${note})`}\n`);
      return result;
    } catch (error) {
      process.stdout.write('failed\n');
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
