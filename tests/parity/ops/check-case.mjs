// SPDX-License-Identifier: Apache-2.0
// Runs a case in all ways that the core offers, and compares.
import { assertSameTensor } from '../compare.mjs';
import { isSameModel, NODE, outputCount } from './one-node-model.mjs';

/**
 * The ways: inputs fed or constant as in the case, all fed (values known only at run time), all constant (folded at
 * compile time), and eager. With several outputs, also the last one alone.
 */
function waysToRun(core, testCase) {
  // Twice: a run that overwrites its inputs or keeps state shows only in the next one.
  const model = (kind) => () => core.runModel(testCase, kind, 2);
  const ways = { 'as given': model('mixed') };
  if (!isSameModel(testCase, 'mixed', 'fed')) ways['all fed'] = model('fed');
  if (!isSameModel(testCase, 'mixed', 'constant')) ways['all constant'] = model('constant');
  // The second call finds the kernel in the cache; the third packs weights.
  if (!testCase.nodes) ways.eager = () => core.runOp(testCase, 3);
  if (!testCase.nodes && !testCase.check && outputCount(testCase) > 1) {
    ways['the last output alone'] = () => [lastOutput(core, testCase)];
  }
  return ways;
}

/** An array with only its last element set. */
function lastOutput(core, testCase) {
  const last = outputCount(testCase) - 1;
  const [[output]] = core.runModel({ ...testCase, fetches: [`${NODE}:${last}`] }, 'mixed');
  const outputs = [];
  outputs[last] = output;
  return outputs;
}

/**
 * @param {object} core see core.mjs
 * @param {object | null} oracle see oracle.mjs; null when TensorFlow.js is not needed
 * @returns {Promise<string | undefined>} what is wrong, on one line
 */
export async function checkCase(core, oracle, testCase) {
  try {
    const wanted = await wantedOutputs(oracle, testCase);
    for (const [way, run] of Object.entries(waysToRun(core, testCase))) {
      const before = JSON.stringify(core.memory());
      const wrong = checkRun(run, testCase, wanted);
      if (wrong) return `(${way}) ${wrong}`;
      const after = JSON.stringify(core.memory());
      if (after !== before) return `(${way}) memory was ${before}, is ${after}`;
    }
    return undefined;
  } catch (error) {
    return String(error.message ?? error);
  }
}

async function wantedOutputs(oracle, testCase) {
  if (testCase.throws || testCase.check) return undefined;
  if (testCase.expected) {
    if (!testCase.source) throw new Error('the case has expected values but does not say where they come from');
    return testCase.expected;
  }
  try {
    return await oracle.run(testCase);
  } catch (error) {
    throw new Error(`TensorFlow.js has no answer, give \`expected\`: ${firstLine(error)}`);
  }
}

function checkRun(run, testCase, wanted) {
  let results;
  try {
    results = run();
  } catch (error) {
    return testCase.throws ? checkError(error, testCase) : `throws ${describe(error)}`;
  }
  if (testCase.throws) return `throws nothing, expected ${testCase.throws.code}`;
  for (const outputs of results) {
    const wrong = testCase.check ? testCase.check(outputs) : compare(outputs, wanted, testCase);
    if (wrong) return wrong;
  }
  return undefined;
}

function compare(outputs, wanted, testCase) {
  const count = outputCount(testCase);
  if (outputs.length < count || wanted.length < count) {
    return `expected ${count} outputs, got ${outputs.length} of ${wanted.length}`;
  }
  for (let i = 0; i < count; ++i) {
    if (!(i in outputs)) continue;
    try {
      assertSameTensor(outputs[i], wanted[i], testCase.tolerance);
    } catch (error) {
      return count > 1 ? `output ${i}: ${error.message}` : error.message;
    }
  }
  return undefined;
}

/** Checks the error code, and that the message names the op, the node and the problem. */
function checkError(error, { op, nodes, throws }) {
  if (error.code !== throws.code) return `expected ${throws.code}, got ${describe(error)}`;
  if (!throws.message) return 'the case does not say what the message has to name';
  if (!throws.message.test(error.message)) return `expected ${throws.message}, got ${describe(error)}`;
  if (nodes) return undefined;
  const names = [`[${op} '${NODE}']`, `[${op}]`];
  return names.some((name) => error.message.includes(name)) ? undefined : `no op and node in ${describe(error)}`;
}

function describe(error) {
  return `${error.code ?? error.name ?? 'Error'}: ${firstLine(error)}`;
}

function firstLine(error) {
  return String(error.message ?? error).split('\n')[0];
}
