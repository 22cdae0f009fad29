// SPDX-License-Identifier: Apache-2.0
// Maps URLs to handlers.
import { TfwasmError } from '../core/errors.js';
import { http, isHTTPScheme } from './http.js';
import { fileUrlHandler, handlerOnDemand } from './on-demand.js';
import type { IOHandler, LoadOptions } from './types.js';

/** Returns a handler for the URLs that it supports, else null. */
export type IORouter = (url: string | string[], loadOptions?: LoadOptions) => IOHandler | null;

/** A router for all URLs with this scheme. */
function schemeRouter(scheme: string, makeHandler: (path: string, options?: LoadOptions) => IOHandler): IORouter {
  const prefix = `${scheme}://`;
  return (url, options) =>
    typeof url === 'string' && url.startsWith(prefix) ? makeHandler(url.slice(prefix.length), options) : null;
}

/** A router for a browser storage medium. */
const storageRouter = (
  scheme: string,
  name: 'browserLocalStorage' | 'browserIndexedDB' | 'originPrivateFileSystem',
): IORouter =>
  schemeRouter(scheme, (path, options) => {
    if (path === '') throw new TfwasmError('E_INPUT', `${scheme}:// names no model`);
    return handlerOnDemand((media) => media[name](path), options);
  });

const mediumRouters = [
  storageRouter('localstorage', 'browserLocalStorage'),
  storageRouter('indexeddb', 'browserIndexedDB'),
  storageRouter('opfs', 'originPrivateFileSystem'),
  schemeRouter('file', fileUrlHandler),
  ((url, options) => (typeof url === 'string' && isHTTPScheme(url) ? http(url, options) : null)) as IORouter,
];
const downloadsRouter = schemeRouter('downloads', (path) => {
  return { save: handlerOnDemand((media) => media.browserDownloads(path), undefined).save };
});
const loadRouters: IORouter[] = [...mediumRouters];
const saveRouters: IORouter[] = [...mediumRouters, downloadsRouter];

/** Registers a router for saving. */
export function registerSaveRouter(router: IORouter): void {
  saveRouters.push(router);
}

/** Registers a router for loading. */
export function registerLoadRouter(router: IORouter): void {
  loadRouters.push(router);
}

/** The handlers of all routers that support the URL. */
export function getSaveHandlers(url: string | string[]): IOHandler[] {
  return findHandlers(saveRouters, url);
}

/** The handlers of all routers that support the URL. */
export function getLoadHandlers(url: string | string[], loadOptions?: LoadOptions): IOHandler[] {
  return findHandlers(loadRouters, url, loadOptions);
}

function findHandlers(routers: readonly IORouter[], url: string | string[], options?: LoadOptions): IOHandler[] {
  return routers.map((router) => router(url, options)).filter((handler) => handler !== null && handler !== undefined);
}

/** Whether this is a relative URL of a page. */
const isRelative = (url: string) => globalThis.location !== undefined && url !== '' && !/^[^/?#]*:/.test(url);

/** The handler that saves to a URL. Throws E_INPUT if there is none, E_AMBIGUOUS if there are several. */
export function findSaveHandler(url: string): Required<Pick<IOHandler, 'save'>> {
  const handler = onlyHandler(getSaveHandlers(url), 'save', url) ?? (isRelative(String(url)) ? http(url) : undefined);
  if (typeof handler?.save !== 'function') {
    throw new TfwasmError('E_INPUT', `Cannot find any save handlers for URL '${url}'`);
  }
  return handler as Required<Pick<IOHandler, 'save'>>;
}

/** The handler that loads from a URL. Without a matching router, the URL is fetched. */
export function findLoadHandler(url: string, options: LoadOptions = {}): Required<Pick<IOHandler, 'load'>> {
  const handler = options.requestInit ? undefined : onlyHandler(getLoadHandlers(url, options), 'load', url);
  const found = handler ?? http(url, options);
  if (typeof found.load !== 'function') {
    throw new TfwasmError('E_INPUT', `Cannot find any load handlers for URL '${url}'`);
  }
  return found as Required<Pick<IOHandler, 'load'>>;
}

function onlyHandler(handlers: IOHandler[], what: string, url: string): IOHandler | undefined {
  if (handlers.length <= 1) return handlers[0];
  throw new TfwasmError('E_AMBIGUOUS', `Found more than one (${handlers.length}) ${what} handlers for URL '${url}'`);
}
