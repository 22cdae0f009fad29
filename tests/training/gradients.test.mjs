// SPDX-License-Identifier: Apache-2.0
// tf.grad and its kin, with the built core in Node.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';

const skip = missing('dist');
const tf = skip ? {} : await import('../../dist/index.js');

const close = (tensor, expected, tolerance = 1e-5) => {
  const actual = Array.from(tensor.dataSync());
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => {
    assert.ok(
      Math.abs(value - expected[i]) <= tolerance * Math.max(1, Math.abs(expected[i])),
      `${actual} vs ${expected}`,
    );
  });
};

const throwsCode = (call, code, message) =>
  assert.throws(call, (error) => {
    assert.ok(error instanceof tf.TfwasmError, error.stack);
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  });

/** Runs `body` and expects that only `created` tensors more exist afterwards. */
const withoutLeak = (body, created = 0) => {
  const { numTensors, numBytes } = tf.memory();
  const result = body();
  assert.equal(tf.memory().numTensors, numTensors + created);
  if (created === 0) assert.equal(tf.memory().numBytes, numBytes);
  return result;
};

describe('gradients', { skip }, () => {
  before(() => tf.ready());

  test('grad of a function of one tensor', () => {
    const x = tf.tensor1d([1, 2, 3]);
    const dx = withoutLeak(() => tf.grad((x) => x.square().mul(x))(x), 1);
    assert.deepEqual(dx.shape, [3]);
    close(dx, [3, 12, 27]);
    close(tf.grad((x) => x.square())(x, tf.tensor1d([1, 10, 100])), [2, 40, 600]);
    close(tf.grad((x) => x.square())([3]), [6]);
    tf.dispose([x, dx]);
  });

  test('grads of a function of several tensors', () => {
    const a = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    const b = tf.tensor2d([5, 6, 7, 8], [2, 2]);
    const [da, db] = tf.grads((a, b) => a.matMul(b))([a, b]);
    close(da, [11, 15, 11, 15]);
    close(db, [4, 4, 6, 6]);
    const { value, grads } = tf.valueAndGrads((a, b) => a.mul(b).sum())([a, b]);
    close(value, [70]);
    close(grads[0], [5, 6, 7, 8]);
  });

  test('valueAndGrad', () => {
    const { value, grad } = tf.valueAndGrad((x) => x.exp())(tf.tensor1d([0, 1]));
    close(value, [1, Math.E]);
    close(grad, [1, Math.E]);
  });

  test('variableGrads by name, null for those that are not trainable', () => {
    const a = tf.variable(tf.scalar(2), true, 'grads/a');
    const b = tf.variable(tf.scalar(3), true, 'grads/b');
    const fixed = tf.variable(tf.scalar(5), false, 'grads/fixed');
    const loss = () => a.mul(b).add(fixed).square();
    const { value, grads } = tf.variableGrads(loss, [a, b, fixed]);
    close(value, [121]);
    close(grads['grads/a'], [66]);
    close(grads['grads/b'], [44]);
    assert.equal(grads['grads/fixed'], null);
    assert.deepEqual(Object.keys(tf.variableGrads(loss, [b]).grads), ['grads/b']);
    tf.dispose([a, b, fixed]);
  });

  test('gradients of gradients', () => {
    const cube = (x) => x.mul(x).mul(x);
    close(tf.grad(tf.grad(cube))(tf.scalar(2)), [12]);
    close(tf.grad(tf.grad(tf.grad(cube)))(tf.scalar(2)), [6]);
    close(tf.grad((x) => tf.grad((y) => y.square().mul(x))(tf.scalar(3)))(tf.scalar(2)), [6]);
  });

  test('through tidy, keep, reshape, clone and control flow of JavaScript', () => {
    const f = (x) =>
      tf.tidy(() => {
        const rows = tf.keep(x.reshape([2, 2]).clone());
        const half = rows.slice([1, 0], [1, 2]);
        return half.mul(rows.sum().dataSync()[0] > 0 ? 2 : 3).sum();
      });
    close(tf.grad(f)(tf.tensor1d([1, 2, 3, 4])), [0, 0, 2, 2]);
    close(tf.grad(f)(tf.tensor1d([-1, -2, -3, -4])), [0, 0, 3, 3]);
  });

  test('customGrad, with saved tensors and inside of another gradient', () => {
    const clipped = tf.customGrad((x, save) => {
      save([x]);
      return { value: x.square(), gradFunc: (dy, [x]) => dy.mul(x.abs().add(1)) };
    });
    const x = tf.tensor1d([-3, 2]);
    close(tf.grad((x) => clipped(x.mul(2)).mul(5))(x), [70, 50]);
    close(clipped(x), [9, 4]);
    // The gradient function is differentiable, too.
    const cube = tf.customGrad((x, save) => {
      save([x]);
      return { value: x.mul(x).mul(x), gradFunc: (dy, [x]) => dy.mul(x.square()).mul(3) };
    });
    close(tf.grad(tf.grad((x) => cube(x)))(tf.scalar(2)), [12]);
    tf.dispose(x);
  });

  test('errors say what is wrong, and leave nothing behind', () => {
    const x = tf.tensor1d([1, 2]);
    withoutLeak(() => {
      throwsCode(() => tf.grad(() => tf.scalar(1))(x), 'E_INPUT', /Cannot compute gradient of y=f\(x\)/);
      throwsCode(() => tf.grad(3), 'E_INPUT', /must be a function/);
      throwsCode(() => tf.grad((x) => x.square())(x, [1]), 'E_SHAPE', /dy/);
      throwsCode(() => tf.grad(() => 1)(x), 'E_INPUT', /must be a tensor/);
      assert.throws(() =>
        tf.grad((x) => {
          x.square();
          throw new RangeError('in the middle');
        })(x),
      );
      throwsCode(() => tf.variableGrads(() => x.sum(), []), 'E_INPUT', /trainable/);
    });
    // A scope that a throwing function left is closed.
    close(tf.grad((x) => x.square())(x), [2, 4]);
    x.dispose();
  });

  test('the same function, again and again, in flat memory', () => {
    const w = tf.variable(tf.randomNormal([8, 4]));
    const x = tf.randomNormal([16, 8]);
    const loss = () => x.matMul(w).relu().square().mean();
    const step = () => tf.dispose(tf.variableGrads(loss, [w]));
    for (let i = 0; i < 10; ++i) step();
    const { heapBytes } = tf.memory();
    withoutLeak(() => {
      for (let i = 0; i < 2000; ++i) step();
    });
    assert.equal(tf.memory().heapBytes, heapBytes);
    // Compiled and recorded gradients agree.
    const compiled = tf.variableGrads(loss, [w]).grads[w.name];
    const recorded = tf.grads((w) => x.matMul(w).relu().square().mean())([w.clone()], tf.scalar(1))[0];
    close(compiled, Array.from(recorded.dataSync()));
    tf.dispose([w, x, compiled, recorded]);
  });
});
