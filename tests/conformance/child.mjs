// SPDX-License-Identifier: Apache-2.0
// Runs a bundle of tests with jasmine, and appends a line to a file for each test that starts or ends:
//
//   node child.mjs bundle.cjs results.jsonl [regular expression for names]
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { makePeer } from './peer.mjs';

const [bundle, out, pattern] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const report = (line) => appendFileSync(out, `${JSON.stringify(line)}\n`);

const tf = await import(new URL('../../dist/index.js', import.meta.url).href);
tf.setWasmVariant('simd');
await tf.ready();

let file = '';

const jasmineRequire = require('jasmine-core/lib/jasmine-core/jasmine.js');
const jasmine = jasmineRequire.core(jasmineRequire);
const env = jasmine.getEnv();
Object.assign(globalThis, jasmineRequire.interface(jasmine, env), {
  jasmine,
  conformancePeer: makePeer(tf),
  conformance: { tf, isFor: ({ isForBrowsers, predicate }, node) => !isForBrowsers && (!predicate || predicate(node)) },
  describeFile: (name, load) =>
    describe(name, () => {
      beforeAll(() => {
        file = name;
      });
      load();
    }),
});
acceptLongerMessages();
toleratesThrowing('describe');
toleratesThrowing('xdescribe');

/** Our messages may say more than TensorFlow.js's: the text that a test expects has to be contained in them. */
function acceptLongerMessages() {
  const pattern = (text) => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  for (const [name, method] of [
    ['expect', 'toThrowError'],
    ['expectAsync', 'toBeRejectedWithError'],
  ]) {
    const own = globalThis[name];
    globalThis[name] = (actual) => {
      const expectation = own(actual);
      const check = expectation[method];
      expectation[method] = (...expected) =>
        check.apply(
          expectation,
          expected.map((part) => (typeof part === 'string' ? pattern(part) : part)),
        );
      return expectation;
    };
  }
}

/** If a group of tests throws while it is described, a failing test stands for it. Empty groups are allowed. */
function toleratesThrowing(name) {
  const own = globalThis[name];
  globalThis[name] = (title, body) =>
    own(title, () => {
      try {
        body();
      } catch (error) {
        it('(cannot be described)', () => {
          throw error;
        });
      }
      xit('(end)', () => {});
    });
}

const isWanted = (name) => !name.endsWith('(end)') && (!pattern || new RegExp(pattern).test(name));
env.configure({ random: false, specFilter: (spec) => isWanted(spec.getFullName()) });
env.addReporter({
  specStarted(result) {
    report({ file, started: result.fullName });
  },
  specDone({ fullName, status, failedExpectations }) {
    const errors = failedExpectations.map(({ message }) => message);
    report({ fullName, status, errors });
  },
});

for (const event of ['unhandledRejection', 'uncaughtException']) process.on(event, () => {});
require(bundle);
await env.execute();
report({ done: true });
process.exit(0);
