// SPDX-License-Identifier: Apache-2.0
// The shared state of the page: the open model. Parts of the page communicate through its events:
//
//   opening   a model is being loaded; detail: {name, text, fraction}
//   opened    `current` is another model
//   closed    no model is open
//   failed    opening failed; detail: the error
//   stored    the content of storage may have changed
//   ran       a run found more information (shapes of intermediate values)
//   show-node, compute-node   detail: the name of a node
import { openModel } from './open/source.js';

export class App extends EventTarget {
  /** @type {import('./open/source.js').OpenedModel | null} */
  current = null;

  #abort = new AbortController();

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
      if (abort.signal.aborted) {
        opened.model?.dispose();
        return;
      }
      this.current?.model?.dispose();
      this.current = opened;
      this.tell('opened');
    } catch (error) {
      if (!abort.signal.aborted) this.tell('failed', error);
    }
  }

  /** Cancels opening. */
  cancel() {
    this.#abort.abort();
    this.tell('failed', new DOMException('Stopped.', 'AbortError'));
  }

  close() {
    this.#abort.abort();
    this.current?.model?.dispose();
    this.current = null;
    this.tell('closed');
  }

  /** @param {string} type One of the events above. */
  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  on(type, listener) {
    this.addEventListener(type, ({ detail }) => listener(detail));
  }
}
