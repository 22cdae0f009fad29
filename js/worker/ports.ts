// SPDX-License-Identifier: Apache-2.0
// Workers of browsers and of Node.js, and their global scopes, alike.
import type { Port } from './messages.js';

type NodePort = import('node:worker_threads').MessagePort | import('node:worker_threads').Worker;

type WebPort = Pick<Worker, 'postMessage' | 'addEventListener'> & Partial<Pick<Worker, 'terminate'>>;

export function webPort(worker: WebPort): Port {
  return {
    postMessage: (message, transfer = []) => worker.postMessage(message, transfer),
    onMessage: (listener) => worker.addEventListener('message', ({ data }) => listener(data as never)),
    onFailure: (listener) =>
      worker.addEventListener('error', (event) => {
        event.preventDefault();
        listener(event.message || 'its script cannot be loaded');
      }),
    hold: () => {},
    terminate: () => worker.terminate?.(),
  };
}

export function nodePort(worker: NodePort): Port {
  return {
    postMessage: (message, transfer = []) => worker.postMessage(message, transfer as never[]),
    onMessage: (listener) => void worker.on('message', listener as (message: unknown) => void),
    onFailure: (listener) => void worker.on('error', (error: unknown) => listener((error as Error).message)),
    hold: (isBusy) => (isBusy ? worker.ref() : worker.unref()),
    terminate: () => void ('terminate' in worker && worker.terminate()),
  };
}
