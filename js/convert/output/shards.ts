// SPDX-License-Identifier: Apache-2.0
// Cuts weights into files.
import { newBytes } from '../../io/bytes.js';
import type { ConvertSink } from '../types.js';

/** Writes the files of one group after another. At no time does it hold more than one file. */
export class ShardWriter {
  readonly #sink: ConvertSink;
  readonly #shardBytes: number;
  #group = 0;
  #paths: string[] = [];
  #left = 0;
  #shard = newBytes(0);
  #filled = 0;
  #written = 0;

  constructor(sink: ConvertSink, shardBytes: number) {
    this.#sink = sink;
    this.#shardBytes = shardBytes;
  }

  /** Starts a group whose weights take so many bytes. Returns the names of its files: none for no bytes. */
  startGroup(bytes: number): string[] {
    this.#group += 1;
    const count = Math.ceil(bytes / this.#shardBytes);
    this.#paths = Array.from({ length: count }, (_, i) => `group${this.#group}-shard${i + 1}of${count}.bin`);
    this.#written = 0;
    this.#left = bytes;
    this.#startShard();
    return this.#paths;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0; ) {
      const part = rest.subarray(0, this.#shard.length - this.#filled);
      this.#shard.set(part, this.#filled);
      this.#filled += part.length;
      rest = rest.subarray(part.length);
      if (this.#filled === this.#shard.length) await this.#finishShard();
    }
  }

  async #finishShard(): Promise<void> {
    await this.#sink.write(this.#paths[this.#written] as string, this.#shard);
    this.#written += 1;
    this.#startShard();
  }

  #startShard(): void {
    this.#shard = newBytes(Math.min(this.#left, this.#shardBytes));
    this.#left -= this.#shard.length;
    this.#filled = 0;
  }
}
