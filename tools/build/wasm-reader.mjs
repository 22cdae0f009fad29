// SPDX-License-Identifier: Apache-2.0

/** Reads WebAssembly's binary encoding. */
export class WasmReader {
  constructor(bytes, position = 0, end = bytes.length) {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  byte() {
    return this.bytes[this.position++];
  }

  /** An unsigned LEB128 number. */
  number() {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  /** A view of the next bytes. */
  take(length) {
    this.position += length;
    return this.bytes.subarray(this.position - length, this.position);
  }

  text() {
    return new TextDecoder().decode(this.take(this.number()));
  }

  /** A vector. `read` reads one element from this reader. */
  list(read) {
    return Array.from({ length: this.number() }, () => read(this));
  }

  /** The remaining sections: [{id, reader}]. */
  sections() {
    const sections = [];
    while (this.position < this.end) {
      const id = this.byte();
      const length = this.number();
      const start = this.position;
      this.take(length);
      sections.push({ id, reader: new WasmReader(this.bytes, start, this.position) });
    }
    return sections;
  }
}
