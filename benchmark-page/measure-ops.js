// SPDX-License-Identifier: Apache-2.0
// Measures single ops of the op API, for `npm run bench -- --ops`.
import { median } from '../web/common/quantiles.js';
import { maximumDifference } from './correctness.js';
import { Realm } from './realm-client.js';

/**
 * Measures ops of ops.js one after the other, alternating engines.
 *
 * @param {object} spec
 * @param {import('./engines.js').EngineSpec[]} spec.engines The outputs of the first are the reference.
 * @param {string[]} spec.ops Names in ops.js.
 * @param {number} spec.rounds The number of samples per engine; each takes about 3 ms.
 * @param {(result: object) => void} report Called with {op, engines: [{nanoseconds, difference}]}, the median time of a
 *     call. An engine that fails has an `error` instead.
 */
export async function measureOps({ engines, ops, rounds }, report) {
  const realms = [];
  try {
    for (const engine of engines) {
      const realm = await Realm.open('worker');
      realms.push(realm);
      await realm.call('start', engine);
    }
    for (const op of ops) report({ op, engines: await measureOp(realms, op, rounds) });
  } finally {
    for (const realm of realms) realm.end();
  }
}

async function measureOp(realms, name, rounds) {
  const results = [];
  for (const realm of realms) {
    results.push(
      await realm.call('prepareOp', { name, sampleMilliseconds: 3 }).then(
        ({ calls, outputs }) => ({ calls, outputs, samples: [] }),
        (error) => ({ error: error.message }),
      ),
    );
  }
  for (let round = 0; round < rounds; ++round) {
    for (const [index, result] of results.entries()) {
      if (result.error !== undefined) continue;
      const milliseconds = await realms[index].call('timeOp', { calls: result.calls });
      result.samples.push((milliseconds * 1e6) / result.calls);
    }
  }
  const reference = results[0].outputs;
  return results.map(({ error, outputs, samples }) =>
    error === undefined
      ? { nanoseconds: median(samples), difference: reference ? maximumDifference(outputs, reference) : 0 }
      : { error },
  );
}
