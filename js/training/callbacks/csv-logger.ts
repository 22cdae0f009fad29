// SPDX-License-Identifier: Apache-2.0
import { check } from '../../core/errors.js';
import { Callback, type Logs } from '../callbacks.js';
import { loadTraining } from '../loader.js';

export interface CSVLoggerArgs {
  /** Between the columns. The default is ",". */
  separator?: string;
  /** Whether to go on in a file, instead of replacing it. */
  append?: boolean;
}

/** Gets the text of a file, line by line. */
export type WriteText = (text: string) => unknown;

/**
 * Writes a line of a CSV file for each epoch: `epoch` (from 0), and what the first epoch logs, sorted by name. "NA"
 * where an epoch has no value.
 */
export class CSVLogger extends Callback {
  readonly #target: string | WriteText;
  readonly #separator: string;
  readonly #append: boolean;
  #columns: string[] | undefined;

  /**
   * @param target The path or file:// URL of a file, in Node.js; or a function that gets each line.
   * @throws E_INPUT.
   */
  constructor(target: string | WriteText, { separator = ',', append = false }: CSVLoggerArgs = {}) {
    super();
    check(typeof target === 'string' || typeof target === 'function', 'CSVLogger takes a path or a function');
    check(typeof separator === 'string' && separator !== '', 'the separator of a CSVLogger has to be a text');
    this.#target = target;
    this.#separator = separator;
    this.#append = append;
  }

  /** Throws E_FILE if the file cannot be written. */
  override async onTrainBegin(): Promise<void> {
    this.#columns = undefined;
    if (!this.#append) await this.#write('', 'writeFile');
  }

  override async onEpochEnd(epoch: number, logs: Logs = {}): Promise<void> {
    if (!this.#columns) {
      this.#columns = Object.keys(logs).sort();
      if (!(await this.#hasText())) await this.#writeLine(['epoch', ...this.#columns]);
    }
    const values = this.#columns.map((name) => (Object.hasOwn(logs, name) ? String(logs[name]) : 'NA'));
    await this.#writeLine([String(epoch), ...values]);
  }

  async #writeLine(fields: readonly string[]): Promise<void> {
    await this.#write((await loadTraining()).csvLine(fields, this.#separator));
  }

  async #write(text: string, how: 'appendFile' | 'writeFile' = 'appendFile'): Promise<void> {
    if (typeof this.#target === 'string') await (await loadTraining()).writeText(this.#target, text, how);
    else if (text !== '') await this.#target(text);
  }

  /** Whether the file that is continued has a header. */
  async #hasText(): Promise<boolean> {
    return this.#append && typeof this.#target === 'string' && (await loadTraining()).hasText(this.#target);
  }
}
