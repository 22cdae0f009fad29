// SPDX-License-Identifier: Apache-2.0
// What the parts of the page share: which model is open. They talk through its events:
//
//   opening   a model is being loaded; detail: {name, text, fraction}
//   opened    `current` is another model
//   closed    there is none
//   failed    opening failed; detail: the error
//   stored    what is in storage may have changed
//   ran       a run told more about the model (shapes of intermediate values)
//   show-node, compute-node   detail: the name of a node
import { openModel } from './open/source.js';

export class App extends EventTarget {
  /** @type {import('./open/source.js').OpenedModel | null} */
  current = null;

  #abort = new AbortController();

  /** Opens a model instead of the current one, which stays when that fails. */
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

  /** Stops what is being opened. */
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
