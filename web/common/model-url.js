// SPDX-License-Identifier: Apache-2.0
// URLs of models, and display names for them. No DOM except the page's own URL.
import { describeForeign } from './foreign-formats.js';

/** Schemes that a page can read. */
const SCHEMES = /^(https?|indexeddb|localstorage|opfs):\/\//;

/**
 * Resolves a typed URL. Without a scheme, it is relative to the page.
 *
 * @throws Error with a message for users.
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
  const foreign = describeForeign(new URL(url).pathname.split('/').at(-1));
  if (foreign) throw new Error(foreign);
  if (SCHEMES.test(url)) return url;
  throw new Error(`"${trimmed}" cannot be opened: take http, https, indexeddb, localstorage or opfs.`);
}

/** A short name for a URL: the file, or its folder if the file is model.json. */
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
