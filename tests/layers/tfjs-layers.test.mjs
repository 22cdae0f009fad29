// SPDX-License-Identifier: Apache-2.0
// Each layer of TensorFlow.js: outputs, shapes, weights, a step of training, and models that either library saves and the
// other loads. Files of Keras 2 and 3 have the same layers again.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { assertClose } from './close.mjs';
import { skip, tf } from './small-models.mjs';
import { loadTfjsLayers, MemoryHandler } from './tfjs.mjs';
import { CASES } from './tfjs-layer-cases.mjs';

const tfjs = loadTfjsLayers();
const BATCH = 2;
const TOLERANCE = 2e-5;
/** What is no layer, or has a test of its own. */
const NO_LAYERS = ['Layer', 'RNN', 'RNNCell', 'input', 'inputLayer'];
/** Cells are called by an `rnn`. */
const IN_OTHERS = ['convLstm2dCell', 'gruCell', 'lstmCell', 'simpleRNNCell', 'stackedRNNCells'];

const ours = skip ? {} : { core: tf, layers: tf };
const sizeOf = (shape) => shape.reduce((a, b) => a * b, 1);
const valuesOf = (shape, seed, { integers }) =>
  Array.from({ length: sizeOf(shape) }, (_, i) =>
    integers ? (i * 7 + seed) % integers : Math.sin(1.7 * i + seed) + (i % 3) / 10,
  );

/** A model with the layer of a case, and one in front whose weights get a gradient through it. */
function makeModel({ layers: { layers, input, model } }, [factory, args, shape, options = {}]) {
  const { inputs = 1, makeLayers, masked, integers } = options;
  const given = Array.from({ length: inputs }, (_, i) => input({ shape, name: `in${i}` }));
  const layer = layers[factory]({ ...args, ...makeLayers?.(layers), name: 'tested' });
  const front = given.map((x, i) => {
    if (integers) return x;
    const seen = masked ? layers.masking({ maskValue: 9, name: `mask${i}` }).apply(x) : x;
    return layers.dense({ units: shape.at(-1), name: `front${i}` }).apply(seen);
  });
  return model({ inputs: given, outputs: layer.apply(inputs === 1 ? front[0] : front) });
}

function inputsOf({ core }, [, , shape, options = {}]) {
  const full = [BATCH, ...shape];
  return Array.from({ length: options.inputs ?? 1 }, (_, i) => {
    const values = valuesOf(full, i, options);
    // Masked steps, which are not the first.
    if (options.masked) values.fill(9, sizeOf(full) - shape.at(-1));
    return core.tensor(values, full);
  });
}

function setWeights({ core }, model) {
  const values = model.getWeights().map(({ shape }, i) => {
    const isVariance = /variance/.test(model.weights[i].name);
    const numbers = valuesOf(shape, i + 3, {}).map((value) => (isVariance ? Math.abs(value) + 0.5 : 0.5 * value));
    return core.tensor(numbers, shape);
  });
  model.setWeights(values);
}

const predict = (model, x) => model.predict(x.length === 1 ? x[0] : x);

function assertSame(actual, expected) {
  assert.deepEqual(actual.shape, expected.shape);
  assertClose(actual.arraySync(), expected.arraySync(), TOLERANCE, TOLERANCE);
}

const RATE = 0.1;
const targetOf = ({ core }, model, x) => {
  const { shape } = predict(model, x);
  return core.tensor(valuesOf(shape, 5, {}), shape);
};

/** One step. The loss has regularizers in it. */
async function train(library, model, x) {
  const target = targetOf(library, model, x);
  model.compile({ optimizer: library.core.train.sgd(RATE), loss: 'meanSquaredError' });
  return model.trainOnBatch(x.length === 1 ? x[0] : x, target);
}

const lossOf = (model, x, target) => model.evaluate(x.length === 1 ? x[0] : x, target).dataSync()[0];

const titleOf = ([factory, args, shape, options], i) =>
  `${i}: ${factory} ${JSON.stringify(args)} of [${shape}]${options?.makeLayers ? ' with layers' : ''}`;

describe('layers of TensorFlow.js', { skip: skip || (tfjs ? false : 'no tfjs-layers') }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tfwasm-one-layer-'));
  before(() => tf.ready());
  after(() => rmSync(folder, { recursive: true }));

  test('all are there, and in the table', () => {
    const wanted = Object.keys(tfjs.layers.layers).filter((name) => !NO_LAYERS.includes(name));
    const tested = new Set([...CASES.map(([factory]) => factory), ...IN_OTHERS]);
    assert.deepEqual(
      wanted.filter((name) => !tested.has(name)),
      [],
    );
    assert.deepEqual(
      wanted.filter((name) => !tf.layers[name]),
      [],
    );
  });

  for (const [i, one] of CASES.entries()) {
    const { differs, isRandom, fixed } = one[3] ?? {};
    test(titleOf(one, i), async () => {
      const model = makeModel(ours, one);
      setWeights(ours, model);
      const x = inputsOf(ours, one);
      if (differs !== 'everything') await compareWithTfjs(model, x, one);
      // In training, a BatchNormalization computes something else.
      if (!fixed && !isRandom && one[0] !== 'batchNormalization') await checkGradient(model, x);
      await checkFiles(model, x, one, path.join(folder, String(i)));
      model.dispose();
    });
  }
});

async function compareWithTfjs(model, x, one) {
  const { differs, isRandom, fixed, integers } = one[3] ?? {};
  const other = makeModel(tfjs, one);
  setWeights(tfjs, other);
  const y = inputsOf(tfjs, one);
  const shapesOf = ({ weights }) => weights.map(({ shape }) => shape);
  assert.deepEqual(shapesOf(model), shapesOf(other));
  if (differs !== 'shape') assert.deepEqual(model.outputs[0].shape, other.outputs[0].shape);
  assertSame(predict(model, x), predict(other, y));

  const handler = new MemoryHandler();
  if (differs !== 'saving') {
    await other.save(handler);
    const loaded = await tf.loadLayersModel(handler);
    assertSame(predict(loaded, x), predict(other, y));
    loaded.dispose();
  }
  await model.save(handler);
  assertSame(predict(model, x), predict(await tfjs.layers.loadLayersModel(handler), y));

  if (isRandom || fixed || differs === 'gradient') return;
  const losses = [await train(ours, model, x), await train(tfjs, other, y)];
  assertClose([losses[0]], [losses[1]], TOLERANCE, TOLERANCE);
  const values = [model, other].map((each) => each.getWeights());
  for (const [i, { name }] of model.weights.entries()) {
    if (differs === 'variance' && /variance/.test(name)) continue;
    assertSame(values[0][i], values[1][i]);
  }
  assert.ok(integers || model.weights.length > 0);
  setWeights(ours, model);
}

/** A step of training goes down as steeply as finite differences say. */
async function checkGradient(model, x) {
  const weights = () => model.trainableWeights.map((weight) => weight.read().clone());
  const before = weights();
  await train(ours, model, x);
  const steps = weights().map((after, i) => tf.sub(before[i], after));
  const size = Math.sqrt(steps.reduce((sum, step) => sum + tf.sum(tf.square(step)).dataSync()[0], 0));
  const target = targetOf(ours, model, x);
  const lossAt = (factor) => {
    setWeights(ours, model);
    for (const [i, weight] of model.trainableWeights.entries()) {
      weight.write(tf.add(before[i], tf.mul(steps[i], factor / size)));
    }
    return lossOf(model, x, target);
  };
  const epsilon = 5e-3;
  const slope = (lossAt(epsilon) - lossAt(-epsilon)) / (2 * epsilon);
  assertClose([size / RATE], [slope], 2e-3, 3e-2);
  setWeights(ours, model);
}

/** Keys that only one of the generations of Keras has. */
const withoutGeneration = (config) =>
  JSON.parse(
    JSON.stringify(config, (key, value) => (/^(seed|implementation|inputLength)$/.test(key) ? undefined : value)),
  );

async function checkFiles(model, x, [, , , { differs, isRandom } = {}], name) {
  const expected = predict(model, x);
  for (const format of ['tfjs', 'keras', 'h5']) {
    const url = `file://${name}${format === 'tfjs' ? '' : `.${format}`}`;
    await model.save(url);
    const again = await tf.loadLayersModel(format === 'tfjs' ? `${url}/model.json` : url);
    if (!isRandom || !differs) assertSame(predict(again, x), expected);
    const [read, written] = [again, model].map((each) => each.getWeights().map((value) => value.arraySync()));
    assert.deepEqual(read, written, format);
    const [a, b] = [again, model].map((each) => withoutGeneration(each.getLayer('tested').getConfig()));
    assert.deepEqual(a, b, format);
    again.dispose();
  }
}
