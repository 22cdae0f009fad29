// SPDX-License-Identifier: Apache-2.0
// From a URL to the handler of its medium.
import { TfwasmError } from '../core/errors.js';
import { http, isHTTPScheme } from './http.js';
import { fileUrlHandler, handlerOnDemand } from './on-demand.js';
import type { IOHandler, LoadOptions } from './types.js';

/** Answers with a handler for the URLs that it knows, and with null for all others. */
export type IORouter = (url: string | string[], loadOptions?: LoadOptions) => IOHandler | null;

/** A router for all URLs that begin with `scheme` and "://". */
function schemeRouter(scheme: string, makeHandler: (path: string, options?: LoadOptions) => IOHandler): IORouter {
  const prefix = `${scheme}://`;
  return (url, options) =>
    typeof url === 'string' && url.startsWith(prefix) ? makeHandler(url.slice(prefix.length), options) : null;
}

/** A router for a medium of browsers. */
const storageRouter = (
  scheme: string,
  name: 'browserLocalStorage' | 'browserIndexedDB' | 'originPrivateFileSystem',
): IORouter =>
  schemeRouter(scheme, (path) => {
    if (path === '') throw new TfwasmError('E_INPUT', `${scheme}:// names no model`);
    return handlerOnDemand((media) => media[name](path));
  });

const mediumRouters = [
  storageRouter('localstorage', 'browserLocalStorage'),
  storageRouter('indexeddb', 'browserIndexedDB'),
  storageRouter('opfs', 'originPrivateFileSystem'),
  schemeRouter('file', fileUrlHandler),
  ((url, options) => (typeof url === 'string' && isHTTPScheme(url) ? http(url, options) : null)) as IORouter,
];
const downloadsRouter = schemeRouter('downloads', (path) => {
  return { save: handlerOnDemand((media) => media.browserDownloads(path)).save };
});
const loadRouters: IORouter[] = [...mediumRouters];
const saveRouters: IORouter[] = [...mediumRouters, downloadsRouter];

/** Adds a router that is asked for every URL to save to. */
export function registerSaveRouter(router: IORouter): void {
  saveRouters.push(router);
}

/** Adds a router that is asked for every URL to load from. */
export function registerLoadRouter(router: IORouter): void {
  loadRouters.push(router);
}

/** The handlers of all routers that know a URL. */
export function getSaveHandlers(url: string | string[]): IOHandler[] {
  return findHandlers(saveRouters, url);
}

/** The handlers of all routers that know a URL. */
export function getLoadHandlers(url: string | string[], loadOptions?: LoadOptions): IOHandler[] {
  return findHandlers(loadRouters, url, loadOptions);
}

function findHandlers(routers: readonly IORouter[], url: string | string[], options?: LoadOptions): IOHandler[] {
  return routers.map((router) => router(url, options)).filter((handler) => handler !== null && handler !== undefined);
}

/** Whether an address is relative to that of a page. */
const isRelative = (url: string) => globalThis.location !== undefined && url !== '' && !/^[^/?#]*:/.test(url);

/** The one handler that saves to a URL. Throws E_INPUT when there is none, E_AMBIGUOUS when there are more. */
export function findSaveHandler(url: string): Required<Pick<IOHandler, 'save'>> {
  const handler = onlyHandler(getSaveHandlers(url), 'save', url) ?? (isRelative(String(url)) ? http(url) : undefined);
  if (typeof handler?.save !== 'function') {
    throw new TfwasmError('E_INPUT', `Cannot find any save handlers for URL '${url}'`);
  }
  return handler as Required<Pick<IOHandler, 'save'>>;
}

/** The one handler that loads from a URL: fetch has to know those that no router knows. */
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
