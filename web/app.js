// SPDX-License-Identifier: Apache-2.0
// The shared state of the page: the open model. Parts of the page communicate through its events:
//
//   opening   a model is being loaded; detail: {name, text, fraction}
//   opened    `current` is another model
//   moved     `current` has another URL and name
//   closed    no model is open
//   failed    opening failed; detail: the error
//   stored    the content of storage may have changed
//   ran       a run found more information (shapes of intermediate values)
//   show-node, compute-node   detail: the name of a node
import { explainNetworkError } from './common/network-errors.js';
import { openModel } from './open/source.js';

export class App extends EventTarget {
  /** @type {import('./open/source.js').OpenedModel | null} */
  current = null;

  #abort = new AbortController();
  #isShared = false;

  /** Opens a model. The current one stays open if that fails. */
  async open(source) {
    this.#abort.abort();
    const abort = new AbortController();
    this.#abort = abort;
    const progress = (text, fraction) => {
      if (!abort.signal.aborted) this.tell('opening', { name: source.name, text, fraction });
    };
    try {
      const opened = await openModel(source, { signal: abort.signal, progress });
      if (abort.signal.aborted) opened.model?.dispose();
      else this.show(opened);
    } catch (error) {
      if (!abort.signal.aborted) this.tell('failed', explainNetworkError(error));
    }
  }

  /**
   * Shows a model that has been loaded.
   *
   * @param {import('./open/source.js').OpenedModel} opened
   * @param {{isShared?: boolean}} [options] isShared: it belongs to the caller, who disposes it.
   */
  show(opened, { isShared = false } = {}) {
    this.#abort.abort();
    this.#release();
    this.current = opened;
    this.#isShared = isShared;
    this.tell('opened');
  }

  /** The open model is at another URL now, or at none: it was renamed or deleted. */
  moved(url, name = this.current.name) {
    Object.assign(this.current, { url, name });
    if (url) Object.assign(this.current.source, { url, name });
    this.tell('moved');
  }

  /** Cancels opening. */
  cancel() {
    this.#abort.abort();
    this.tell('failed', new DOMException('Stopped.', 'AbortError'));
  }

  close() {
    this.#abort.abort();
    this.#release();
    this.tell('closed');
  }

  #release() {
    if (!this.#isShared) this.current?.model?.dispose();
    this.current = null;
  }

  /** @param {string} type One of the events above. */
  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  on(type, listener) {
    this.addEventListener(type, ({ detail }) => listener(detail));
  }
}
