// SPDX-License-Identifier: Apache-2.0
// Real files of Keras 1 to 3: each is loaded, compared with the outputs that are recorded beside some, trained, saved in every
// format, and loaded again, bit for bit. They are not part of the repository; the tests of tests/layers/saving.test.mjs
// make small ones.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { File } from 'jsfive';

import { ROOT } from '../../tools/lib/paths.mjs';
import { missing } from '../prerequisites.mjs';
import { assertClose } from './close.mjs';

const SHARED = path.join(ROOT, '../shared/models');
const skip = missing('dist') || (existsSync(SHARED) ? false : 'there is no folder shared/models beside the repository');
const tf = skip ? {} : await import('../../dist/index.js');

const files = skip
  ? []
  : readdirSync(SHARED, { recursive: true })
      .filter((file) => /\.(keras|h5|hdf5)$/.test(file))
      .map((file) => path.join(SHARED, file));
const isRecorded = (file) => file.endsWith('_inputs_and_outputs.h5');
const isWeights = (file) => /weights(_tf_dim_ordering_tf_kernels)?\.h5$|_weights|weights\.best/.test(file);

/** What is refused, and why: Python code in the file, no model in it, a cropping that leaves nothing. */
const REFUSED = /layer \S+ \(Lambda\)|the file has weights only|\(Cropping3D\): nothing would be left/;

function readArrays(file) {
  const bytes = readFileSync(file);
  const root = new File(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length), file);
  const read = (group) =>
    Object.fromEntries((root.get(group)?.keys ?? []).map((name) => [name, root.get(`${group}/${name}`)]));
  const has = (group) => root.keys.includes(group);
  return { inputs: read('inputs'), outputs: has('predictions') ? read('predictions') : undefined };
}

const listOf = (outputs) => [outputs].flat().map((tensor) => tensor.arraySync());

/** Numbers that every kind of input can be: small integers. */
const inputsOf = (model) =>
  model.inputs.map(({ dtype, shape }) => {
    const sizes = shape.map((size, axis) => size ?? (axis === 0 ? 2 : 16));
    const count = sizes.reduce((product, size) => product * size, 1);
    const values = Array.from({ length: count }, (_, i) => (i * 7) % 3);
    return tf.tensor(values, sizes, dtype);
  });

/** A step of training works. Not for large models, which would take long. */
async function assertTrains(model, x) {
  if (model.trainableWeights.length === 0 || model.countParams() > 3e6) return;
  const targets = [model.predict(x)].flat().map((output) => tf.add(tf.cast(output, 'float32'), 0.5));
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const [loss] = [await model.trainOnBatch(x, targets)].flat();
  assert.ok(Number.isFinite(loss), `loss ${loss}`);
  tf.dispose(targets);
}

describe('files of Keras', { skip }, () => {
  const folder = skip ? '' : mkdtempSync(path.join(tmpdir(), 'tfwasm-keras-'));
  before(() => tf.ready());
  after(() => folder && rmSync(folder, { recursive: true }));

  for (const file of files.filter((name) => !isRecorded(name) && !isWeights(name))) {
    test(path.relative(SHARED, file), async (context) => {
      let model;
      try {
        model = await tf.loadLayersModel(`file://${file}`);
      } catch (error) {
        if (!REFUSED.test(error.message)) throw error;
        context.diagnostic(`refused: ${error.message}`);
        return;
      }
      const x = inputsOf(model);
      const expected = listOf(model.predict(x));
      for (const format of ['tfjs', 'keras', 'h5']) {
        const url = `file://${folder}/model${format === 'tfjs' ? '' : `.${format}`}`;
        await model.save(url);
        const again = await tf.loadLayersModel(format === 'tfjs' ? `${url}/model.json` : url);
        assert.deepEqual(listOf(again.predict(x)), expected, format);
        again.dispose();
      }
      await assertTrains(model, x);
      model.dispose();
      tf.dispose(x);
    });
  }

  for (const file of files.filter(isRecorded)) {
    test(`${path.basename(path.dirname(file))} computes what Keras recorded`, async (context) => {
      const { inputs, outputs } = readArrays(file);
      if (!outputs) {
        context.diagnostic('the file has no predictions, only what was to be learned');
        return;
      }
      const model = await tf.loadLayersModel(`file://${file.replace('_inputs_and_outputs', '_model')}`);
      const x = model.inputNames.map((name, i) => {
        const { value, shape } = inputs[name] ?? Object.values(inputs)[i];
        return tf.tensor(Array.from(value), shape, model.inputs[i].dtype);
      });
      const results = [model.predict(x)].flat();
      assert.equal(results.length, Object.keys(outputs).length);
      for (const [i, { value, shape }] of Object.values(outputs).entries()) {
        assert.deepEqual(results[i].shape, shape);
        assertClose(results[i].arraySync(), Array.from(value), 1e-4, 1e-4);
      }
      model.dispose();
    });
  }
});
