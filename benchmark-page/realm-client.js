// SPDX-License-Identifier: Apache-2.0
// The client of realm.js: an engine in another realm, with asynchronous commands.

/** Restores an error that was posted from a realm. */
function revive({ message, name, code }) {
  return Object.assign(new Error(message), { name, ...(code && { code }) });
}

let lastFrame = 0;

/** @returns {Promise<{port: MessagePort, end: () => void}>} */
function openFrame() {
  const id = String(++lastFrame);
  const frame = document.createElement('iframe');
  frame.hidden = true;
  frame.title = 'engine on the main thread';
  frame.src = new URL(`./frame.html?id=${id}`, import.meta.url).href;
  return new Promise((resolve) => {
    addEventListener('message', function listen({ data, ports, source }) {
      if (source !== frame.contentWindow || data?.tfwasmFrame !== id) return;
      removeEventListener('message', listen);
      resolve({ port: ports[0], end: () => frame.remove() });
    });
    document.body.append(frame);
  });
}

/** @returns {Promise<{port: Worker, end: () => void}>} */
function openWorker() {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = () => resolve({ port: worker, end: () => worker.terminate() });
    worker.onerror = ({ message }) => reject(new Error(message || 'The worker cannot start.'));
  });
}

export class Realm {
  #port;
  #end;
  #calls = new Map();
  #lastId = 0;
  #failure = null;

  constructor({ port, end }) {
    this.#port = port;
    this.#end = end;
    port.onmessage = ({ data: { id, result, error } }) => {
      const call = this.#calls.get(id);
      this.#calls.delete(id);
      if (error === undefined) call?.resolve(result);
      else call?.reject(revive(error));
    };
    port.onerror = ({ message }) => this.#failAll(new Error(message || 'The worker has failed.'));
  }

  /** @param {'worker' | 'main'} thread */
  static async open(thread) {
    return new Realm(await (thread === 'main' ? openFrame() : openWorker()));
  }

  call(command, argument) {
    if (this.#failure) return Promise.reject(this.#failure);
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
      this.#port.postMessage({ id, command, argument });
    });
  }

  /** Terminates the realm immediately. Pending calls reject. */
  end() {
    this.#end();
    this.#failAll(new DOMException('The run was cancelled.', 'AbortError'));
  }

  #failAll(error) {
    this.#failure ??= error;
    for (const { reject } of this.#calls.values()) reject(error);
    this.#calls.clear();
  }
}
