// SPDX-License-Identifier: Apache-2.0
// Takes the place of TensorFlow.js's jasmine_util: registers tests for one environment, Node.js with the wasm backend.
// Uses the globals of child.mjs.

const NODE = { isDataSync: true, isNode: true };

export const ALL_ENVS = {};
export const NODE_ENVS = {};
export const SYNC_BACKEND_ENVS = {};
export const BROWSER_ENVS = { isForBrowsers: true };
export const CHROME_ENVS = BROWSER_ENVS;

export function describeWithFlags(name, constraints, tests) {
  const { tf, isFor } = conformance;
  if (!isFor(constraints, NODE)) {
    xdescribe(name, () => tests(NODE));
    return;
  }
  describe(name, () => {
    beforeEach(() => tf.engine().startScope());
    afterEach(() => {
      tf.engine().endScope();
      tf.disposeVariables();
    });
    tests(NODE);
  });
}

/** For tests of custom backends, which do not apply. */
export class TestKernelBackend {}
