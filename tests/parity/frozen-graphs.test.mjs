// SPDX-License-Identifier: Apache-2.0
// Frozen TensorFlow 1 graphs with control flow, each in a folder of its own with what is fed and what must come out: a
// small one of ours, and more, with the values that TensorFlow computed, where there is a folder of them beside the
// repository.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { ROOT } from '../../tools/lib/paths.mjs';
import { missing } from '../prerequisites.mjs';
import { assertSameTensor } from './compare.mjs';
import { readTextGraph } from './text-proto.mjs';

const OURS = fileURLToPath(new URL('frozen', import.meta.url));
const SHARED = path.join(ROOT, '../shared/models');
const FAMILIES = /^g-(simple-?while|while|simpleif|case|cond|rnn|tensor-array|primitive)/;

describe('frozen TensorFlow 1 graphs', { skip: missing('dist') }, () => {
  let tf;
  before(async () => {
    tf = await import('../../dist/index.js');
  });

  testAll(OURS);

  describe(
    'of others',
    { skip: existsSync(SHARED) ? false : 'there is no folder shared/models beside the repository' },
    () => testAll(SHARED),
  );

  function testAll(parent) {
    const names = existsSync(parent) ? readdirSync(parent).filter((name) => FAMILIES.test(name)) : [];
    for (const name of names) test(name, (context) => check(path.join(parent, name), context));
  }

  async function check(folder, context) {
    const files = readdirSync(folder, { recursive: true });
    const topology = readTextGraph(readFileSync(path.join(folder, 'frozen_graph.pbtxt'), 'utf8'));
    topology.versions ??= { producer: 1 };
    delete topology.library;
    const model = await tf.loadGraphModel({ load: () => ({ modelTopology: topology }) });
    const named = (suffix) =>
      files.filter((file) => file.endsWith(suffix)).map((file) => file.slice(0, -suffix.length));
    const feeds = {};
    for (const input of named('.placeholder.csv')) {
      const { dtype } = model.inputs.find((declared) => declared.name === input);
      feeds[input] = tf.tensor(...readTensor(folder, `${input}.placeholder`), dtype);
    }
    let compared = 0;
    for (const output of named('.prediction.csv')) {
      const node = outputNode(topology, output);
      if (node === undefined) {
        context.diagnostic(`${output} is no node`);
        continue;
      }
      const tensor = model.execute(feeds, node);
      const { dtype } = tensor;
      const [data, shape] = readTensor(folder, `${output}.prediction`);
      assertSameTensor(
        { shape: tensor.shape, dtype, data: Array.from(tensor.dataSync(), Number) },
        { shape, dtype, data },
      );
      ++compared;
    }
    assert.ok(compared > 0, 'there is nothing to compare');
    tf.dispose(feeds);
    model.dispose();
  }
});

/** Files call the second output of a node "node.1". */
function outputNode({ node }, file) {
  if (node.some(({ name }) => name === file)) return file;
  const [, name, index] = /^(.*)\.(\d+)$/.exec(file) ?? [];
  return node.some((candidate) => candidate.name === name) ? `${name}:${index}` : undefined;
}

/** Values and shape. A scalar has an empty list of sizes, or a single 0 beside one value. */
function readTensor(folder, name) {
  const lines = (suffix) => {
    const text = readFileSync(path.join(folder, `${name}.${suffix}`), 'utf8').trim();
    return text === '' ? [] : text.split('\n');
  };
  const values = lines('csv').map((text) => (/^(true|false)$/.test(text) ? Number(text === 'true') : Number(text)));
  const shape = lines('shape').map(Number);
  return [values, shape.length === 1 && shape[0] === 0 && values.length === 1 ? [] : shape];
}
