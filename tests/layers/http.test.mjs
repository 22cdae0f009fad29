// SPDX-License-Identifier: Apache-2.0
// Models made of layers, to a server and back.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { startFlask } from '../io/flask-server.mjs';
import { missing } from '../prerequisites.mjs';
import { loadTfjsLayers, MemoryHandler } from './tfjs.mjs';

const skip = missing('dist', 'tfjs', 'flask');
const tf = skip ? {} : await import('../../dist/index.js');
const tfjs = skip ? null : loadTfjsLayers();

const makeModel = ({ sequential, layers }) =>
  sequential({ layers: [layers.dense({ units: 3, inputShape: [2], activation: 'sigmoid' })] });

const answerOf = (core, model) => model.predict(core.tensor2d([[1, 2]])).arraySync();

describe('models made of layers over HTTP', { skip }, () => {
  let flask;
  before(async () => {
    await tf.ready();
    flask = await startFlask();
  });
  after(() => flask?.close());

  test('tfwasm saves, both load', async () => {
    const model = makeModel(tf);
    const { responses } = await model.save(
      tf.io.browserHTTPRequest(`${flask.url}/ours`, { requestInit: { method: 'POST' } }),
    );
    assert.equal(responses[0].status, 200);
    const expected = answerOf(tf, model);
    assert.deepEqual(answerOf(tf, await tf.loadLayersModel(`${flask.url}/ours/model.json`)), expected);
    const theirs = answerOf(tfjs.core, await tfjs.layers.loadLayersModel(`${flask.url}/ours/model.json`));
    for (const [i, value] of theirs[0].entries()) assert.ok(Math.abs(value - expected[0][i]) < 1e-6);
  });

  test('TensorFlow.js saves with the state of its optimizer, tfwasm loads', async () => {
    const { core, layers } = tfjs;
    const theirs = makeModel(layers);
    theirs.compile({ optimizer: 'rmsprop', loss: 'meanSquaredError' });
    await theirs.fit(core.ones([4, 2]), core.ones([4, 3]), { verbose: 0 });
    await theirs.save(`${flask.url}/theirs`, { includeOptimizer: true });
    const ours = await tf.loadLayersModel(`${flask.url}/theirs/model.json`);
    const [expected] = answerOf(core, theirs);
    for (const [i, value] of answerOf(tf, ours)[0].entries()) assert.ok(Math.abs(value - expected[i]) < 1e-6);
    await ours.save(`${flask.url}/back`, { includeOptimizer: true });
    const back = await layers.loadLayersModel(`${flask.url}/back/model.json`);
    assert.equal((await back.optimizer.getWeights()).length, (await theirs.optimizer.getWeights()).length);
  });

  test('a file of Keras is loaded from any server', async () => {
    const model = makeModel(tf);
    const handler = new MemoryHandler();
    await model.save(
      { save: (artifacts) => handler.save({ ...artifacts, weightData: undefined }) },
      { format: 'keras' },
    );
    const bytes = Buffer.from(handler.artifacts.modelTopology);
    const server = createServer((_request, response) => {
      response.setHeader('content-length', bytes.length).end(bytes);
    });
    await new Promise((resolve) => server.listen(0, 'localhost', resolve));
    try {
      const url = `http://localhost:${server.address().port}/model.keras?version=1`;
      const fractions = [];
      const loaded = await tf.loadLayersModel(url, { onProgress: (fraction) => fractions.push(fraction) });
      assert.deepEqual(answerOf(tf, loaded), answerOf(tf, model));
      assert.equal(fractions.at(-1), 1);
      await assert.rejects(tf.loadGraphModel(url), { code: 'E_JSON', message: /use loadLayersModel\(\)/ });
    } finally {
      server.close();
    }
  });

  test('what is not there, or is a page, says so', async () => {
    await assert.rejects(tf.loadLayersModel(`${flask.url}/nobody/model.json`), { code: 'E_HTTP' });
    await assert.rejects(tf.loadLayersModel(`${flask.url}/nobody/model.keras`), { code: 'E_HTTP' });
  });
});
