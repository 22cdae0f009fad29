// SPDX-License-Identifier: Apache-2.0
// Feeding and fetching of a GraphModel, compared with TensorFlow.js, and errors on wrong use.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { startServer } from '../../tools/serve.mjs';
import { missing } from '../prerequisites.mjs';
import { assertSameTensor } from './compare.mjs';
import { makeInput, referenceOutputs } from './reference.mjs';

const LIVENESS = 'StatefulPartitionedCall/sequential_1';

describe('GraphModel', { skip: missing('dist', 'models', 'tfjs') }, () => {
  let tf;
  let server;
  /** liveness: one input "conv2d_1_input" of [-1, 32, 32, 3], one output. */
  let liveness;
  let input;
  let expected;

  before(async () => {
    server = await startServer({ port: 0 });
    tf = await import('../../dist/index.js');
    liveness = await load('liveness');
    input = await makeInput('liveness');
    [expected] = (await referenceOutputs('liveness', input)).outputs;
  });
  after(() => {
    liveness?.dispose();
    return server?.close();
  });

  const load = (model) => tf.loadGraphModel(`${server.url}models/${model}.json`);
  const feed = ({ data, shape, dtype }) => tf.tensor(data, shape, dtype);

  /** Asserts that a tensor equals the result of TensorFlow.js, and disposes it. */
  function assertGives(tensor, reference) {
    assert.ok(tensor instanceof tf.Tensor);
    const { shape, dtype } = tensor;
    assertSameTensor({ name: reference.name, shape, dtype, data: tensor.dataSync() }, reference);
    tensor.dispose();
  }

  describe('takes inputs as', () => {
    for (const [what, wrap] of [
      ['a tensor', (tensor) => tensor],
      ['a list', (tensor) => [tensor]],
      ['a map by signature key', (tensor) => ({ conv2d_1_input: tensor })],
      ['a map by node name with an index', (tensor) => ({ 'conv2d_1_input:0': tensor })],
    ]) {
      test(what, async () => {
        const fed = feed(input);
        assertGives(liveness.predict(wrap(fed)), expected);
        assertGives(liveness.execute(wrap(fed)), expected);
        assertGives(await liveness.executeAsync(wrap(fed)), expected);
        fed.dispose();
      });
    }
  });

  test('gives one tensor for one output, a list for several, in the order asked for', async () => {
    const wanted = [`${LIVENESS}/activation_6/Softmax`, `${LIVENESS}/activation_1/Relu`, 'Identity'];
    const reference = (await referenceOutputs('liveness', input, wanted)).outputs;
    const fed = feed(input);
    const results = liveness.execute(fed, wanted);
    assert.equal(results.length, 3);
    for (const [index, tensor] of results.entries()) assertGives(tensor, reference[index]);
    assertGives(liveness.execute(fed, wanted[1]), reference[1]);
    assertGives(liveness.execute(fed, 'Identity:0'), { ...reference[2], name: 'Identity:0' });
    fed.dispose();
  });

  test('gives intermediate values that the optimized graph no longer has', async () => {
    // All of these are fused into convolutions if only the outputs are fetched.
    const wanted = [
      'conv1_bn/batchnorm_1/mul_1',
      'conv1_relu/Relu',
      'conv_dw_1/depthwise',
      'conv_dw_1_bn/batchnorm_1/add_1',
      'conv_pw_1_relu/clip_by_value/Minimum',
    ];
    const image = await makeInput('faceres');
    const reference = (await referenceOutputs('faceres', image, wanted)).outputs;
    const model = await load('faceres');
    const fed = feed(image);
    // The order of summation differs from the reference; values are up to 255.
    const tolerance = { relative: 1e-4, absolute: 1e-4 };
    model.execute(fed, wanted).forEach((tensor, index) => {
      const { shape, dtype } = tensor;
      assertSameTensor({ name: wanted[index], shape, dtype, data: tensor.dataSync() }, reference[index], tolerance);
      tensor.dispose();
    });
    fed.dispose();
    model.dispose();
  });

  test('takes an intermediate node as input and needs nothing before it', async () => {
    const node = `${LIVENESS}/flatten_1/Reshape`;
    const [value] = (await referenceOutputs('liveness', input, [node])).outputs;
    const fed = feed(value);
    assertGives(liveness.execute({ [node]: fed }, 'Identity'), expected);
    fed.dispose();
  });

  describe('refuses', () => {
    const wrong = (shape, dtype = 'float32') => tf.zeros(shape, dtype);
    for (const [what, call, message] of [
      ['a wrong size', () => [wrong([1, 32, 31, 3])], /conv2d_1_input.*\[-1, ?32, ?32, ?3\].*\[1, ?32, ?31, ?3\]/s],
      ['a wrong rank', () => [wrong([32, 32, 3])], /conv2d_1_input.*\[-1, ?32, ?32, ?3\].*\[32, ?32, ?3\]/s],
      ['a wrong dtype', () => [wrong([1, 32, 32, 3], 'int32')], /conv2d_1_input.*float32.*int32/s],
      ['an unknown name', () => [{ image: wrong([1, 32, 32, 3]) }], /image/],
      ['a missing input', () => [{}], /conv2d_1_input/],
      ['too few inputs', () => [[]], /1.*0|conv2d_1_input/s],
      ['too many inputs', () => [[wrong([1, 32, 32, 3]), wrong([1])]], /1.*2/s],
      ['something that is no tensor', () => [[1]], /tensor/i],
      ['nothing', () => [undefined], /tensor|input/i],
      ['an unknown output', () => [wrong([1, 32, 32, 3]), 'no/such/node'], /no\/such\/node/],
      ['an output index that its node lacks', () => [wrong([1, 32, 32, 3]), 'Identity:7'], /Identity:7|7/],
    ]) {
      test(what, async () => {
        const args = call();
        const before = tf.memory();
        const isOurs = (error) => {
          assert.equal(error.name, 'TfwasmError', error.stack);
          assert.ok(error instanceof tf.TfwasmError);
          assert.match(error.code, /^E_[A-Z_]+$/);
          assert.match(error.message, message);
          return true;
        };
        assert.throws(() => liveness.execute(...args), isOurs);
        if (args.length === 1) assert.throws(() => liveness.predict(...args), isOurs);
        await assert.rejects(async () => liveness.executeAsync(...args), isOurs);
        assert.deepEqual(usage(), pick(before));
        tf.dispose(args);
      });
    }

    test('a disposed input', () => {
      const gone = wrong([1, 32, 32, 3]);
      gone.dispose();
      const before = usage();
      assert.throws(() => liveness.predict(gone), { name: 'TfwasmError', code: 'E_DISPOSED' });
      assert.deepEqual(usage(), before);
    });

    test('a disposed model', async () => {
      const before = usage();
      const model = await load('liveness');
      const fed = feed(input);
      model.dispose();
      assert.throws(() => model.predict(fed), { name: 'TfwasmError', code: 'E_DISPOSED' });
      model.dispose(); // the second call does nothing
      fed.dispose();
      assert.deepEqual(usage(), before);
    });

    test('and works as before afterwards', () => {
      const fed = feed(input);
      assertGives(liveness.predict(fed), expected);
      fed.dispose();
    });
  });

  const pick = ({ numTensors, numDataBuffers, numBytes }) => ({ numTensors, numDataBuffers, numBytes });
  const usage = () => pick(tf.memory());

  test('holds no memory from one prediction to the next', () => {
    const fed = feed(input);
    liveness.predict(fed).dispose();
    const before = tf.memory();
    for (let i = 0; i < 50; ++i) liveness.predict(fed).dispose();
    assert.deepEqual(usage(), pick(before));
    assert.equal(tf.memory().heapBytes, before.heapBytes);
    fed.dispose();
  });

  test('keeps tidy from leaking the outputs', () => {
    const fed = feed(input);
    const before = usage();
    const sum = tf.tidy(() =>
      liveness
        .predict(fed)
        .dataSync()
        .reduce((total, value) => total + value, 0),
    );
    assert.ok(Math.abs(sum - 1) < 1e-5, `softmax sums to ${sum}`);
    assert.deepEqual(usage(), before);
    fed.dispose();
  });
});
