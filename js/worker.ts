// SPDX-License-Identifier: Apache-2.0
// The entry `tfwasm/worker`: the API in a worker of its own, for pages that must not stall.
import { isNode } from './core/node-detection.js';
import { builtin } from './core/node-files.js';
import type * as tfwasm from './index.js';
import type { Port } from './worker/messages.js';
import { nodePort, webPort } from './worker/ports.js';
import { Remote } from './worker/remote.js';
import type { RemoteApi, RemoteObject } from './worker/remote-types.js';

export { type ErrorCode, TfwasmError } from './core/errors.js';
export type { Picture, RemoteApi, RemoteObject, RemoteResult } from './worker/remote-types.js';

/** The API of `tfwasm`, whose functions answer promises. */
export type WorkerApi = RemoteApi<typeof tfwasm>;
/** A tensor that is in the worker. */
export type RemoteTensor = RemoteObject<tfwasm.Tensor>;
/** A graph model that is in the worker. */
export type RemoteGraphModel = RemoteObject<tfwasm.GraphModel>;

let givenWorker: Worker | undefined;

/**
 * Passes in the worker, started from `tfwasm/worker-main.js`, if this page may not start it by itself, for example from
 * another origin. Before the first call.
 */
export function useWorker(worker: Worker): void {
  givenWorker = worker;
}

function startWorker(): Port {
  if (givenWorker) return webPort(givenWorker);
  if (isNode()) return startInNode();
  // Bundlers detect exactly this expression.
  return webPort(new Worker(new URL('./worker-main.js', import.meta.url), { type: 'module' }));
}

function startInNode(): Port {
  const { Worker } = builtin('node:worker_threads', 'the worker');
  const worker = new Worker(new URL('./worker-main.js', import.meta.url));
  return nodePort(worker);
}

const remote = new Remote(startWorker);

/** Ends the worker, with all that is in it. Calls that have not been answered fail with E_DISPOSED. */
export function terminate(): void {
  remote.terminate();
}

/**
 * The API: `tf.loadGraphModel(url)`, `tf.layers.dense({units: 1})`, `tf.train.adam(0.001)`. Objects stay in the worker,
 * and results are handles.
 *
 * @example
 * import { tf } from 'tfwasm/worker';
 * const model = await tf.loadGraphModel('/model/model.json');
 * const result = await model.predict(await createImageBitmap(video));
 * console.log(await result.data());
 */
export const tf = remote.pathOf(0, []) as WorkerApi;
export default tf;
