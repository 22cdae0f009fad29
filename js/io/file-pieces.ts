// SPDX-License-Identifier: Apache-2.0

const READ_BYTES = 1 << 20;
const SLICE_BYTES = 4 << 20;
/** The stream of a file now and then never answers in Chromium while the machine is busy. */
const PATIENCE_MS = 2000;

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The bytes of a file: from its stream into buffers that next() hands back, so that there is no garbage of
 * the size of the file; from slices where the stream does not answer or the browser cannot do that.
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
    // Does nothing after the end.
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

/** undefined when there is none in time. */
function answerOf<T>(answer: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
