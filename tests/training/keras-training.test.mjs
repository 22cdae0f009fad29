// SPDX-License-Identifier: Apache-2.0
// Training that goes on from files of Keras, with the built core in Node.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import { ROOT } from '../../tools/lib/paths.mjs';
import { modelHolder } from '../keras-files/config-holders.mjs';
import { keras } from '../keras-files/source.mjs';
import { assertClose } from '../layers/close.mjs';
import { noise, sequentialOf, skip, tensorOf, tf } from './fit-models.mjs';

const MODELS = path.join(ROOT, '../shared/models');
const LAYERS = [
  ['dense', { units: 3, activation: 'tanh', inputShape: [4] }],
  ['dense', { units: 2 }],
];
const SHAPES = [[4, 3], [3], [3, 2], [2]];
const sizeOf = (shape) => shape.reduce((a, b) => a * b, 1);
const arrayOf = (values, shape, dtype = 'float32', storedAs = dtype) =>
  new keras.KerasArray(shape, dtype, () => values, storedAs);

/** A slot of the optimizer, by weight. Positive: it may be a mean of squares. */
const slotOf = (seed) =>
  SHAPES.map((shape, i) => Float32Array.from(noise(sizeOf(shape), seed + i), (value) => Math.abs(value) / 10));

/** The bytes of a file with the model of LAYERS, and this about its training. */
async function fileWith(format, trainingConfig, optimizerWeights) {
  const model = sequentialOf(tf, ...LAYERS);
  let bytes;
  const save = async ({ modelTopology }) => {
    bytes = new Uint8Array(modelTopology);
    return { modelArtifactsInfo: { dateSaved: new Date() } };
  };
  await model.save({ save }, { format });
  model.dispose();
  const file = await keras.readKerasFile(bytes);
  const shapes = [...SHAPES];
  const root = modelHolder(file.modelConfig, () => shapes.shift());
  const matched = new Map(keras.matchWeights(file, root));
  const written = await keras.writeKerasFile({
    format,
    kerasVersion: file.kerasVersion,
    modelConfig: file.modelConfig,
    trainingConfig,
    root,
    readVariable: (variable) => matched.get(variable).read(),
    optimizerWeights,
  });
  const buffer = written.buffer.slice(written.byteOffset, written.byteOffset + written.byteLength);
  return { load: async () => ({ modelTopology: buffer }) };
}

/** A model that was saved in a format with its training, and loaded. */
async function savedAndLoaded(model, format) {
  let saved;
  const save = async (artifacts) => {
    saved = artifacts;
    return { modelArtifactsInfo: { dateSaved: new Date() } };
  };
  await model.save({ save }, { format, includeOptimizer: true });
  const { modelTopology } = saved;
  return tf.loadLayersModel({ load: async () => (format === 'tfjs' ? saved : { modelTopology }) });
}

/** What a model logs that goes on with this optimizer. */
async function expectedLogs(optimizer, state, compile) {
  const model = sequentialOf(tf, ...LAYERS);
  model.compile({ optimizer, ...compile });
  const weights = [{ name: 'iter', tensor: tf.scalar(5, 'int32') }];
  for (const [k, slot] of state.entries()) {
    for (const [i, values] of slot.entries()) {
      weights.push({ name: `w${i}/${optimizer.slots[k]}`, tensor: tf.tensor(values, SHAPES[i]) });
    }
  }
  await optimizer.setWeights(weights);
  return fit(model);
}

async function fit(model) {
  const { history } = await model.fit(tensorOf(tf, [12, 4], 1), tensorOf(tf, [12, 2], 2), {
    epochs: 3,
    shuffle: false,
  });
  return history;
}

const steps = (name) => ({ name, array: arrayOf(Int32Array.of(5), [], 'int32', 'int64') });
const named = (slot, name) => slot.map((values, i) => ({ name: `w${i}/${name}:0`, array: arrayOf(values, SHAPES[i]) }));
const interleaved = (...slots) => SHAPES.flatMap((_, i) => slots.map((slot) => slot[i]));

describe('training goes on from files of Keras', { skip }, () => {
  before(() => tf.ready());

  test('.h5 of Keras 2, all first slots before all second ones', async () => {
    const [m, v] = [slotOf(1), slotOf(20)];
    const config = {
      loss: 'mean_squared_error',
      metrics: [
        [{ class_name: 'MeanMetricWrapper', config: { name: 'off', dtype: 'float32', fn: 'mean_absolute_error' } }],
      ],
      weighted_metrics: null,
      loss_weights: null,
      optimizer_config: {
        class_name: 'Adam',
        config: {
          name: 'Adam',
          learning_rate: 0.01,
          decay: 0,
          beta_1: 0.8,
          beta_2: 0.99,
          epsilon: 1e-6,
          amsgrad: false,
        },
      },
    };
    const weights = [steps('Adam/iter:0'), ...named(m, 'm'), ...named(v, 'v')];
    const model = await tf.loadLayersModel(await fileWith('h5', config, weights));
    assert.equal(model.optimizer.iterations, 5);
    assert.deepEqual(model.metricsNames, ['loss', 'off']);
    const logs = await fit(model);
    const expected = await expectedLogs(tf.train.adam(0.01, 0.8, 0.99, 1e-6), [m, v], {
      loss: 'mse',
      metrics: ['mae'],
    });
    assertClose(logs.loss, expected.loss, 1e-6);
    assertClose(logs.off, expected.mae, 1e-6);
  });

  test('.keras of Keras 3, the slots of each weight together, with a schedule', async () => {
    const [m, v] = [slotOf(1), slotOf(20)];
    const config = {
      optimizer: {
        module: 'keras.optimizers',
        class_name: 'AdamW',
        config: {
          name: 'adamw',
          learning_rate: {
            module: 'keras.optimizers.schedules',
            class_name: 'ExponentialDecay',
            config: { initial_learning_rate: 0.1, decay_steps: 10, decay_rate: 0.5, staircase: false, name: 'x' },
            registered_name: null,
          },
          weight_decay: 0.004,
          clipnorm: 0.5,
          global_clipnorm: null,
          beta_1: 0.9,
          beta_2: 0.999,
          epsilon: 1e-7,
          amsgrad: false,
        },
        registered_name: null,
      },
      loss: {
        module: 'keras.losses',
        class_name: 'Huber',
        config: { name: 'huber', reduction: 'sum_over_batch_size', delta: 0.5 },
        registered_name: null,
      },
      metrics: ['mae'],
    };
    const all = interleaved(named(m, 'm'), named(v, 'v'));
    const model = await tf.loadLayersModel(await fileWith('keras', config, [steps('0'), ...all]));
    const logs = await fit(model);
    const rate = tf.train.exponentialDecay(0.1, 10, 0.5);
    const expected = await expectedLogs(tf.train.adamW(rate, 0.004, 0.9, 0.999, 1e-7, { clipNorm: 0.5 }), [m, v], {
      loss: tf.losses.get('huber', { delta: 0.5 }),
      metrics: ['mae'],
    });
    assertClose(logs.loss, expected.loss, 1e-6);
    assertClose(logs.mae, expected.mae, 1e-6);
  });

  test('momentum, which Keras has with the learning rate', async () => {
    const sums = slotOf(3);
    const config = {
      loss: 'mse',
      metrics: null,
      optimizer_config: { class_name: 'SGD', config: { learning_rate: 0.1, decay: 0, momentum: 0.9, nesterov: true } },
    };
    const stored = sums.map((values) => values.map((value) => -0.1 * value));
    const model = await tf.loadLayersModel(
      await fileWith('h5', config, [steps('SGD/iter:0'), ...named(stored, 'momentum')]),
    );
    const expected = await expectedLogs(tf.train.momentum(0.1, 0.9, true), [sums], { loss: 'mse' });
    assertClose((await fit(model)).loss, expected.loss, 1e-6);
  });

  test('what is unknown is a warning', async () => {
    const { warn } = console;
    const warnings = [];
    console.warn = (text) => warnings.push(text);
    const config = { loss: 'mse', optimizer_config: { class_name: 'Custom>Best', config: {} } };
    const model = await tf.loadLayersModel(await fileWith('h5', config, []));
    console.warn = warn;
    assert.match(warnings.join(), /Custom>Best.*compile\(\)/);
    assert.throws(() => model.optimizer, /compile/);
    assertClose(model.predict(tf.zeros([1, 4])).shape, [1, 2]);
  });

  const OPTIMIZERS = {
    sgd: () => tf.train.sgd(0.1),
    momentum: () => tf.train.momentum(0.1, 0.9, true),
    rmsprop: () => tf.train.rmsprop(0.01, 0.8),
    'rmsprop with momentum': () => tf.train.rmsprop(0.01, 0.8, 0.7),
    'centered rmsprop': () => tf.train.rmsprop(0.01, 0.8, 0, 1e-6, true),
    adam: () => tf.train.adam(0.01, 0.8, 0.99, 1e-6, { clipNorm: 1 }),
    amsgrad: () => tf.train.adam(0.01, 0.9, 0.99, null, { amsgrad: true, weightDecay: 0.1 }),
    adamw: () => tf.train.adamW(0.01, 0.1),
    adamax: () => tf.train.adamax(0.01),
    nadam: () => tf.train.nadam(0.01),
    adagrad: () => tf.train.adagrad(0.1, 0.2),
    adadelta: () => tf.train.adadelta(1, 0.9),
    lion: () => tf.train.lion(0.01),
    ftrl: () => tf.train.ftrl(0.1, { l1: 0.01, l2: 0.02, beta: 0.1 }),
    lamb: () => tf.train.lamb(0.01),
    adafactor: () => tf.train.adafactor(0.01, { beta2Decay: -0.7 }),
    muon: () => tf.train.muon(0.01, { nsSteps: 4, adamBeta1: 0.8 }),
    'averages of weights': () => tf.train.adam(0.01, 0.9, 0.99, null, { useEma: true, emaMomentum: 0.8 }),
    'accumulated gradients': () => tf.train.momentum(0.1, 0.9, false, { gradientAccumulationSteps: 2 }),
  };

  for (const [name, make] of Object.entries(OPTIMIZERS)) {
    test(`${name} goes on from the files that are written`, async () => {
      const compile = { loss: 'meanSquaredError', metrics: ['mae'], lossWeights: 0.5 };
      const trained = () => {
        const model = sequentialOf(tf, ...LAYERS);
        model.compile({ optimizer: make(), ...compile });
        return model;
      };
      for (const format of ['h5', 'keras']) {
        const model = trained();
        await fit(model);
        const again = await savedAndLoaded(model, format);
        assert.deepEqual(again.optimizer.getConfig(), model.optimizer.getConfig());
        assert.deepEqual(again.metricsNames, ['loss', 'mae']);
        assert.equal(again.optimizer.iterations, 3);
        const [logs, expected] = [await fit(again), await fit(model)];
        assertClose(logs.loss, expected.loss, 1e-6, 1e-6);
        assertClose(logs.mae, expected.mae, 1e-6, 1e-6);
        for (const each of [again, model]) each.dispose();
      }
    });
  }

  test('a schedule that a file describes is written again; another one as its present value, with a warning', async (t) => {
    const warn = t.mock.method(console, 'warn', () => {});
    const config = {
      loss: 'mse',
      optimizer_config: { class_name: 'SGD', config: { learning_rate: 0.1, decay: 0.5, momentum: 0 } },
    };
    const model = await tf.loadLayersModel(await fileWith('h5', config, [steps('SGD/iter:0')]));
    const again = await savedAndLoaded(model, 'keras');
    assert.equal(again.optimizer.schedule(2), 0.05);
    assert.equal(warn.mock.callCount(), 0);
    model.compile({ optimizer: tf.train.sgd((step) => 1 / (step + 1)), loss: 'mse' });
    assert.equal((await savedAndLoaded(model, 'keras')).optimizer.learningRate, 1);
    assert.match(warn.mock.calls[0].arguments[0], /learning rate is saved as it is now/);
  });

  const SCHEDULES = {
    exponentialDecay: [0.1, 2, 0.5, true],
    inverseTimeDecay: [0.1, 2, 0.5],
    piecewiseConstantDecay: [
      [1, 4],
      [0.1, 0.05, 0.01],
    ],
    polynomialDecay: [0.1, 5, 0.01, 2, true],
    cosineDecay: [0.01, 6, 0.1, { target: 0.1, steps: 2 }],
    cosineDecayRestarts: [0.1, 2, 1.5, 0.9, 0.1],
  };
  for (const [name, args] of Object.entries(SCHEDULES)) {
    test(`${name} goes on where it was, from each format`, async (t) => {
      const warn = t.mock.method(console, 'warn', () => {});
      const schedule = tf.train[name](...args);
      for (const format of ['h5', 'keras', 'tfjs']) {
        const model = sequentialOf(tf, ...LAYERS);
        model.compile({ optimizer: tf.train.momentum(schedule, 0.9), loss: 'mse' });
        await fit(model);
        const again = await savedAndLoaded(model, format);
        assert.equal(again.optimizer.iterations, 3);
        for (let step = 0; step < 9; ++step) assert.equal(again.optimizer.schedule(step), schedule(step));
        assertClose((await fit(again)).loss, (await fit(model)).loss, 1e-6, 1e-6);
        assert.equal(again.optimizer.learningRate, schedule(5));
        for (const each of [again, model]) each.dispose();
      }
      assert.equal(warn.mock.callCount(), 0);
    });
  }

  test('a schedule without its numbers is no schedule', async () => {
    const rates = [
      { class_name: 'CosineDecay', config: { initial_learning_rate: 0.1 } },
      { class_name: 'ExponentialDecay', config: { initial_learning_rate: 0.1, decay_steps: 2, decay_rate: 'half' } },
      { class_name: 'PiecewiseConstantDecay', config: { boundaries: 3, values: [1, 2] } },
      { class_name: 'constructor', config: {} },
    ];
    for (const rate of rates) {
      const optimizer_config = { class_name: 'SGD', config: { learning_rate: rate, momentum: 0 } };
      const model = await tf.loadLayersModel(await fileWith('h5', { loss: 'mse', optimizer_config }, []));
      assert.equal(model.optimizer.schedule, undefined);
      assert.equal(model.optimizer.learningRate, 0.001);
      model.dispose();
    }
  });

  test('losses and metrics with options, as objects or descriptions, in each format', async (t) => {
    const warn = t.mock.method(console, 'warn', () => {});
    const description = (key) => ({ [key]: 'Huber', config: { delta: 0.3, reduction: 'sum' } });
    const losses = [tf.losses.get('huber', { delta: 0.3, reduction: 'sum' }), description('className')];
    for (const loss of [...losses, description('class_name'), [description('class_name')]]) {
      for (const format of ['h5', 'keras', 'tfjs']) {
        const model = sequentialOf(tf, ...LAYERS);
        const metrics = [
          tf.metrics.get('AUC', { curve: 'PR', numThresholds: 20, name: 'area' }),
          { className: 'BinaryAccuracy', config: { threshold: 0.1, name: 'above' } },
          'mae',
        ];
        const weightedMetrics = [tf.metrics.get('R2Score', { classAggregation: null, name: 'r2' })];
        model.compile({ optimizer: 'sgd', loss, metrics, weightedMetrics });
        await fit(model);
        const again = await savedAndLoaded(model, format);
        assert.deepEqual(again.metricsNames, ['loss', 'area', 'above', 'mae', 'r2']);
        const [logs, expected] = [await fit(again), await fit(model)];
        for (const [key, values] of Object.entries(expected)) assertClose(logs[key].flat(), values.flat(), 1e-5, 1e-5);
        for (const each of [again, model]) each.dispose();
      }
    }
    assert.equal(warn.mock.callCount(), 0);
  });

  test('what Keras wraps: functions, and tuples', async () => {
    const wrapped = (config) => ({ module: 'builtins', class_name: 'function', config, registered_name: 'function' });
    const config = {
      optimizer: 'sgd',
      loss: {
        class_name: 'LossFunctionWrapper',
        config: { fn: wrapped('huber'), name: 'own', delta: 0.3, reduction: 'sum' },
      },
      metrics: {
        class_name: '__tuple__',
        items: [
          {
            class_name: 'MeanMetricWrapper',
            config: { fn: wrapped('binary_accuracy'), name: 'above', threshold: 0.1 },
          },
        ],
      },
    };
    const model = await tf.loadLayersModel(await fileWith('keras', config, []));
    assert.deepEqual(model.metricsNames, ['loss', 'above']);
    const logs = await fit(model);
    const expected = await expectedLogs(tf.train.sgd(0.01), [], {
      loss: tf.losses.get('huber', { delta: 0.3, reduction: 'sum' }),
      metrics: [tf.metrics.get('BinaryAccuracy', { threshold: 0.1, name: 'above' })],
    });
    assertClose(logs.loss, expected.loss, 1e-6);
    assertClose(logs.above, expected.above, 1e-6);
  });

  test('losses that are functions leave the training out, with a warning', async (t) => {
    const warn = t.mock.method(console, 'warn', () => {});
    const model = sequentialOf(tf, ...LAYERS);
    model.compile({ optimizer: 'adam', loss: (a, b) => tf.mean(tf.square(tf.sub(a, b)), -1) });
    await fit(model);
    const again = await savedAndLoaded(model, 'h5');
    assert.throws(() => again.optimizer, /compile/);
    assert.match(warn.mock.calls[0].arguments[0], /without its training/);
  });
});

/** Files that Keras has written after training, in the models that the project is tested with. */
const REAL = { 'keras3-rnn/model.keras': 10, 'keras3-asl-bn/model.keras': 91806, 'pair-digits-cnn-a/model.h5': 18750 };

describe('real files of Keras with the state of an optimizer', {
  skip: skip || (!existsSync(MODELS) && `there are no models in ${MODELS}`),
}, () => {
  before(() => tf.ready());

  for (const [file, iterations] of Object.entries(REAL)) {
    test(`${file} is written again with the same state`, async () => {
      const bytes = readFileSync(path.join(MODELS, file));
      const given = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
      const model = await tf.loadLayersModel({ load: async () => ({ modelTopology: given }) });
      assert.equal(model.optimizer.iterations, iterations);
      for (const format of ['h5', 'keras']) {
        const again = await savedAndLoaded(model, format);
        const [state, expected] = [await again.optimizer.getWeights(), await model.optimizer.getWeights()];
        assert.equal(state.length, expected.length);
        for (const [i, { tensor }] of state.entries()) {
          assert.deepEqual(tensor.dataSync(), expected[i].tensor.dataSync(), expected[i].name);
        }
        again.dispose();
      }
      model.dispose();
    });
  }
});
