// SPDX-License-Identifier: Apache-2.0
// Public models, loaded over HTTP and run in Node.js, compared with TensorFlow.js's cpu backend.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { startServer } from '../../tools/serve.mjs';
import { missing } from '../prerequisites.mjs';
import { assertSameRanking, assertSameTensor, TOLERANCE } from './compare.mjs';
import { MODELS } from './models.mjs';
import { makeInput, referenceOutputs } from './reference.mjs';

describe('public models', { skip: missing('dist', 'models', 'tfjs') }, () => {
  let tf;
  let server;

  before(async () => {
    server = await startServer({ port: 0 });
    tf = await import('../../dist/index.js');
    await tf.ready();
  });
  after(() => server?.close());

  const load = (model) => tf.loadGraphModel(`${server.url}models/${model}.json`);

  function usage() {
    const { numTensors, numDataBuffers, numBytes } = tf.memory();
    return { numTensors, numDataBuffers, numBytes };
  }

  function run(model, input, fetches) {
    const fed = tf.tensor(input.data, input.shape, input.dtype);
    const results = [model.execute(fed, fetches)].flat();
    const names = fetches ?? model.outputs.map(({ name }) => name);
    const outputs = results.map((tensor, index) => {
      const { shape, dtype } = tensor;
      return { name: names[index], shape, dtype, data: tensor.dataSync() };
    });
    tf.dispose([fed, ...results]);
    return outputs;
  }

  function assertSameOutputs(actual, expected, tolerance) {
    assert.deepEqual(
      actual.map(({ name }) => name),
      expected.map(({ name }) => name),
    );
    for (const [index, tensor] of expected.entries()) assertSameTensor(actual[index], tensor, tolerance);
  }

  for (const [name, { inputs, absolute = TOLERANCE.absolute }] of Object.entries(MODELS)) {
    const tolerance = { ...TOLERANCE, absolute };

    test(name, async (context) => {
      const [kind, ...moreKinds] = inputs;
      const input = await makeInput(name, { kind });
      const expected = await referenceOutputs(name, input);
      const before = usage();
      const model = await load(name);
      assert.deepEqual(
        model.inputs.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
        expected.inputs,
      );
      const outputs = run(model, input);
      assertSameOutputs(outputs, expected.outputs, tolerance);

      await context.test('answers the same bits when asked again', () => {
        for (const [index, { data }] of run(model, input).entries()) assert.deepEqual(data, outputs[index].data);
      });
      for (const kind of moreKinds) {
        await context.test(`on other input (${kind})`, async () => {
          const other = await makeInput(name, { kind });
          assertSameOutputs(run(model, other), (await referenceOutputs(name, other)).outputs, tolerance);
        });
      }
      if (model.inputs[0].shape[0] === -1) {
        await context.test('with a batch of two, and of one again', async () => {
          const pair = await makeInput(name, { batch: 2, seed: 2 });
          assertSameOutputs(run(model, pair), (await referenceOutputs(name, pair)).outputs, tolerance);
          assertSameOutputs(run(model, input), expected.outputs, tolerance);
        });
      }
      model.dispose();
      assert.deepEqual(usage(), before);
    });
  }

  for (const name of ['blazeface', 'iris', 'emotion', 'antispoof', 'liveness']) {
    test(`${name} with a pixel that is NaN or infinite`, async () => {
      const model = await load(name);
      for (const value of [Number.NaN, Infinity]) {
        const input = await makeInput(name);
        input.data[Math.floor(input.data.length / 2)] = value;
        const { outputs } = await referenceOutputs(name, input);
        assertSameOutputs(run(model, input), outputs, { ...TOLERANCE, absolute: 5e-5 });
      }
      model.dispose();
    });
  }

  test('top-k indices of centernet are the same integers', async () => {
    const input = await makeInput('centernet', { kind: 'photo' });
    const fetches = await topKFetches();
    const [values, indices] = (await referenceOutputs('centernet', input, fetches)).outputs;
    assert.equal(indices.dtype, 'int32');
    const model = await load('centernet');
    const [actualValues, actualIndices] = run(model, input, fetches);
    model.dispose();
    assertSameTensor(actualValues, values);
    assert.equal(actualIndices.dtype, 'int32');
    assertSameRanking(actualIndices.data, indices.data, values.data);
  });

  async function topKFetches() {
    const { readTopology } = await import('./reference.mjs');
    const { node } = (await readTopology('centernet')).modelTopology;
    const topK = node.find(({ op }) => op === 'TopKV2');
    return [`${topK.name}:0`, `${topK.name}:1`];
  }
});
