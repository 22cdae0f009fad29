// SPDX-License-Identifier: Apache-2.0
// Detectors, whose output size depends on the number of detections, compared with TensorFlow.js's cpu backend.
import assert from 'node:assert/strict';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { randomValues } from '../../web/common/random.js';
import { readPhotograph } from '../../tools/photo.mjs';
import { missing } from '../prerequisites.mjs';
import { assertSameTensor } from './compare.mjs';
import { CLASSES, ssdPostProcessing } from './detection-models.mjs';
import { MODEL_FOLDER, referenceOutputs } from './reference.mjs';

describe('detectors', { skip: missing('dist', 'tfjs') }, () => {
  let tf;
  before(async () => {
    tf = await import('../../dist/index.js');
    await tf.ready();
  });

  const toValues = (names, tensors) =>
    tensors.map((tensor, index) => {
      const { shape, dtype } = tensor;
      const values = { name: names[index], shape, dtype, data: tensor.dataSync() };
      tensor.dispose();
      return values;
    });

  describe('SSD post-processing with NonMaxSuppression V2 to V5', () => {
    const NAMES = ['boxes', 'scores', 'classes', 'count'];
    let model;
    let reference;
    let theirs;
    before(async () => {
      model = await tf.loadGraphModel(ssdPostProcessing());
      reference = await import('@tensorflow/tfjs-core');
      await import('@tensorflow/tfjs-backend-cpu');
      const { loadGraphModel } = await import('@tensorflow/tfjs-converter');
      await reference.setBackend('cpu');
      theirs = await loadGraphModel(ssdPostProcessing());
    });

    const feeds = (library, count, seed) => {
      const tensor = (size, range, from) =>
        library.tensor(randomValues('float32', count * size, range, from), [1, count, size]);
      return { deltas: tensor(4, [-2, 2], seed), logits: tensor(CLASSES, [-4, 4], seed + 100) };
    };

    // A plan for one length must not be used for another.
    for (const [seed, count] of [40, 300, 1, 40, 7, 1000, 5, 5].entries()) {
      test(`of ${count} anchors (${seed})`, async () => {
        const expected = toValues(NAMES, await theirs.executeAsync(feeds(reference, count, seed), NAMES));
        const actual = toValues(NAMES, model.execute(feeds(tf, count, seed), NAMES));
        assert.ok(expected[1].data.length > 0);
        for (const [index, tensor] of expected.entries()) assertSameTensor(actual[index], tensor);
      });
    }

    test('finds nothing among no anchors', () => {
      const shapes = model.execute(feeds(tf, 0, 1), NAMES).map(({ shape }) => shape);
      assert.deepEqual(shapes, [[0, 4], [0], [0], []]);
    });

    test('tells of anchors without scores', () => {
      const { deltas } = feeds(tf, 5, 1);
      const { logits } = feeds(tf, 6, 1);
      assert.throws(
        () => model.execute({ deltas, logits }, NAMES),
        (error) => error.code === 'E_SHAPE' && /NonMaxSuppression/.test(`${error.op} ${error.message}`),
      );
    });
  });

  // It has uint8 weights, a loop that fills tensor lists, and NonMaxSuppressionV5 for every class.
  describe('handtrack', { skip: missing('models') }, () => {
    for (const [what, size, makeData] of [
      ['a photograph', 320, () => readPhotograph(320)],
      ['noise of another size', 256, () => randomValues('int32', 256 * 256 * 3, [0, 255], 3)],
    ]) {
      test(`on ${what}`, async () => {
        const shape = [1, size, size, 3];
        const input = { name: 'input_tensor', dtype: 'int32', shape, data: await makeData() };
        const { outputs } = await referenceOutputs('handtrack', input);
        const names = outputs.map(({ name }) => name);
        const model = await tf.loadGraphModel(pathToFileURL(path.join(MODEL_FOLDER, 'handtrack.json')).href);
        assert.deepEqual(
          model.outputs.map(({ name }) => name),
          names,
        );
        const before = tf.memory().numTensors;
        for (let round = 0; round < 2; ++round) {
          const x = tf.tensor(input.data, shape, 'int32');
          const actual = toValues(names, model.predict(x));
          for (const [index, tensor] of outputs.entries()) assertSameTensor(actual[index], tensor);
          x.dispose();
        }
        assert.equal(tf.memory().numTensors, before);
        model.dispose();
      });
    }
  });
});
