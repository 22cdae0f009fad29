// SPDX-License-Identifier: Apache-2.0
// The page's address and the browser's history: every model that is opened is an entry, so that "back" and "forward" go
// from model to model.
import { nameOfUrl, resolveUrl } from './common/model-url.js';

/** Entries of other loads of the page have another one. */
const SESSION = performance.timeOrigin;

/** The parameter of the page's address for the open model. */
const PARAMETER = 'model';

/**
 * Keeps both up to date, and opens the model in the page's address.
 *
 * @param {import('./app.js').App} app
 */
export function setUpHistory(app) {
  return new ModelHistory(app).openAsked();
}

class ModelHistory {
  #app;
  /** The sources of entries, by index. Files cannot be part of an address. */
  #sources = [];
  /** What the history leads to: a source, or null for none. undefined: the user has chosen. */
  #target;

  constructor(app) {
    this.#app = app;
    app.on('opened', () => this.#enter(app.current.source));
    app.on('closed', () => this.#enter(null));
    app.on('moved', () => this.#write('replaceState', app.current.source, app.current.url ?? null));
    app.on('failed', () => {
      this.#target = undefined;
    });
    addEventListener('popstate', ({ state }) => this.#go(state));
  }

  /** Opens the model in the page's address, if there is one. */
  openAsked() {
    const asked = askedModel();
    if (asked === null) this.#write('replaceState', null);
    else this.#open(asked);
    return asked !== null;
  }

  #enter(source) {
    this.#write(source === this.#target ? 'replaceState' : 'pushState', source);
    this.#target = undefined;
  }

  /** @param {'pushState' | 'replaceState'} how */
  #write(how, source, url = source?.url) {
    const address = new URL(location.href);
    if (url) address.searchParams.set(PARAMETER, url);
    else address.searchParams.delete(PARAMETER);
    if (how === 'pushState') address.hash = '';
    history[how]({ session: SESSION, source: this.#sources.push(source) - 1 }, '', address);
  }

  #go(state) {
    const current = this.#app.current?.source ?? null;
    // A link within the page makes an entry without a state.
    if (state === null) return this.#write('replaceState', current);
    const known = state.session === SESSION ? this.#sources[state.source] : undefined;
    if (known === current) return undefined;
    this.#target = known ?? null;
    if (known) return this.#app.open(known);
    const asked = known === undefined ? askedModel() : null;
    return asked === null ? this.#app.close() : this.#open(asked);
  }

  #open(text) {
    try {
      const url = resolveUrl(text);
      this.#target = { name: nameOfUrl(url), url };
      return this.#app.open(this.#target);
    } catch (error) {
      return this.#app.tell('failed', error);
    }
  }
}

const askedModel = () => new URLSearchParams(location.search).get(PARAMETER);
