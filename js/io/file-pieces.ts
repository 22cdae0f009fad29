// SPDX-License-Identifier: Apache-2.0

const PIECE_BYTES = 4 << 20;

/** The bytes of a file. By slices: its stream now and then never answers in Chromium while the machine is busy. */
export async function* filePieces(file: Blob): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  for (let at = 0; at < file.size; at += PIECE_BYTES) {
    yield new Uint8Array(await file.slice(at, at + PIECE_BYTES).arrayBuffer());
  }
}
