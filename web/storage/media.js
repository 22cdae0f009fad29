// SPDX-License-Identifier: Apache-2.0
// The storage media of the browser. No DOM.

/** By URL scheme. */
export const MEDIA = {
  indexeddb: 'IndexedDB',
  opfs: 'Private file system (OPFS)',
  localstorage: 'Local storage (small models)',
};

/** Media that can be saved to but not listed. */
export const OTHER_TARGETS = { downloads: 'Download as files', http: 'Send to a server (HTTP POST)' };

/** "opfs://a/b" -> {scheme: "opfs", name: "a/b"} */
export function splitUrl(url) {
  const at = url.indexOf('://');
  return { scheme: url.slice(0, at), name: url.slice(at + 3) };
}

/**
 * The stored models, sorted by name.
 *
 * @returns {Promise<{url: string, scheme: string, name: string, date: Date, bytes: number}[]>}
 */
export async function listStored(tf) {
  const models = Object.entries(await tf.io.listModels()).map(([url, info]) => ({
    url,
    ...splitUrl(url),
    date: new Date(info.dateSaved),
    bytes: (info.modelTopologyBytes ?? 0) + (info.weightSpecsBytes ?? 0) + (info.weightDataBytes ?? 0),
  }));
  return models.sort((a, b) => a.name.localeCompare(b.name) || a.scheme.localeCompare(b.scheme));
}

/** Throws an Error if the name is invalid. */
export function checkName(name) {
  if (name.trim() === '') throw new Error('Type a name.');
  return name.trim();
}

/**
 * The storage quota.
 *
 * @returns {Promise<{usage: number, quota: number, persisted: boolean} | null>} null if unknown.
 */
export async function readQuota() {
  try {
    const [{ usage, quota }, persisted] = await Promise.all([
      navigator.storage.estimate(),
      navigator.storage.persisted(),
    ]);
    return { usage, quota, persisted };
  } catch {
    return null;
  }
}
