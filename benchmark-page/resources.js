// SPDX-License-Identifier: Apache-2.0
// The resources that this realm has fetched, and its timer resolution.

/** Code of the pages does not count. */
const OWN_FOLDERS = ['./', '../web/'].map((folder) => new URL(folder, import.meta.url).href);

/**
 * Sizes of the engine's wasm and JavaScript in bytes: `raw` decoded, `transferred` as encoded by the server. null if
 * the browser hides them.
 */
export function codeBytes() {
  const sizes = new Map();
  for (const { name, decodedBodySize, encodedBodySize } of performance.getEntriesByType('resource')) {
    if (/\.(wasm|m?js)([?#]|$)/.test(name) && !OWN_FOLDERS.some((folder) => name.startsWith(folder))) {
      sizes.set(name, { raw: decodedBodySize, transferred: encodedBodySize });
    }
  }
  const list = [...sizes.values()];
  if (list.length === 0 || list.some(({ raw }) => raw === 0)) return null;
  const sum = (key) => list.reduce((total, size) => total + size[key], 0);
  return { raw: sum('raw'), transferred: sum('transferred') };
}

/** The smallest step of performance.now() here, in milliseconds. */
export function timerResolution() {
  let smallest = Number.POSITIVE_INFINITY;
  const end = performance.now() + 20;
  for (let before = performance.now(); before < end; ) {
    const now = performance.now();
    if (now > before) smallest = Math.min(smallest, now - before);
    before = now;
  }
  // Removes floating point noise.
  return Number(smallest.toPrecision(3));
}
