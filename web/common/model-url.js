// SPDX-License-Identifier: Apache-2.0
// Addresses of models: what was typed, and what to call it. No DOM but the address of the page.

/** Media that a page can read. */
const SCHEMES = /^(https?|indexeddb|localstorage|opfs):\/\//;

/**
 * The URL that was meant. Those without a scheme are relative to the page.
 *
 * @throws Error that says what is wrong.
 */
export function resolveUrl(text) {
  const trimmed = text.trim();
  if (trimmed === '') throw new Error('Type the URL of a model.json.');
  if (/^(indexeddb|localstorage|opfs):\/\/./.test(trimmed)) return trimmed;
  let url;
  try {
    url = new URL(trimmed, document.baseURI).href;
  } catch (error) {
    throw new Error(`"${trimmed}" is not a URL.`, { cause: error });
  }
  if (SCHEMES.test(url)) return url;
  throw new Error(`"${trimmed}" cannot be opened: take http, https, indexeddb, localstorage or opfs.`);
}

/** A short name for what is behind a URL: the file, or its folder when the file is model.json. */
export function nameOfUrl(url) {
  const path = url.replace(/[?#].*$/, '').replace(/\/+$/, '');
  const parts = path.split('/').filter((part) => part !== '' && !/:$/.test(part));
  const last = parts.at(-1) ?? 'model';
  const base = last.replace(/\.json$/i, '');
  const name = base === 'model' && parts.length > 2 ? parts.at(-2) : base;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
