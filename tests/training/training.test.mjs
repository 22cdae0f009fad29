// SPDX-License-Identifier: Apache-2.0
// What training does besides what TensorFlow.js does, with the built core in Node.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { assertClose } from '../layers/close.mjs';
import { noise, oneHotOf, sequentialOf, setWeights, skip, tensorOf, tf } from './fit-models.mjs';
import { compiled, datasetOf, values, valuesOf, x, y } from './small-model.mjs';

const mse = (a, b) => a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length;

describe('training', { skip }, () => {
  before(() => tf.ready());

  test('runs op by op give the same numbers', async () => {
    const results = [];
    for (const runEagerly of [false, true]) {
      const model = compiled({ optimizer: tf.train.adam(0.01), metrics: ['mae'], runEagerly }, [
        ['dense', { units: 6, activation: 'relu', inputShape: [4], kernelRegularizer: 'l2' }],
        ['batchNormalization', {}],
        ['dense', { units: 2, kernelConstraint: 'nonNeg' }],
      ]);
      const { history } = await model.fit(x(), y(), { batchSize: 8, epochs: 3, shuffle: false });
      results.push([history.loss, history.mae, valuesOf(model.getWeights())]);
    }
    for (const [i, part] of results[0].entries()) assertClose(part, results[1][i], 1e-5, 1e-5);
  });

  test('constraints hold after each step', async () => {
    const model = compiled({}, [
      ['dense', { units: 6, inputShape: [4], kernelConstraint: 'nonNeg' }],
      ['dense', { units: 2, kernelConstraint: 'unitNorm' }],
    ]);
    await model.fit(x(), y(), { epochs: 3 });
    const [first, , second] = model.getWeights();
    assert.ok(values(first).every((value) => value >= 0));
    assertClose(tf.sum(tf.square(second), 0), [1, 1], 1e-4);
  });

  test('sample weights, also of steps and of the validation', async () => {
    const model = compiled({ metrics: ['mse'], weightedMetrics: ['mse'] });
    const weights = tf.tensor1d(noise(20, 9).map(Math.abs));
    const predicted = values(model.predict(x()));
    const errors = values(y()).map((value, i) => (value - predicted[i]) ** 2);
    const rows = values(weights).map((weight, i) => [weight, (errors[2 * i] + errors[2 * i + 1]) / 2]);
    const weighted = rows.reduce((sum, [weight, error]) => sum + weight * error, 0);
    const logs = model.evaluate(x(), y(), { sampleWeight: weights, batchSize: 8 }).map((value) => value.dataSync()[0]);
    assert.deepEqual(model.metricsNames, ['loss', 'mse', 'mse_1']);
    const total = rows.reduce((sum, [weight]) => sum + weight, 0);
    const plain = rows.reduce((sum, [, error]) => sum + error, 0);
    assertClose(logs, [weighted / 20, plain / 20, weighted / total], 1e-5);
    const { history } = await model.fit(x(), y(), {
      validationData: [x(), y(), weights],
      sampleWeight: tf.zeros([20]),
    });
    // Without weight nothing is learned.
    assertClose(valuesOf(model.getWeights()), valuesOf(compiled().getWeights()), 0);
    assertClose([history.loss[0], history.val_loss[0]], [0, weighted / 20], 1e-5);
  });

  test('loss weights, outputs without a loss, and metrics by output', async () => {
    const input = tf.input({ shape: [4] });
    const a = tf.layers.dense({ units: 2, name: 'first_out' }).apply(input);
    const b = tf.layers.dense({ units: 2, name: 'second_out' }).apply(input);
    const model = tf.model({ inputs: input, outputs: [a, b] });
    setWeights(tf, model);
    model.compile({ optimizer: 'sgd', loss: 'mse', lossWeights: { first_out: 0.5, second_out: 2 } });
    const [total, first, second] = model.evaluate(x(), [y(), y()]).map((value) => value.dataSync()[0]);
    assertClose([total], [0.5 * first + 2 * second], 1e-6);
    model.compile({ optimizer: 'sgd', loss: { second_out: 'mse' }, metrics: { first_out: 'mae' } });
    assert.deepEqual(model.metricsNames, ['loss', 'second_out_loss', 'first_out_mae']);
    const before = valuesOf(model.getLayer('first_out').getWeights());
    await model.fit(x(), [y(), y()], {});
    assertClose(valuesOf(model.getLayer('first_out').getWeights()), before, 0);
    assert.throws(() => model.compile({ optimizer: 'sgd', loss: { third: 'mse' } }), /third.*first_out, second_out/s);
    assert.throws(() => model.compile({ optimizer: 'sgd', loss: ['mse'] }), { code: 'E_INPUT' });
  });

  test('frozen layers keep their weights; a change after compile() warns', async () => {
    const model = compiled();
    model.layers[0].trainable = false;
    model.compile({ optimizer: 'adam', loss: 'mse' });
    const before = valuesOf(model.layers[0].getWeights());
    await model.fit(x(), y(), { epochs: 2 });
    assert.deepEqual(valuesOf(model.layers[0].getWeights()), before);
    model.layers[0].trainable = true;
    const { warn } = console;
    const warnings = [];
    console.warn = (text) => warnings.push(text);
    await model.fit(x(), y());
    console.warn = warn;
    assert.match(warnings[0], /compile\(\)/);
    assert.deepEqual(valuesOf(model.layers[0].getWeights()), before);
  });

  test('predictions follow the weights, whatever was packed before', async () => {
    const model = compiled({}, [
      ['conv2d', { filters: 4, kernelSize: 3, activation: 'relu', inputShape: [6, 6, 2] }],
      ['flatten', {}],
      ['dense', { units: 2 }],
    ]);
    const images = tensorOf(tf, [8, 6, 6, 2], 3);
    const targets = tensorOf(tf, [8, 2], 4);
    for (let round = 0; round < 4; ++round) {
      for (let i = 0; i <= round; ++i) model.predict(images).dispose();
      await model.fit(images, targets, { epochs: 1 });
      const copy = sequentialOf(
        tf,
        ['conv2d', { filters: 4, kernelSize: 3, activation: 'relu', inputShape: [6, 6, 2] }],
        ['flatten', {}],
        ['dense', { units: 2 }],
      );
      copy.setWeights(model.getWeights());
      assertClose(model.predict(images), copy.predict(images), 1e-5);
      const [loss] = [model.evaluate(images, targets).dataSync()[0]];
      assertClose([loss], [mse(values(model.predict(images)), values(targets))], 1e-5);
      copy.dispose();
    }
  });

  test('tensors that the program holds keep their values', async () => {
    const model = compiled();
    const held = model.getWeights();
    const before = valuesOf(held);
    await model.fit(x(), y(), { epochs: 2 });
    assert.deepEqual(valuesOf(held), before);
    assert.notDeepEqual(valuesOf(model.getWeights()), before);
  });

  test('custom losses, metrics and layers, with gradients of their own', async () => {
    const clip = tf.customGrad((value, save) => {
      save([value]);
      return { value: value.clipByValue(-0.1, 0.1), gradFunc: (dy) => dy.mul(2) };
    });
    class Clip extends tf.layers.Layer {
      static className = 'ClipForTest';
      call(inputs) {
        return clip(Array.isArray(inputs) ? inputs[0] : inputs);
      }
    }
    const results = [];
    for (const runEagerly of [false, true]) {
      const model = tf.sequential();
      model.add(tf.layers.dense({ units: 2, inputShape: [4] }));
      model.add(new Clip());
      setWeights(tf, model);
      model.compile({
        optimizer: tf.train.sgd(0.1),
        loss: (truth, prediction) => tf.mean(tf.abs(tf.sub(truth, prediction)), -1),
        metrics: [(truth, prediction) => tf.max(tf.abs(tf.sub(truth, prediction)), -1)],
        runEagerly,
      });
      const { history } = await model.fit(x(), y(), { epochs: 3, shuffle: false });
      results.push([...Object.values(history).flat(), ...valuesOf(model.getWeights())]);
    }
    assertClose(results[0], results[1], 1e-5);
  });

  test('a loss may take gradients: a penalty of their norm', async () => {
    const results = [];
    for (const runEagerly of [false, true]) {
      const model = compiled({
        loss: (truth, prediction) => {
          const slope = tf.grad((p) => tf.sum(tf.square(tf.sub(p, truth))))(prediction);
          return tf.add(tf.mean(tf.square(tf.sub(truth, prediction))), tf.mul(tf.mean(tf.square(slope)), 0.1));
        },
        runEagerly,
      });
      const { history } = await model.fit(x(), y(), { epochs: 2, shuffle: false });
      results.push([...history.loss, ...valuesOf(model.getWeights())]);
    }
    assertClose(results[0], results[1], 1e-5);
  });

  test('shuffling trains with each example once an epoch', async () => {
    for (const shuffle of [true, 'batch']) {
      const model = compiled({ optimizer: tf.train.sgd(0), loss: (truth) => tf.mean(truth, -1), metrics: [] });
      const numbers = tf.tensor2d(Array.from({ length: 20 }, (_, i) => [2 ** i, 2 ** i]));
      const sums = [];
      const { history } = await model.fit(x(), numbers, {
        batchSize: 1,
        shuffle,
        callbacks: { onBatchEnd: (_, logs) => sums.push(logs.loss) },
      });
      assert.deepEqual(
        [...sums].sort((a, b) => a - b),
        Array.from({ length: 20 }, (_, i) => 2 ** i),
      );
      assertClose(history.loss, [(2 ** 20 - 1) / 20], 1e-2);
    }
  });

  test('datasets, also for the validation, with batches an epoch', async () => {
    const parts = [0, 8, 16].map((begin) => () => ({
      xs: x().slice(begin, Math.min(8, 20 - begin)),
      ys: y().slice(begin, Math.min(8, 20 - begin)),
    }));
    const [model, expected] = [compiled(), compiled()];
    const { history } = await model.fitDataset(datasetOf(...parts), { epochs: 2, validationData: datasetOf(...parts) });
    const { history: other } = await expected.fit(x(), y(), {
      epochs: 2,
      batchSize: 8,
      shuffle: false,
      validationData: [x(), y()],
    });
    assertClose(history.loss, other.loss, 1e-6);
    assertClose(history.val_loss, other.val_loss, 1e-6);
    const value = await model.evaluateDataset(datasetOf(...parts));
    assertClose(value, model.evaluate(x(), y()), 1e-6);
    const batches = [];
    await compiled().fitDataset(datasetOf(...parts, ...parts), {
      epochs: 3,
      batchesPerEpoch: 2,
      callbacks: { onBatchEnd: (batch) => batches.push(batch) },
    });
    assert.deepEqual(batches, [0, 1, 0, 1, 0, 1]);
  });

  test('callbacks can stop training, change the rate, and evaluate', async () => {
    class Watcher extends tf.Callback {
      seen = [];
      async onEpochEnd(epoch, logs) {
        this.model.optimizer.learningRate *= 0.5;
        const loss = this.model.evaluate(x(), y()).dataSync()[0];
        this.seen.push([epoch, logs.loss, loss]);
        if (epoch === 3) this.model.stopTraining = true;
      }
    }
    const watcher = new Watcher();
    const model = compiled();
    const history = await model.fit(x(), y(), { epochs: 10, initialEpoch: 2, callbacks: watcher });
    assert.deepEqual(history.epoch, [2, 3]);
    assert.equal(model.history, history);
    assert.equal(model.optimizer.learningRate, 0.025);
    assert.deepEqual(watcher.params.steps, 1);
    assert.ok(watcher.seen.every(([, , loss]) => Number.isFinite(loss)));
  });

  test('a callback that evaluates leaves the metrics of the epoch as they are', async () => {
    const labels = tf.cast(tf.greater(y(), 0), 'float32');
    const aucs = [];
    for (const isEvaluating of [false, true]) {
      const model = compiled({ metrics: ['AUC'] });
      const onBatchEnd = () => {
        if (isEvaluating) model.evaluate(x(), labels);
      };
      const { history } = await model.fit(x(), labels, { batchSize: 5, shuffle: false, callbacks: { onBatchEnd } });
      aucs.push(history.AUC[0]);
    }
    assertClose([aucs[1]], [aucs[0]], 1e-6);
  });

  test('other events are handled during training', async () => {
    const model = compiled();
    let ticks = 0;
    let isDone = false;
    const tick = () => {
      ++ticks;
      if (!isDone) setTimeout(tick, 0);
    };
    setTimeout(tick, 0);
    let yields = 0;
    await model.fit(x(), y(), { epochs: 20, yieldEvery: 'epoch', callbacks: { onYield: () => ++yields } });
    isDone = true;
    assert.ok(ticks > 1);
    yields = 0;
    await model.fit(x(), y(), {
      epochs: 3,
      batchSize: 10,
      yieldEvery: 'batch',
      callbacks: { onYield: () => ++yields },
    });
    assert.equal(yields, 6);
  });

  test('accumulated gradients are those of larger batches', async () => {
    const whole = compiled();
    await whole.fit(x(), y(), { batchSize: 10, epochs: 2, shuffle: false });
    const parts = compiled({ optimizer: tf.train.sgd(0.1, { gradientAccumulationSteps: 2 }) });
    await parts.fit(x(), y(), { batchSize: 5, epochs: 2, shuffle: false });
    assertClose(valuesOf(parts.getWeights()), valuesOf(whole.getWeights()), 1e-6);
    assert.equal(parts.optimizer.iterations, 8);
  });

  test('with useEma, weights become their averages at the end', async () => {
    const plain = compiled();
    const states = [];
    const onBatchEnd = () => states.push(valuesOf(plain.getWeights()));
    await plain.fit(x(), y(), { batchSize: 5, shuffle: false, callbacks: { onBatchEnd } });
    const averaged = compiled({ optimizer: tf.train.sgd(0.1, { useEma: true, emaMomentum: 0.75 }) });
    await averaged.fit(x(), y(), { batchSize: 5, shuffle: false });
    // The first average is the first value.
    const expected = states.reduce((average, next) => average.map((value, i) => 0.75 * value + 0.25 * next[i]));
    assertClose(valuesOf(averaged.getWeights()), expected, 1e-6);
  });

  test('profile() lists the nodes of a step', async () => {
    const model = compiled();
    const { kernels } = await tf.profile(() => model.trainOnBatch(x(), y()));
    const names = kernels.map(({ name }) => name);
    assert.ok(names.includes('_ApplyOptimizer'), names.join());
  });

  test('steps and memory', async () => {
    const model = compiled({ optimizer: 'adam', metrics: ['mae', 'AUC'] });
    const data = [x(), tf.cast(tf.greater(y(), 0), 'float32')];
    await model.fit(...data, { epochs: 2, batchSize: 8, validationSplit: 0.3 });
    const before = tf.memory();
    await model.fit(...data, { epochs: 50, batchSize: 8, validationSplit: 0.3 });
    for (const value of model.evaluate(...data)) value.dispose();
    await model.trainOnBatch(...data);
    assert.deepEqual(tf.memory(), before);
    const all = tf.memory().numTensors;
    const { numDisposedVariables } = model.dispose();
    // Weights, two slots for each; the metric has a state that is no variable of the model.
    assert.equal(numDisposedVariables, 12);
    assert.equal(all - tf.memory().numTensors, 13);
    tf.dispose(data);
    const steps = [];
    await compiled().fit(x(), y(), { batchSize: 5, stepsPerEpoch: 2, callbacks: { onBatchEnd: (i) => steps.push(i) } });
    assert.deepEqual(steps, [0, 1]);
  });

  test('accuracy of classes that are one-hot or numbers', async () => {
    const model = compiled({ loss: 'categoricalCrossentropy', metrics: ['accuracy'] }, [
      ['dense', { units: 3, activation: 'softmax', inputShape: [4] }],
    ]);
    const targets = oneHotOf(tf, 20, 3);
    const [, accuracy] = model.evaluate(x(), targets).map((value) => value.dataSync()[0]);
    const right = values(tf.equal(tf.argMax(model.predict(x()), -1), tf.argMax(targets, -1)));
    assertClose([accuracy], [right.reduce((a, b) => a + b) / 20], 1e-6);
  });
});
