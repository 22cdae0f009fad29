// SPDX-License-Identifier: Apache-2.0
// Decoding, encoding and saving of weights, compared with TensorFlow.js.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { startHttpServer } from './http-server.mjs';
import { someBytes, weightsModel } from './weights-model.mjs';

describe('weights', { skip: missing('dist', 'tfjs') }, () => {
  let tf;
  let tfjs;
  before(async () => {
    tf = await import('../../dist/index.js');
    await tf.ready();
    tfjs = await import('@tensorflow/tfjs-core');
    await import('@tensorflow/tfjs-backend-cpu');
    await tfjs.setBackend('cpu');
  });

  const throws = (code, message) => (error) => {
    assert.ok(error instanceof tf.TfwasmError, error.stack);
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  };

  describe('are saved again as they were', () => {
    /** The bytes that a model saves after loading these. */
    async function savedAgain(spec, bytes) {
      const weights = [{ name: 'w', ...spec }];
      const { weightsManifest: _, ...parts } = weightsModel([{ paths: [], weights }]);
      const data = new Uint8Array(bytes).buffer;
      const model = await tf.loadGraphModel(tf.io.fromMemory({ ...parts, weightSpecs: weights, weightData: data }));
      let saved;
      await model.save(
        tf.io.withSaveHandler(async (artifacts) => {
          saved = artifacts;
          return {};
        }),
      );
      assert.deepEqual(saved.weightSpecs, weights);
      const streamed = Buffer.from(await new Response(saved.getWeightStream()).arrayBuffer());
      assert.ok(Buffer.from(saved.weightData).equals(streamed), 'weightData is what the stream brings');
      model.dispose();
      return streamed;
    }

    const everyUint16 = Buffer.from(Uint16Array.from({ length: 65536 }, (_, i) => i).buffer);
    const everyUint8 = Buffer.from(Uint8Array.from({ length: 256 }, (_, i) => i));

    for (const [scale, min] of [
      [1, 0],
      [0.1, -3.7],
      [1 / 255, 0],
      [0.00392156862745098, -0.5019607843137255],
      [3.0517578125e-5, -1],
      [1.7e-7, -0.005],
      [12345.678, -1e8],
      [1e-30, -1e-26],
      [2e33, -6.5e37],
      [0.007843137718737125, 1],
    ]) {
      for (const [dtype, bytes] of [
        ['uint16', everyUint16],
        ['uint8', everyUint8],
      ]) {
        test(`every ${dtype} with scale ${scale} and min ${min}`, async () => {
          const shape = [dtype === 'uint16' ? 65536 : 256];
          const spec = { shape, dtype: 'float32', quantization: { dtype, scale, min, original_dtype: 'float32' } };
          assert.ok((await savedAgain(spec, bytes)).equals(bytes));
        });
      }
    }

    test('with the same values where rounding made several stored numbers one', async () => {
      const quantization = { dtype: 'uint16', scale: 1e-3, min: 1e6 };
      const float = { name: 'w', shape: [65536], dtype: 'float32', quantization };
      const int = {
        name: 'w',
        shape: [65536],
        dtype: 'int32',
        quantization: { dtype: 'uint16', scale: 0.04, min: -3 },
      };
      for (const spec of [float, int]) {
        const again = await savedAgain(spec, everyUint16);
        const [before, after] = [everyUint16, again].map((bytes) => {
          const { w } = tf.io.decodeWeights(new Uint8Array(bytes).buffer, [spec]);
          const values = w.dataSync();
          w.dispose();
          return values;
        });
        assert.deepEqual(after, before);
      }
    });

    test('every float16, NaN too', async () => {
      const spec = { shape: [65536], dtype: 'float32', quantization: { dtype: 'float16' } };
      assert.ok((await savedAgain(spec, everyUint16)).equals(everyUint16));
    });

    for (const [dtype, width, count] of [
      ['float32', 4, 1_000_003],
      ['int32', 4, 700_001],
      ['complex64', 8, 262_145],
    ]) {
      test(`${count} of ${dtype}`, async () => {
        const bytes = someBytes(count * width);
        assert.ok((await savedAgain({ shape: [count], dtype }, bytes)).equals(bytes));
      });
    }

    test('bools', async () => {
      const bytes = Buffer.from(Array.from({ length: 3000 }, (_, i) => (i % 3) & 1));
      assert.ok((await savedAgain({ shape: [3000], dtype: 'bool' }, bytes)).equals(bytes));
    });

    test('strings', async () => {
      const bytes = Buffer.from('02000000616200000000 02000000c3a9 03000000ff00fe'.replaceAll(' ', ''), 'hex');
      assert.ok((await savedAgain({ shape: [2, 2], dtype: 'string' }, bytes)).equals(bytes));
    });

    for (const shape of [[0], [0, 3], []]) {
      test(`of shape [${shape}]`, async () => {
        const bytes = someBytes(shape.length ? 0 : 4);
        assert.ok((await savedAgain({ shape, dtype: 'float32' }, bytes)).equals(bytes));
      });
    }
  });

  describe('encodeWeights and decodeWeights', () => {
    const values = {
      float: [[1.5, -2, 3e38], [3], 'float32'],
      int: [[1, -2, 2 ** 31 - 1, 0], [2, 2], 'int32'],
      bool: [[true, false], [2], 'bool'],
      string: [['ab', '', 'é'], [3], 'string'],
      scalar: [7, [], 'float32'],
    };
    const tensorsOf = (library) =>
      Object.fromEntries(
        Object.entries(values).map(([name, [data, shape, dtype]]) => [name, library.tensor(data, shape, dtype)]),
      );

    test('agree with TensorFlow.js', async () => {
      const tensors = tensorsOf(tf);
      const ours = await tf.io.encodeWeights(tensors, 'model');
      const theirs = await tfjs.io.encodeWeights(tensorsOf(tfjs), 'model');
      assert.deepEqual(ours, theirs);
      const list = Object.entries(tensors).map(([name, tensor]) => ({ name, tensor }));
      assert.deepEqual(await tf.io.encodeWeights(list), await tfjs.io.encodeWeights(tensorsOf(tfjs)));
      tf.dispose(tensors);
      for (const buffers of [ours.data, [ours.data.slice(0, 5), ours.data.slice(5)]]) {
        const decoded = tf.io.decodeWeights(buffers, ours.specs);
        const reference = tfjs.io.decodeWeights(theirs.data, theirs.specs);
        assert.deepEqual(Object.keys(decoded), Object.keys(reference));
        for (const [name, tensor] of Object.entries(decoded)) {
          assert.deepEqual(tensor.shape, reference[name].shape);
          assert.equal(tensor.dtype, reference[name].dtype);
          assert.deepEqual(tensor.dataSync(), reference[name].dataSync());
        }
        tf.dispose(decoded);
      }
    });

    test('decode a stream in pieces of any size', async () => {
      const { data, specs } = await tfjs.io.encodeWeights(tensorsOf(tfjs));
      for (const size of [1, 3, 1000]) {
        const pieces = [];
        for (let at = 0; at < data.byteLength; at += size) pieces.push(data.slice(at, at + size));
        const decoded = await tf.io.decodeWeightsStream(new Blob(pieces).stream(), specs);
        assert.deepEqual(decoded.string.dataSync(), values.string[0]);
        assert.deepEqual([...decoded.int.dataSync()], values.int[0]);
        tf.dispose(decoded);
      }
    });

    test('decode quantized weights as TensorFlow.js does', () => {
      const quantization = (dtype, more) => ({
        name: dtype,
        shape: [2],
        dtype: 'float32',
        quantization: { dtype, ...more },
      });
      const specs = [
        quantization('uint8', { scale: 0.1, min: -1 }),
        quantization('uint16', { scale: 0.001, min: 5 }),
        quantization('float16'),
      ];
      const { buffer } = Uint8Array.of(0, 255, 0, 0, 255, 255, 0, 0x3c, 1, 0x80);
      const ours = tf.io.decodeWeights(buffer, specs);
      const theirs = tfjs.io.decodeWeights(buffer, specs);
      for (const name of Object.keys(theirs)) assert.deepEqual(ours[name].dataSync(), theirs[name].dataSync());
      tf.dispose(ours);
    });

    test('keep names that objects have by themselves', () => {
      const decoded = tf.io.decodeWeights(new ArrayBuffer(4), [{ name: '__proto__', shape: [], dtype: 'float32' }]);
      assert.deepEqual(Object.keys(decoded), ['__proto__']);
      tf.dispose(Object.values(decoded));
    });

    const spec = { name: 'w', shape: [2], dtype: 'float32' };
    for (const [what, bytes, specs, code, message] of [
      ['too few bytes', 7, [spec], 'E_WEIGHT_BYTES', /8/],
      ['too many bytes', 9, [spec], 'E_WEIGHT_BYTES', /8/],
      ['duplicate names', 16, [spec, spec], 'E_DUPLICATE', /'w'/],
      ['an unknown dtype', 8, [{ ...spec, dtype: 'float8' }], 'E_DTYPE', /'w'.*float8/],
      ['a negative shape', 8, [{ ...spec, shape: [-2] }], 'E_SHAPE', /'w'/],
      ['a shape that overflows', 8, [{ ...spec, shape: [2 ** 32, 2 ** 32] }], 'E_SHAPE', /'w'/],
      ['scale without min', 2, [{ ...spec, quantization: { dtype: 'uint8', scale: 1 } }], 'E_QUANT', /'w'.*min/],
      ['specs that are none', 0, 5, 'E_MANIFEST', /weightSpecs.*list/],
    ]) {
      test(`refuse ${what}`, () => {
        const before = tf.memory().numTensors;
        assert.throws(() => tf.io.decodeWeights(new ArrayBuffer(bytes), specs), throws(code, message));
        assert.equal(tf.memory().numTensors, before);
      });
    }
  });

  describe('loadWeights', () => {
    let server;
    const manifest = [
      {
        paths: ['a.bin', 'b.bin'],
        weights: [
          { name: 'u', shape: [2], dtype: 'float32' },
          { name: 's', shape: [1], dtype: 'string' },
        ],
      },
      { paths: ['c.bin'], weights: [{ name: 'v', shape: [2], dtype: 'int32' }] },
    ];
    before(async () => {
      server = await startHttpServer();
      const first = Buffer.from('0000803f00000040 02000000 6869'.replaceAll(' ', ''), 'hex');
      server.files.set('/w/a.bin', first.subarray(0, 5));
      server.files.set('/w/b.bin', first.subarray(5));
      server.files.set('/w/c.bin', Buffer.from(Int32Array.of(5, 6).buffer));
    });
    after(() => server?.close());

    test('loads all weights', async () => {
      const weights = await tf.io.loadWeights(manifest, `${server.url}/w`);
      assert.deepEqual([...weights.u.dataSync()], [1, 2]);
      assert.deepEqual(weights.s.dataSync(), ['hi']);
      assert.deepEqual([...weights.v.dataSync()], [5, 6]);
      tf.dispose(weights);
    });

    test('loads no more files than the names need', async () => {
      server.log.length = 0;
      const before = tf.memory().numTensors;
      const weights = await tf.io.loadWeights(manifest, `${server.url}/w/`, ['v'], { headers: { 'x-key': 'k' } });
      assert.deepEqual(Object.keys(weights), ['v']);
      assert.deepEqual(
        server.log.map(({ path, headers }) => [path, headers['x-key']]),
        [['/w/c.bin', 'k']],
      );
      assert.equal(tf.memory().numTensors, before + 1);
      tf.dispose(weights);
    });

    test('says what is missing', async () => {
      await assert.rejects(tf.io.loadWeights(manifest, server.url, ['x', 'v']), throws('E_INPUT', /with names: x\./));
      await assert.rejects(tf.io.loadWeights(manifest, `${server.url}/no/`), throws('E_HTTP', /\/no\/.*404/));
    });

    test('weightsLoaderFactory asks for all files at once', async () => {
      const calls = [];
      const load = tf.io.weightsLoaderFactory(async (urls) => {
        calls.push(urls);
        return urls.map((url) => new Uint8Array(server.files.get(`/w/${url.slice(2)}`)).buffer);
      });
      tf.dispose(await load(manifest, './'));
      assert.deepEqual(calls, [['./a.bin', './b.bin', './c.bin']]);
    });
  });

  describe('helpers of handlers', () => {
    test('CompositeArrayBuffer sees several buffers as one', () => {
      const parts = [
        Uint8Array.of(0, 1, 2, 3).subarray(1),
        Uint8Array.of(4).buffer,
        new ArrayBuffer(0),
        Uint8Array.of(5, 6),
      ];
      const composite = new tf.io.CompositeArrayBuffer(parts);
      assert.equal(composite.byteLength, 6);
      for (const range of [[], [0], [2], [1, 4], [3, 3], [4, 2], [-5, 2], [1, 99], [Number.NaN, 2], [0, Number.NaN]]) {
        const theirs = new tfjs.io.CompositeArrayBuffer([Uint8Array.of(1, 2, 3, 4, 5, 6).buffer]).slice(...range);
        assert.deepEqual(composite.slice(...range), theirs, `slice(${range})`);
      }
      assert.equal(new tf.io.CompositeArrayBuffer().byteLength, 0);
      assert.deepEqual(
        tf.io.concatenateArrayBuffers([Uint8Array.of(1).buffer, Uint8Array.of(2).buffer]),
        Uint8Array.of(1, 2).buffer,
      );
    });

    const modelJSON = {
      modelTopology: { node: [], name: 'Ž' },
      format: 'f',
      generatedBy: 'g',
      convertedBy: null,
      weightsManifest: [{ paths: ['a'], weights: [{ name: 'w', shape: [1], dtype: 'float32' }] }],
      signature: { inputs: {} },
      userDefinedMetadata: { a: 1 },
      modelInitializer: {},
      initializerSignature: { outputs: {} },
    };

    test('model.json becomes artifacts, and their sizes, as in TensorFlow.js', async () => {
      const load = async (manifest) => [tf.io.getWeightSpecs(manifest), new ArrayBuffer(4)];
      const ours = await tf.io.getModelArtifactsForJSON(modelJSON, load);
      assert.deepEqual(ours, await tfjs.io.getModelArtifactsForJSON(modelJSON, load));
      const { dateSaved, ...info } = tf.io.getModelArtifactsInfoForJSON(ours);
      const { dateSaved: _, ...theirs } = tfjs.io.getModelArtifactsInfoForJSON(ours);
      assert.ok(dateSaved instanceof Date);
      assert.deepEqual(info, theirs);
      assert.throws(() => tf.io.getModelArtifactsForJSONSync(modelJSON), throws('E_INPUT', /weightSpecs is null/));
      assert.throws(
        () => tf.io.getModelArtifactsInfoForJSON({ modelTopology: new ArrayBuffer(1) }),
        throws('E_INPUT', /Expected JSON model topology/),
      );
    });

    test('loadGraphModelSync takes what is in memory', () => {
      const weights = [{ name: 'w', shape: [1], dtype: 'float32' }];
      const { weightsManifest, ...parts } = weightsModel([{ paths: ['a'], weights }]);
      const data = Float32Array.of(4).buffer;
      const artifacts = { ...parts, weightSpecs: weights, weightData: data };
      for (const source of [artifacts, tf.io.fromMemorySync(artifacts), [{ ...parts, weightsManifest }, data]]) {
        const model = tf.loadGraphModelSync(source);
        assert.deepEqual([...model.weights.w[0].dataSync()], [4]);
        model.dispose();
      }
      assert.throws(() => tf.loadGraphModelSync([{ ...parts, weightsManifest }]), throws('E_INPUT', /weightData/));
      assert.throws(() => tf.loadGraphModelSync({}), throws('E_JSON', /graph model/));
      assert.throws(
        () => tf.loadGraphModelSync({ ...artifacts, weightData: data.slice(1) }),
        throws('E_WEIGHT_BYTES', /3/),
      );
    });
  });
});
