// SPDX-License-Identifier: Apache-2.0
// Creates and reads tensors, first without a core, then with one.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { importSource } from './source.mjs';
import { startWatchedCore } from './watched-core.mjs';

const tf = await importSource();

const throwsCode = (call, code, message = /./) =>
  assert.throws(call, (error) => {
    assert.ok(error instanceof tf.TfwasmError, error.stack);
    assert.equal(error.name, 'TfwasmError');
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  });

function describeTensors() {
  describe('infers shape and dtype', () => {
    for (const [what, make, shape, dtype, data] of [
      ['of a number', () => tf.tensor(3), [], 'float32', [3]],
      [
        'of nested numbers',
        () =>
          tf.tensor([
            [1, 2.5],
            [3, 4],
          ]),
        [2, 2],
        'float32',
        [1, 2.5, 3, 4],
      ],
      ['of booleans', () => tf.tensor([true, false]), [2], 'bool', [1, 0]],
      [
        'of strings',
        () =>
          tf.tensor([
            ['a', 'bé'],
            ['', '☃'],
          ]),
        [2, 2],
        'string',
        ['a', 'bé', '', '☃'],
      ],
      ['of a Float32Array', () => tf.tensor(new Float32Array([1, 2])), [2], 'float32', [1, 2]],
      ['of a Float64Array', () => tf.tensor(new Float64Array([1.5])), [1], 'float32', [1.5]],
      ['of an Int32Array', () => tf.tensor(new Int32Array([1, -2])), [2], 'int32', [1, -2]],
      ['of a Uint8Array', () => tf.tensor(new Uint8Array([1, 255])), [2], 'int32', [1, 255]],
      [
        'of typed arrays in a list',
        () => tf.tensor([new Uint8Array([1, 2]), new Uint8Array([3, 4])]),
        [2, 2],
        'int32',
        [1, 2, 3, 4],
      ],
      ['of no values', () => tf.tensor([]), [0], 'float32', []],
      ['of empty lists', () => tf.tensor([[], []]), [2, 0], 'float32', []],
      ['from a shape', () => tf.tensor([1, 2, 3, 4, 5, 6], [1, 2, 3]), [1, 2, 3], 'float32', [1, 2, 3, 4, 5, 6]],
      [
        'from a shape that splits the inner lists',
        () => tf.tensor([[1, 2, 3, 4]], [1, 2, 2]),
        [1, 2, 2],
        'float32',
        [1, 2, 3, 4],
      ],
      ['from a dtype', () => tf.tensor([1.7, -1.7, 300], undefined, 'int32'), [3], 'int32', [1, -1, 300]],
      ['of truth values', () => tf.tensor([0, 0.4, 0.6, -2, true], null, 'bool'), [5], 'bool', [0, 0, 1, 1, 1]],
      ['of truth values in a typed array', () => tf.tensor(new Float32Array([0, 2]), [2], 'bool'), [2], 'bool', [0, 1]],
      ['of bytes as strings', () => tf.tensor([new Uint8Array([104, 105])], [1], 'string'), [1], 'string', ['hi']],
      ['of a scalar', () => tf.scalar(2, 'int32'), [], 'int32', [2]],
      ['of a scalar string', () => tf.scalar('x'), [], 'string', ['x']],
      ['of tensor1d', () => tf.tensor1d([1, 2]), [2], 'float32', [1, 2]],
      ['of tensor2d', () => tf.tensor2d([1, 2], [2, 1], 'int32'), [2, 1], 'int32', [1, 2]],
      ['of tensor3d', () => tf.tensor3d([[[1], [2]]]), [1, 2, 1], 'float32', [1, 2]],
      ['of tensor4d', () => tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]), [1, 2, 2, 1], 'float32', [1, 2, 3, 4]],
      ['of zeros', () => tf.zeros([2, 2]), [2, 2], 'float32', [0, 0, 0, 0]],
      ['of no zeros', () => tf.zeros([0, 3], 'int32'), [0, 3], 'int32', []],
      ['of empty strings', () => tf.zeros([2], 'string'), [2], 'string', ['', '']],
      ['of complex zeros', () => tf.zeros([1], 'complex64'), [1], 'complex64', [0, 0]],
      ['of ones', () => tf.ones([2], 'bool'), [2], 'bool', [1, 1]],
      ['of complex ones', () => tf.ones([2], 'complex64'), [2], 'complex64', [1, 0, 1, 0]],
      ['of a fill', () => tf.fill([2, 1], 2.5), [2, 1], 'float32', [2.5, 2.5]],
      ['of a fill with a string', () => tf.fill([2], 'ab'), [2], 'string', ['ab', 'ab']],
    ]) {
      test(what, async () => {
        const tensor = make();
        assert.deepEqual(tensor.shape, shape);
        assert.equal(tensor.dtype, dtype);
        assert.equal(tensor.rank, shape.length);
        assert.equal(
          tensor.size,
          shape.reduce((product, size) => product * size, 1),
        );
        assert.deepEqual(Array.from(tensor.dataSync()), data);
        assert.deepEqual(Array.from(await tensor.data()), data);
        tensor.dispose();
      });
    }
  });

  describe('refuses', () => {
    for (const [what, make, code, message] of [
      [
        'too few values',
        () => tf.tensor([1, 2, 3], [2, 2]),
        'E_SHAPE',
        /\[2,2\], the tensor should have 4 values but has 3/,
      ],
      [
        'a nesting that is not the shape',
        () =>
          tf.tensor(
            [
              [1, 2],
              [3, 4],
            ],
            [4, 1],
          ),
        'E_SHAPE',
        /Inferred shape \(2,2\).*\(4,1\)/,
      ],
      [
        'ragged lists',
        () => tf.tensor([[1, 2], [3]]),
        'E_SHAPE',
        /Element arr\[1\] should have 2 elements, but has 1 elements/,
      ],
      ['lists among values', () => tf.tensor([1, [2]]), 'E_SHAPE', /Element arr\[1\] should be a primitive/],
      ['values among lists', () => tf.tensor([[1], 2]), 'E_SHAPE', /Element arr\[1\] should be an array of 1/],
      [
        'a list that holds itself',
        () => {
          const list = [];
          list[0] = list;
          return tf.tensor(list);
        },
        'E_SHAPE',
        /nested deeper/,
      ],
      ['a negative dimension', () => tf.zeros([2, -1]), 'E_SHAPE', /\[2,-1\]/],
      ['a fraction of a dimension', () => tf.zeros([1.5]), 'E_SHAPE', /1\.5/],
      ['nine dimensions', () => tf.zeros([1, 1, 1, 1, 1, 1, 1, 1, 1]), 'E_SHAPE', /at most 8/],
      ['a shape that is none', () => tf.zeros(3), 'E_SHAPE', /array/],
      ['more elements than memory', () => tf.zeros([2 ** 31, 2 ** 31]), 'E_LIMIT', /memory/],
      ['an unknown dtype', () => tf.tensor([1], [1], 'float16'), 'E_DTYPE', /"float16".*float32/],
      ['complex values', () => tf.tensor([1], [1], 'complex64'), 'E_DTYPE', /complex64/],
      ['nothing', () => tf.tensor(undefined), 'E_INPUT', /non-null/],
      ['an object', () => tf.tensor({ a: 1 }), 'E_INPUT', /got 'Object'/],
      ['an object among values', () => tf.tensor([{}]), 'E_INPUT', /got 'Object'/],
      ['big integers', () => tf.tensor(new BigInt64Array(2)), 'E_INPUT', /BigInt64Array/],
      ['text among numbers', () => tf.tensor([1, 'a']), 'E_INPUT', /got "a"/],
      ['numbers among strings', () => tf.tensor(['a', 1]), 'E_INPUT', /string tensor/],
      ['a list as scalar', () => tf.scalar([1]), 'E_INPUT', /one number/],
      ['bytes as a number', () => tf.scalar(new Uint8Array(2)), 'E_INPUT', /dtype string/],
      ['nested values for tensor1d', () => tf.tensor1d([[1]]), 'E_SHAPE', /tensor1d\(\) requires values to be flat/],
      ['flat values without shape', () => tf.tensor3d([1, 2]), 'E_SHAPE', /tensor3d\(\) requires shape to be provided/],
      [
        'a shape of the wrong rank',
        () => tf.tensor2d([1], [1, 1, 1]),
        'E_SHAPE',
        /tensor2d\(\).*2 numbers, but got \[1,1,1\]/,
      ],
      ['ones of strings', () => tf.ones([1], 'string'), 'E_DTYPE', /string/],
      ['a number filled with text', () => tf.fill([1], 'a', 'int32'), 'E_INPUT', /"a"/],
    ]) {
      test(what, () => {
        const before = tf.memory();
        throwsCode(make, code, message);
        assert.deepEqual(tf.memory(), before);
      });
    }
  });

  test('copies the values that it is made from', () => {
    const values = new Float32Array([1, 2]);
    const tensor = tf.tensor(values);
    values[0] = 9;
    const copy = tensor.dataSync();
    copy[1] = 9;
    assert.deepEqual([...tensor.dataSync()], [1, 2]);
    tensor.dispose();
  });

  test('gives nested arrays', async () => {
    for (const [tensor, expected] of [
      [tf.scalar(4), 4],
      [
        tf.tensor([
          [1, 2, 3],
          [4, 5, 6],
        ]),
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
      ],
      [tf.tensor([[['a'], ['b']]]), [[['a'], ['b']]]],
      [tf.tensor([true, false]), [1, 0]],
      [tf.zeros([2, 0]), []],
      [tf.ones([2], 'complex64'), [1, 0, 1, 0]],
    ]) {
      assert.deepEqual(tensor.arraySync(), expected);
      assert.deepEqual(await tensor.array(), expected);
      tensor.dispose();
    }
  });

  test('gives its bytes', async () => {
    const numbers = tf.tensor([1, 256], [2], 'int32');
    assert.deepEqual([...(await numbers.bytes())], [1, 0, 0, 0, 0, 1, 0, 0]);
    const strings = tf.tensor(['é']);
    assert.deepEqual(await strings.bytes(), [new Uint8Array([0xc3, 0xa9])]);
    tf.dispose([numbers, strings]);
  });

  test('shares its buffer with clones and reshaped tensors, which outlive it', () => {
    const before = tf.memory();
    const tensor = tf.tensor([1, 2, 3, 4, 5, 6]);
    const clone = tensor.clone();
    const reshaped = tensor.reshape([2, -1]);
    assert.notEqual(clone.id, tensor.id);
    assert.equal(tf.memory().numTensors, before.numTensors + 3);
    assert.equal(tf.memory().numDataBuffers, before.numDataBuffers + 1);
    assert.equal(tf.memory().numBytes, before.numBytes + 24);
    tensor.dispose();
    assert.deepEqual(clone.arraySync(), [1, 2, 3, 4, 5, 6]);
    assert.deepEqual(reshaped.arraySync(), [
      [1, 2, 3],
      [4, 5, 6],
    ]);
    throwsCode(() => reshaped.reshape([4]), 'E_SHAPE', /\[2,3\] to \[4\]/);
    throwsCode(() => reshaped.reshape([-1, 4]), 'E_SHAPE', /6 elements/);
    throwsCode(() => reshaped.reshape([-1, 0]), 'E_SHAPE');
    throwsCode(() => reshaped.reshape([-1, -1]), 'E_SHAPE');
    tf.dispose([clone, reshaped]);
    assert.deepEqual(tf.memory(), { ...before, heapBytes: tf.memory().heapBytes });
  });

  test('cannot be used after dispose, which may be called again', async () => {
    const before = tf.memory();
    const tensor = tf.tensor(['a']);
    assert.equal(tensor.isDisposed, false);
    tensor.dispose();
    tensor.dispose();
    assert.equal(tensor.isDisposed, true);
    for (const call of [
      () => tensor.dataSync(),
      () => tensor.arraySync(),
      () => tensor.clone(),
      () => tensor.reshape([1, 1]),
      () => tensor.toString(),
    ]) {
      throwsCode(call, 'E_DISPOSED', /disposed/);
    }
    await assert.rejects(tensor.data(), { code: 'E_DISPOSED' });
    await assert.rejects(tensor.bytes(), { code: 'E_DISPOSED' });
    assert.deepEqual(tf.memory(), before);
  });

  describe('tidy', () => {
    test('disposes what its function made, but not what it returns or keeps', () => {
      const before = tf.memory().numTensors;
      let kept;
      let temporary;
      const outside = tf.scalar(0);
      const result = tf.tidy('name', () => {
        temporary = tf.scalar(1);
        kept = tf.keep(tf.scalar(2));
        outside.clone();
        return { list: [tf.scalar(3)], number: 4, view: new Float32Array(2) };
      });
      assert.equal(temporary.isDisposed, true);
      assert.equal(kept.isDisposed, false);
      assert.equal(outside.isDisposed, false);
      assert.equal(result.list[0].arraySync(), 3);
      assert.equal(tf.memory().numTensors, before + 3);
      tf.dispose({ kept, outside, result });
      assert.equal(tf.memory().numTensors, before);
    });

    test('nests: what an inner one returns belongs to the outer one', () => {
      const before = tf.memory().numTensors;
      let inner;
      tf.tidy(() => {
        inner = tf.tidy(() => tf.scalar(1));
        assert.equal(inner.isDisposed, false);
      });
      assert.equal(inner.isDisposed, true);
      assert.equal(tf.memory().numTensors, before);
    });

    test('disposes everything when its function throws', () => {
      const before = tf.memory().numTensors;
      assert.throws(
        () =>
          tf.tidy(() => {
            tf.scalar(1);
            tf.tidy(() => {
              tf.scalar(2);
              throw new RangeError('mine');
            });
          }),
        new RangeError('mine'),
      );
      assert.equal(tf.memory().numTensors, before);
      const after = tf.scalar(3);
      assert.equal(after.isDisposed, false);
      after.dispose();
    });

    test('complains of a promise', async (context) => {
      const error = context.mock.method(console, 'error', () => {});
      await tf.tidy(async () => 1);
      assert.match(error.mock.calls[0].arguments[0], /Cannot return a Promise inside of tidy/);
    });

    test('takes a function', () => throwsCode(() => tf.tidy('name'), 'E_INPUT', /function/));
  });

  test('finds tensors in containers that hold themselves', () => {
    const container = { tensor: tf.scalar(1), map: { deep: [tf.scalar(2)] } };
    container.self = container;
    tf.dispose(container);
    assert.ok(container.tensor.isDisposed && container.map.deep[0].isDisposed);
    tf.dispose(undefined);
    tf.dispose('text');
  });
}

describe('before the core has started', () => {
  describeTensors();

  test('what needs the core says so', () => {
    throwsCode(() => tf.getThreadsCount(), 'E_WASM', /ready\(\)/);
    throwsCode(() => tf.getWasmVariant(), 'E_WASM', /ready\(\)/);
  });
});

describe('in the core', { skip: missing('dist') }, () => {
  let core;

  test('tensors made before are there afterwards', async () => {
    const numbers = tf.tensor([1, 2], [2], 'int32');
    const clone = numbers.clone();
    const strings = tf.tensor(['a', 'b']);
    const gone = tf.scalar(5);
    gone.dispose();
    const before = tf.memory();
    core = await startWatchedCore(tf);
    assert.deepEqual(tf.memory(), { ...before, heapBytes: core.module.HEAPU8.byteLength });
    assert.deepEqual(numbers.arraySync(), [1, 2]);
    const column = strings.reshape([2, 1]);
    assert.deepEqual(column.arraySync(), [['a'], ['b']]);
    const reshaped = clone.reshape([2, 1]);
    assert.deepEqual(reshaped.arraySync(), [[1], [2]]);
    assert.throws(() => gone.dataSync(), { code: 'E_DISPOSED' });
    tf.dispose([numbers, clone, reshaped]);
    assert.equal(tf.memory().numTensors, 2);
    tf.dispose([strings, column]);
    assert.deepEqual(tf.memory(), { ...tf.memory(), numTensors: 0, numDataBuffers: 0, numBytes: 0 });
    assert.throws(() => tf.setWasmPaths('/x/'), { code: 'E_WASM' });
    assert.throws(() => tf.setThreadsCount(2), { code: 'E_WASM' });
  });

  describeTensors();

  test('memory that cannot be had is an error of its own', () => {
    core.failNext('createTensor', new WebAssembly.RuntimeError('Aborted(OOM)'));
    throwsCode(() => tf.zeros([4]), 'E_OOM', /out of memory/);
    core.failNext('tensorAddress', new WebAssembly.RuntimeError('unreachable'));
    throwsCode(() => tf.zeros([4]), 'E_INTERNAL', /unreachable/);
    assert.equal(tf.memory().numTensors, 0);
  });

  test('a heap that grows takes no values along', () => {
    const { heapBytes } = tf.memory();
    const small = tf.tensor([1, 2, 3]);
    const view = core.module.HEAPU8;
    const large = [];
    while (tf.memory().heapBytes === heapBytes) large.push(tf.tensor(new Float32Array(1 << 20).fill(large.length)));
    assert.equal(view.byteLength, 0, 'views of the old heap are void');
    assert.deepEqual(small.arraySync(), [1, 2, 3]);
    for (const [value, tensor] of large.entries()) assert.ok(tensor.dataSync().every((element) => element === value));
    // The heap has moved, and with it the frame that holds the arguments of ops.
    assert.deepEqual(
      tf.tidy(() => small.add(1).arraySync()),
      [2, 3, 4],
    );
    const filled = tf.fill([1 << 20], 3);
    assert.ok(filled.dataSync().every((element) => element === 3));
    tf.dispose([small, large, filled]);
    assert.equal(tf.memory().numTensors, 0);
  });

  test('an op with its attributes gets an id once, until there are too many ids', () => {
    const x = tf.tensor([1, 2, 3]);
    core.reset();
    for (let i = 0; i < 3; ++i) x.leakyRelu(0.5).dispose();
    assert.equal(core.callsOf('registerOp').length, 1);
    assert.equal(core.callsOf('runOp').length, 3);
    for (let i = 0; i < 600; ++i) x.leakyRelu(0.5 + (i + 1) / 1024).dispose();
    assert.equal(core.callsOf('forgetOps').length, 1);
    assert.equal(core.callsOf('registerOp').length, 601);
    const negative = tf.tensor([-2]);
    assert.deepEqual(
      tf.tidy(() => negative.leakyRelu(0.5).arraySync()),
      [-1],
    );
    assert.equal(core.callsOf('registerOp').length, 602, 'it was forgotten');
    tf.dispose([x, negative]);
  });

  test('an op that fails leaves nothing behind', () => {
    const x = tf.tensor([1, 2, 3]);
    const before = tf.memory().numTensors;
    core.failNext('runOp', new WebAssembly.RuntimeError('memory access out of bounds'));
    throwsCode(() => tf.add(x, [1, 2, 3]), 'E_INTERNAL', /add\(\): .*out of bounds/);
    core.failNext('runOp', new tf.TfwasmError('E_OP', 'bad', { op: 'Sum' }), 1);
    throwsCode(() => tf.norm(x), 'E_OP', /norm\(\): bad/);
    assert.equal(tf.memory().numTensors, before);
    x.dispose();
  });
});
