// SPDX-License-Identifier: Apache-2.0

/** Encodes each element as its length and its bytes. */
export function encodeStrings(elements: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(elements.reduce((sum, { byteLength }) => sum + 4 + byteLength, 0));
  const view = new DataView(result.buffer);
  let at = 0;
  for (const element of elements) {
    view.setUint32(at, element.byteLength, true);
    result.set(element, at + 4);
    at += 4 + element.byteLength;
  }
  return result;
}
