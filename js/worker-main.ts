// SPDX-License-Identifier: Apache-2.0
// The script of the worker of `tfwasm/worker`.
import { isNode } from './core/node-detection.js';
import { builtin } from './core/node-files.js';
import * as tf from './index.js';
import { prepareInputs } from './worker/pictures.js';
import { nodePort, webPort } from './worker/ports.js';
import { Server } from './worker/server.js';

function ownPort() {
  if (!isNode()) return webPort(globalThis as unknown as Worker);
  const { parentPort } = builtin('node:worker_threads', 'the worker');
  if (!parentPort) throw new Error('worker-main.js is the script of a worker');
  return nodePort(parentPort);
}

/** Everything but these needs the core. It starts when it is needed, since these settings come before. */
const BEFORE_START = /^(set(ThreadsCount|WasmPaths|WasmVariant)|ready|version.*)$/;

let isReady = false;

new Server(ownPort(), {
  api: tf,
  start: (name) => {
    if (isReady || BEFORE_START.test(name)) return undefined;
    return tf.ready().then(() => {
      isReady = true;
    });
  },
  fieldsOf: (object) => {
    if (!(object instanceof tf.Tensor)) return {};
    const { shape, dtype, rank, size } = object;
    return { shape, dtype, rank, size };
  },
  prepare: (object, method, args) => prepareInputs(tf, object, method, args),
});
