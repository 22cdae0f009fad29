// SPDX-License-Identifier: Apache-2.0

const READ_BYTES = 1 << 20;
const SLICE_BYTES = 4 << 20;
/** In Chromium, reading a file's stream sometimes hangs while the machine is busy. */
const PATIENCE_MS = 2000;

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The bytes of a file. Reads its stream into buffers that the caller passes back with next(), which avoids garbage.
 * Falls back to slices if the stream hangs or is not supported.
 */
export async function* filePieces(file: Blob): AsyncGenerator<Bytes, void, ArrayBuffer | undefined> {
  let at = 0;
  const reader = openReader(file);
  try {
    for (let spare: ArrayBuffer | undefined; reader && at < file.size; ) {
      const piece = await answerOf(reader.read(new Uint8Array(spare ?? new ArrayBuffer(READ_BYTES))));
      if (!piece?.value) break;
      at += piece.value.byteLength;
      spare = yield piece.value;
    }
  } finally {
    // No-op after the end.
    reader?.cancel().catch(() => {});
  }
  for (; at < file.size; at += SLICE_BYTES) {
    yield new Uint8Array(await file.slice(at, at + SLICE_BYTES).arrayBuffer());
  }
}

function openReader(file: Blob): ReadableStreamBYOBReader | undefined {
  try {
    return file.stream().getReader({ mode: 'byob' });
  } catch {
    return undefined;
  }
}

/** undefined after a timeout. */
function answerOf<T>(answer: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
