// SPDX-License-Identifier: Apache-2.0
// tf.profile of training: gradients and optimizers are recorded as forward ops are.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';

const skip = missing('dist');
const tf = skip ? {} : await import('../../dist/index.js');

describe('profiles of training', { skip }, () => {
  before(() => tf.ready());

  test('list the backward pass, run op by op or compiled, and the optimizer', async () => {
    const x = tf.ones([4, 3]);
    const w = tf.variable(tf.ones([3, 2]));
    const bias = tf.variable(tf.zeros([2]));
    const optimizer = tf.train.adam(0.1);
    const loss = () => x.matMul(w).add(bias).square().sum();
    // The first step runs the backward pass op by op, the second compiles it, the third has it compiled.
    for (const isCompiled of [false, true, true]) {
      const { kernels, kernelNames } = await tf.profile(() => {
        optimizer.minimize(loss, false, [w, bias]);
      });
      const end = kernels.findLastIndex(({ name, node }) => name === 'Sum' && node === undefined) + 1;
      assert.deepEqual(
        kernels
          .slice(0, end)
          .map(({ name }) => name)
          .slice(0, 2),
        ['BatchMatMulV2', 'AddV2'],
      );
      const backward = kernels.slice(end, -1);
      const product = backward.find(({ outputShapes }) => String(outputShapes[0]) === '3,2');
      assert.equal(product?.name, 'MatMul', kernelNames.join());
      assert.equal(product.bytesAdded, 24);
      assert.equal(product.tensorsAdded, 1);
      assert.ok(product.kernelTimeMs >= 0 && product.totalBytesSnapshot > 0);
      assert.ok(backward.every(({ node }) => typeof node === 'string'));
      assert.ok(backward.length >= 3, kernelNames.join());
      const { name, inputShapes, outputShapes, bytesAdded, tensorsAdded } = kernels.at(-1);
      assert.deepEqual(
        { name, inputShapes, outputShapes, bytesAdded, tensorsAdded },
        {
          name: 'Adam',
          inputShapes: [[3, 2], [2]],
          outputShapes: [[3, 2], [2]],
          bytesAdded: 0,
          tensorsAdded: 0,
        },
      );
      if (isCompiled) assert.ok(backward.length <= 8, kernelNames.join());
    }
    tf.dispose([x, w, bias, optimizer]);
  });

  test('keep the order around a gradient of the program', async () => {
    const cube = tf.customGrad((x, save) => {
      save([x]);
      return { value: x.square().mul(x), gradFunc: (dy, [x]) => dy.mul(x.floor()) };
    });
    const x = tf.tensor1d([1.5, 2]);
    const { kernels } = await tf.profile(() =>
      tf
        .grad((x) => cube(x.neg()).abs())(x)
        .dispose(),
    );
    const names = kernels.map(({ name, node }) => (node ? `${name} of the backward pass` : name));
    const floor = names.indexOf('Floor');
    const isBackward = (name) => name.endsWith('backward pass');
    assert.ok(names.slice(names.indexOf('Abs') + 1, floor).some(isBackward), names.join());
    assert.ok(
      names.slice(floor + 1).some((name) => name === 'Neg of the backward pass'),
      names.join(),
    );
    x.dispose();
  });

  test('end with the function, also after an error', async () => {
    const x = tf.tensor1d([1, 2]);
    const cube = tf.customGrad((x) => ({
      value: x.square().mul(x),
      gradFunc() {
        throw new RangeError('not today');
      },
    }));
    const failing = tf.profile(() => tf.grad((x) => cube(x).abs())(x));
    await assert.rejects(failing, RangeError);
    tf.grad((x) => x.square())(x).dispose();
    const { kernels } = await tf.profile(() =>
      tf
        .grad((x) => x.neg())(x)
        .dispose(),
    );
    assert.ok(!kernels.some(({ name }) => name === 'Square' || name === 'Mul'), kernels.map(({ name }) => name).join());
    x.dispose();
  });
});
