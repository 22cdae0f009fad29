// SPDX-License-Identifier: Apache-2.0
// Losses for training: tf.losses.get() and custom ones, with the built core in Node.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { assertClose } from '../layers/close.mjs';
import { loadTfjsLayers } from '../layers/tfjs.mjs';
import { missing } from '../prerequisites.mjs';
import { LOSS_CASES } from './loss-cases.mjs';

const skip = missing('dist');
const tf = skip ? {} : await import('../../dist/index.js');
const tfjs = skip ? null : loadTfjsLayers();

const tensorOf = ({ shape, data }) => tf.tensor(data, shape);
const apply = (loss, options, yTrue, yPred, weights, mask) =>
  tf.losses.get(loss, options).apply(yTrue, yPred, weights, mask);

/** Throws unless the gradient of the mean in yPred is that of finite differences. */
function checkGradient(loss, options, yTrue, yPred) {
  const value = (x) => apply(loss, options, yTrue, x);
  const gradient = tf.grad(value)(yPred);
  const data = [...yPred.dataSync()];
  const step = 1e-2;
  const expected = data.map((x, i) => {
    const at = (offset) => value(tf.tensor(data.with(i, x + offset), yPred.shape)).dataSync()[0];
    // Of fourth order, since float32 needs large steps.
    return (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step);
  });
  assertClose(gradient, expected, 2e-3, 2e-3);
}

describe('losses', { skip }, () => {
  before(() => tf.ready());

  for (const [i, { loss, options, yTrue, yPred, values, mean, gradient }] of LOSS_CASES.entries()) {
    test(`${loss} has the values of Keras (${i}: ${JSON.stringify(options)})`, () => {
      const [truth, prediction] = [tensorOf(yTrue), tensorOf(yPred)];
      const sum = values.reduce((a, b) => a + b, 0);
      assertClose(apply(loss, { ...options, reduction: 'none' }, truth, prediction), values, 1e-6, 1e-5);
      assertClose(apply(loss, { ...options, reduction: 'sum' }, truth, prediction), sum, 1e-6, 1e-5);
      const expected = mean ?? sum / values.length;
      assertClose(apply(loss, options, truth, prediction), expected, 1e-6, 1e-5);
      if (!gradient) return;
      assertClose(tf.grad((x) => apply(loss, options, truth, x))(prediction), gradient, 1e-5, 1e-5);
    });
  }

  const smooth = { shape: [2, 3], yTrue: [0.2, 0.5, 0.3, 0.6, 0.3, 0.1], yPred: [0.3, 0.35, 0.35, 0.4, 0.5, 0.2] };
  for (const [loss, options] of [
    ['meanSquaredError', {}],
    ['meanSquaredLogarithmicError', {}],
    ['huber', { delta: 0.17 }],
    ['logCosh', {}],
    ['squaredHinge', {}],
    ['poisson', {}],
    ['klDivergence', {}],
    ['cosineSimilarity', {}],
    ['cosineSimilarity', { axis: 0 }],
    ['binaryCrossentropy', { labelSmoothing: 0.1 }],
    ['binaryCrossentropy', { fromLogits: true, axis: 0 }],
    ['binaryFocalCrossentropy', { fromLogits: true, gamma: 1.5, applyClassBalancing: true }],
    ['categoricalCrossentropy', { labelSmoothing: 0.1, axis: 0 }],
    ['categoricalCrossentropy', { fromLogits: true }],
    ['categoricalFocalCrossentropy', { alpha: [0.1, 0.5, 0.4], gamma: 3 }],
    ['dice', { axis: [1] }],
    ['tversky', { alpha: 0.2, beta: 0.9 }],
  ]) {
    test(`${loss} ${JSON.stringify(options)} has its gradient`, () => {
      checkGradient(loss, options, tf.tensor(smooth.yTrue, smooth.shape), tf.tensor(smooth.yPred, smooth.shape));
    });
  }

  for (const name of ['categoricalGeneralizedCrossEntropy', 'circle', 'ctc', 'sparseCategoricalCrossentropy']) {
    const { loss, options, yTrue, yPred } = LOSS_CASES.find((one) => one.loss === name);
    const gentle = name === 'circle' ? { gamma: 4 } : options;
    test(`${name} has its gradient`, () => checkGradient(loss, gentle, tensorOf(yTrue), tensorOf(yPred)));
  }

  test('all names lead to losses', () => {
    const names = [
      'mse',
      'MSE',
      'mean_squared_error',
      'MeanSquaredError',
      'huber_loss',
      'logcosh',
      'log_cosh',
      'LogCosh',
    ];
    names.push(
      'bce',
      'kld',
      'KLDivergence',
      'kullbackLeiblerDivergence',
      'cosineProximity',
      'mape',
      'msle',
      'MAE',
      'CTC',
    );
    for (const name of names) assert.ok(tf.losses.get(name) instanceof tf.losses.Loss, name);
    assert.equal(tf.losses.get('mse').getClassName(), 'MeanSquaredError');
    assert.equal(tf.losses.get('huber', { delta: 2 }).name, 'huber');
    assert.deepEqual(tf.losses.get('huber', { delta: 2, reduction: 'sum' }).getConfig(), {
      delta: 2,
      name: 'huber',
      reduction: 'sum',
    });
  });

  test('sample weights multiply, and the mean divides by the number of values', () => {
    const yTrue = [[1], [2], [3], [4]];
    const yPred = [[1.5], [1], [3.5], [2]];
    const weights = [1, 0, 2, 0.5];
    const reduced = (reduction) => apply('mse', { reduction }, yTrue, yPred, weights);
    assertClose(reduced('sum_over_batch_size'), 0.6875);
    assertClose(reduced('mean'), 0.6875);
    assertClose(reduced('sum'), 2.75);
    assertClose(reduced('mean_with_sample_weight'), 2.75 / 3.5);
    assertClose(reduced('none'), [0.25, 0, 0.5, 2]);
    assertClose(apply('mse', { reduction: 'none' }, yTrue, yPred, [[1], [0], [2], [0.5]]), [0.25, 0, 0.5, 2]);
    assertClose(apply('mse', {}, yTrue, yPred, 2), 2 * 1.375);
  });

  test('masked values do not count, with weights or without', () => {
    const yTrue = [[1], [2], [3], [4]];
    const yPred = [[1.5], [1], [3.5], [2]];
    const mask = tf.tensor1d([true, true, false, false], 'bool');
    assertClose(apply('mse', {}, yTrue, yPred, null, mask), 0.625);
    assertClose(apply('mse', {}, yTrue, yPred, [1, 0, 2, 0.5], mask), 0.125);
    assertClose(apply('mse', { reduction: 'mean_with_sample_weight' }, yTrue, yPred, [1, 0, 2, 0.5], mask), 0.25);
    assertClose(apply('mse', { reduction: 'mean_with_sample_weight' }, yTrue, yPred, null, mask), 0.625);
  });

  test('masks and weights of samples apply to all of their steps', () => {
    const yTrue = tf.zeros([2, 3, 1]);
    const yPred = tf.tensor([1, 2, 3, 4, 5, 6], [2, 3, 1]);
    assertClose(apply('mse', {}, yTrue, yPred, [1, 0]), (1 + 4 + 9) / 6);
    assertClose(apply('mse', {}, yTrue, yPred, null, tf.tensor1d([true, false], 'bool')), (1 + 4 + 9) / 3);
    const steps = tf.tensor2d([true, true, false, false, true, false], [2, 3], 'bool');
    assertClose(apply('mse', {}, yTrue, yPred, null, steps), (1 + 4 + 25) / 3);
  });

  test('a mask and an ignored class together', () => {
    const options = { fromLogits: true, ignoreClass: 2 };
    const logits = tf.zeros([4, 4]);
    const mask = tf.tensor1d([true, true, false, false], 'bool');
    assertClose(apply('sparseCategoricalCrossentropy', options, [0, 2, 1, 3], logits, null, mask), Math.log(4));
    assertClose(
      apply('sparseCategoricalCrossentropy', { ...options, reduction: 'sum' }, [0, 2, 1, 3], logits),
      3 * Math.log(4),
    );
  });

  test('ranks that differ by an axis of size 1 are matched', () => {
    assertClose(apply('mae', { reduction: 'none' }, [1, 2], [[3], [5]]), [2, 3]);
    assertClose(apply('mae', { reduction: 'none' }, [[1], [2]], [3, 5]), [2, 3]);
    assertClose(apply('mae', { reduction: 'none' }, [[1, 2]], [[[3], [6]]]), [3]);
    const sparse = (labels) => apply('sparseCategoricalCrossentropy', { fromLogits: true }, labels, tf.zeros([2, 4]));
    assertClose(sparse([[1], [3]]), Math.log(4));
    assertClose(sparse(tf.tensor1d([1, 3], 'int32')), Math.log(4));
  });

  test('crossentropies of a softmax or sigmoid are those of its input', () => {
    const logits = tf.tensor2d([100, -100, 0], [1, 3]);
    const gradient = (loss, labels, f) => tf.grad((x) => apply(loss, {}, labels, f(x)))(logits);
    // From probabilities, which are 0, it would be 0.
    assertClose(gradient('categoricalCrossentropy', [[0, 1, 0]], tf.softmax), [1, -1, 0]);
    assertClose(gradient('sparseCategoricalCrossentropy', [1], tf.softmax), [1, -1, 0]);
    assertClose(gradient('binaryCrossentropy', [[0, 1, 1]], tf.sigmoid), [1 / 3, -1 / 3, -0.5 / 3]);
  });

  test('crossentropies of a model with a softmax are exact', () => {
    const model = tf.sequential({ layers: [tf.layers.activation({ activation: 'softmax', inputShape: [2] })] });
    model.compile({ loss: 'categoricalCrossentropy', optimizer: 'sgd' });
    const loss = model.evaluate(tf.tensor2d([[100, -100]]), tf.tensor2d([[0, 1]]));
    assertClose(loss, 200);
    model.dispose();
  });

  test('probabilities of 0 and 1 are clipped', () => {
    assertClose(apply('binaryCrossentropy', {}, [[1, 0]], [[0, 0]]), -Math.log(1e-7) / 2, 1e-3);
    assertClose(apply('categoricalCrossentropy', {}, [[1, 0]], [[0, 1]]), -Math.log(1e-7), 1e-3);
  });

  test('a label that is no class makes the loss NaN', () => {
    for (const label of [-1, 3]) {
      assert.ok(Number.isNaN(apply('sparseCategoricalCrossentropy', {}, [label], [[0.2, 0.3, 0.5]]).dataSync()[0]));
    }
  });

  test('CTC of one label is the sum over its alignments', () => {
    const p = tf.tensor([0.5, 0.3, 0.2, 0.1, 0.6, 0.3], [1, 2, 3]);
    // a a, a blank, blank a
    assertClose(apply('ctc', {}, [[1, 0]], tf.log(p)), -Math.log(0.3 * 0.6 + 0.3 * 0.1 + 0.5 * 0.6));
    // Only blanks.
    assertClose(apply('ctc', {}, [[0, 0]], tf.log(p)), -Math.log(0.5 * 0.1));
  });

  test('a custom loss is a class or a function', () => {
    class Cubic extends tf.losses.Loss {
      static className = 'TestCubic';
      call(yTrue, yPred) {
        return tf.mean(tf.pow(tf.abs(tf.sub(yPred, yTrue)), 3), -1);
      }
    }
    tf.serialization.registerClass(Cubic);
    const loss = tf.losses.get('TestCubic', { reduction: 'sum' });
    assert.equal(loss.name, 'test_cubic');
    assertClose(
      loss.apply(
        [
          [0, 0],
          [0, 0],
        ],
        [
          [1, 2],
          [0, 1],
        ],
        [1, 2],
      ),
      4.5 + 2 * 0.5,
    );
    assertClose(tf.grad((x) => loss.apply([[0]], x))(tf.tensor2d([[2]])), [12]);
  });

  test('no tensors are left over', () => {
    const [yTrue, yPred] = [tf.zeros([2, 3]), tf.ones([2, 3])];
    const before = tf.memory().numTensors;
    for (const reduction of ['sum', 'none']) {
      apply('categoricalCrossentropy', { reduction }, yTrue, yPred, [1, 2], tf.ones([2], 'bool')).dispose();
    }
    assert.equal(tf.memory().numTensors, before + 2);
  });

  describe('refuse', () => {
    const throws = (code, message, f) =>
      assert.throws(f, (e) => e.name === 'TfwasmError' && e.code === code && message.test(e.message));
    test('what is no loss', () => {
      throws('E_LAYER', /unknown loss 'nope'/, () => tf.losses.get('nope'));
      throws('E_LAYER', /unknown loss ''/, () => tf.losses.get(''));
      throws('E_LAYER', /expected a loss/, () => tf.losses.get(undefined));
    });
    test('unknown and wrong options', () => {
      throws('E_LAYER', /Huber has no option 'detla'/, () => apply('huber', { detla: 2 }, [[1]], [[2]]));
      throws('E_LAYER', /'delta': expected a number/, () => apply('huber', { delta: 'x' }, [[1]], [[2]]));
      throws('E_LAYER', /label_smoothing/, () => apply('bce', { labelSmoothing: 2 }, [[1]], [[2]]));
      throws('E_LAYER', /alpha/, () =>
        apply('categoricalFocalCrossentropy', { alpha: [1, 2] }, [[1, 0, 0]], [[1, 0, 0]]),
      );
      throws('E_LAYER', /'q'/, () => apply('categoricalGeneralizedCrossEntropy', { q: 0 }, [1], [[1, 0]]));
      throws('E_INPUT', /unknown reduction 'all'/, () => tf.losses.get('mse', { reduction: 'all' }));
    });
    test('shapes that do not fit', () => {
      throws('E_SHAPE', /the labels are \[2,1\], but the predictions \[2,3\]/, () =>
        apply('mse', {}, [[1], [2]], tf.ones([2, 3])),
      );
      throws('E_SHAPE', /one class number per row/, () =>
        apply('sparseCategoricalCrossentropy', {}, [1, 2, 0], tf.ones([2, 3])),
      );
      throws('E_SHAPE', /scalar/, () => apply('mse', {}, 1, 2));
      throws('E_SHAPE', /do not fit to values of \[2\]/, () => apply('mse', {}, [[1], [2]], [[1], [2]], [1, 2, 3]));
      throws('E_SHAPE', /CTC/, () => apply('ctc', {}, [1, 2], tf.ones([2, 3, 3])));
      throws('E_SHAPE', /embeddings/, () => apply('circle', {}, tf.ones([2, 2]), tf.ones([2, 2, 3])));
      throws('E_SHAPE', /axis/, () => apply('cosineSimilarity', { axis: 4 }, [[1]], [[1]]));
    });
    test('strings', () => {
      throws('E_DTYPE', /yPred/, () => apply('mse', {}, [[1]], [['a']]));
    });
  });
});

describe('losses of TensorFlow.js', { skip: skip || (tfjs ? false : 'TensorFlow.js is not installed') }, () => {
  before(() => tf.ready());

  const yTrue = [
    [0, 1, 0],
    [1, 0, 0],
  ];
  const yPred = [
    [0.2, 0.7, 0.1],
    [0.3, 0.6, 0.1],
  ];
  /** Labels of -1 and 1, since only Keras converts others. */
  const signs = [
    [-1, 1, -1],
    [1, -1, -1],
  ];
  for (const name of [
    'meanSquaredError',
    'meanAbsoluteError',
    'meanAbsolutePercentageError',
    'meanSquaredLogarithmicError',
    'squaredHinge',
    'hinge',
    'categoricalHinge',
    'logcosh',
    'categoricalCrossentropy',
    'sparseCategoricalCrossentropy',
    'binaryCrossentropy',
    'kullbackLeiblerDivergence',
    'poisson',
    'cosineProximity',
  ]) {
    test(`${name} is the same`, async () => {
      const labels = /^(squaredH|h)inge$/.test(name) ? signs : name.startsWith('sparse') ? [[1], [0]] : yTrue;
      const model = tfjs.layers.sequential({
        layers: [tfjs.layers.layers.activation({ activation: 'linear', inputShape: [3] })],
      });
      model.compile({ loss: name, optimizer: 'sgd' });
      const expected = model.evaluate(tfjs.core.tensor(yPred), tfjs.core.tensor(labels)).dataSync()[0];
      // Its percentages divide by 1e-7, too.
      assertClose(apply(name, {}, labels, yPred), expected, 1e-5, 1e-5);
    });
  }
});
