// SPDX-License-Identifier: Apache-2.0
// Conversions between files of Keras and layers models.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { unzipSync, zipSync } from 'fflate';

import { assertClose } from '../layers/close.mjs';
import { loadTfjsLayers } from '../layers/tfjs.mjs';
import {
  artifactsOf,
  convert,
  fileOf,
  filesOf,
  filesOfArtifacts,
  inspect,
  Keeper,
  legacyFile,
  makeModel,
  outputOf,
  skip,
  tf,
  unusualModel,
} from './small-models.mjs';

const tfjs = loadTfjsLayers();

/** Weights by name. */
function weightsOf({ weightSpecs, weightData }) {
  const tensors = tf.io.decodeWeights(weightData, weightSpecs);
  const lists = Object.entries(tensors).map(([name, tensor]) => [name, Array.from(tensor.dataSync())]);
  tf.dispose(tensors);
  return Object.fromEntries(lists);
}

/** Checks what a converted model computes, here and in TensorFlow.js. */
async function checkOutputs(converted, expected, tolerance = 0) {
  const loaded = await tf.loadLayersModel(converted);
  assertClose(outputOf(tf, loaded), expected, tolerance);
  loaded.dispose();
  if (!tfjs) return;
  const theirs = await tfjs.layers.loadLayersModel({ load: async () => converted.load() });
  assertClose(outputOf(tfjs.core, theirs), expected, tolerance + 1e-5);
}

describe('convert', { skip }, () => {
  let model;
  let expected;
  let weights;
  before(async () => {
    await tf.ready();
    model = makeModel();
    expected = outputOf(tf, model);
    weights = weightsOf(await artifactsOf(model));
  });

  for (const format of ['h5', 'keras']) {
    test(`a .${format} file becomes a layers model with equal weights and outputs`, async () => {
      const converted = await convert(await fileOf(model, format));
      assert.equal(converted.format, 'layers-model');
      assert.match(converted.generatedBy, /^keras v[23]\./);
      assert.match(converted.convertedBy, /^tfwasm [\d.]+/);
      assert.deepEqual(
        new Set(Object.values(weightsOf(converted)).map(String)),
        new Set(Object.values(weights).map(String)),
      );
      await checkOutputs(converted, expected);
      assert.equal(converted.report.layers.Dense, 2);
      assert.deepEqual(converted.report.warnings, []);
    });

    test(`a layers model becomes a .${format} file, and the same layers model again`, async () => {
      const outputFormat = format === 'h5' ? 'keras' : 'keras_keras';
      const file = await convert(await filesOf(model), { outputFormat });
      assert.equal(file.format, format);
      const again = await convert(file.modelTopology);
      assert.deepEqual(Object.values(weightsOf(again)).map(String).sort(), Object.values(weights).map(String).sort());
      await checkOutputs(again, expected);
      const loaded = await tf.loadLayersModel(file);
      assert.deepEqual(outputOf(tf, loaded), expected);
      loaded.dispose();
    });
  }

  test('the names of weights are those of Keras, and lead to the layers', async () => {
    const { weightSpecs } = await convert(await fileOf(model, 'h5'));
    const names = weightSpecs.map(({ name }) => name);
    assert.ok(names.includes('shared/kernel'));
    assert.ok(names.every((name) => !name.endsWith(':0')));
  });

  test('a .h5 file of Keras 2 keeps its config; layers that have another name than their weights get theirs', async () => {
    const dense = { class_name: 'Dense', config: { name: 'renamed', units: 2, batch_input_shape: [null, 3] } };
    const config = { class_name: 'Sequential', config: { name: 'chain', layers: [dense] } };
    const kernel = [[3, 2], Float32Array.of(1, 2, 3, 4, 5, 6)];
    const bytes = legacyFile({ renamed: { 'old/kernel:0': kernel, 'bias:0': [[2], Float32Array.of(7, 8)] } }, config);
    const converted = await convert(bytes);
    assert.deepEqual(converted.modelTopology, { keras_version: '2.15.0', backend: 'tensorflow', model_config: config });
    assert.deepEqual(Object.keys(weightsOf(converted)), ['renamed/kernel', 'renamed/bias']);
    const loaded = await tf.loadLayersModel(converted);
    assert.deepEqual(Array.from(loaded.predict(tf.ones([1, 3])).dataSync()), [16, 20]);
    loaded.dispose();
  });

  test('a .h5 file with weights only has no topology, and says so', async () => {
    const bytes = legacyFile({ a: { 'a/kernel:0': [[2], Float32Array.of(1, 2)] }, b: {} });
    const converted = await convert(bytes);
    assert.equal(converted.modelTopology, undefined);
    assert.deepEqual(weightsOf(converted), { 'a/kernel': [1, 2] });
    assert.match(converted.report.warnings[0], /weights only/);
  });

  test('small integers become int32', async () => {
    const bytes = legacyFile({ a: { 'a/count:0': [[3], Uint8Array.of(1, 2, 255)] } });
    const converted = await convert(bytes);
    assert.deepEqual(weightsOf(converted), { 'a/count': [1, 2, 255] });
    assert.equal(converted.weightSpecs[0].dtype, 'int32');
  });

  test('names that TensorFlow.js does not know are replaced by those that it knows, others are listed', async () => {
    const dense = {
      class_name: 'Dense',
      config: {
        name: 'd',
        units: 1,
        batch_input_shape: [null, 1],
        kernel_initializer: { class_name: 'OrthogonalInitializer', config: {} },
        kernel_regularizer: { class_name: 'L2', config: { l2: 0.5 } },
        bias_initializer: 'uniform',
      },
    };
    const other = { class_name: 'Nobody', config: { name: 'n' } };
    const config = { class_name: 'Sequential', config: { name: 'chain', layers: [dense, other] } };
    const { modelTopology, report } = await convert(legacyFile({ d: {} }, config));
    const adapted = modelTopology.model_config.config.layers[0].config;
    assert.deepEqual(adapted.kernel_initializer, { class_name: 'Orthogonal', config: {} });
    assert.deepEqual(adapted.kernel_regularizer, { class_name: 'L1L2', config: { l1: 0, l2: 0.5 } });
    assert.equal(adapted.bias_initializer, 'RandomUniform');
    assert.equal(report.warnings.length, 1);
    assert.match(report.warnings[0], /no layer Nobody \('n'\)/);
  });

  test('a function that only Keras 3 has is not replaced by another one', async () => {
    const chain = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2], activation: 'tanh' })] });
    const members = unzipSync(await fileOf(chain, 'keras'));
    const config = new TextDecoder().decode(members['config.json']).replace('"tanh"', '"hard_sigmoid"');
    const file = zipSync({ ...members, 'config.json': new TextEncoder().encode(config) });
    for (const outputFormat of ['tfjs_layers_model', 'keras', 'keras_keras']) {
      await assert.rejects(
        convert(file, { outputFormat }),
        (error) => error.code === 'E_LAYER' && /layer '\w+' uses the hard_sigmoid of Keras 3/.test(error.message),
      );
    }
  });

  test('quantization: which weights, and what it costs', async () => {
    const bytes = await fileOf(model, 'h5');
    const converted = await convert(bytes, {
      quantize: { uint8: ['*/kernel'], float16: 'each/*', uint16: true },
    }).catch((error) => error);
    assert.match(converted.message, /matches patterns of float16 and uint8/);
    const quantize = { uint8: ['*/recurrent_kernel'], float16: ['each/*', 'nothing'], uint16: true };
    const { weightSpecs, weightData, report, ...rest } = await convert(bytes, { quantize });
    const dtypes = Object.fromEntries(weightSpecs.map(({ name, quantization }) => [name, quantization.dtype]));
    for (const [name, dtype] of Object.entries(dtypes)) {
      const wanted = name.endsWith('/recurrent_kernel') ? 'uint8' : name.startsWith('each/') ? 'float16' : 'uint16';
      assert.equal(dtype, wanted, name);
    }
    assert.deepEqual(report.warnings, ["the quantization pattern 'nothing' matches no weight"]);
    assert.equal(report.weightBytes.after, weightData.byteLength);
    assert.ok(report.weights.every(({ maxError, snr }) => maxError < 0.01 && (snr === null || snr > 40)));
    const whole = { ...rest, weightSpecs, weightData };
    await checkOutputs({ ...whole, load: () => whole }, expected, 0.01);
  });

  test('small weights can be left as they are', async () => {
    const options = { quantize: { uint8: true }, quantizeMinElements: 8 };
    const { weightSpecs } = await convert(await fileOf(model, 'h5'), options);
    for (const { shape, quantization } of weightSpecs) {
      assert.equal(quantization !== undefined, shape.reduce((product, size) => product * size, 1) >= 8);
    }
  });

  test('a quantized layers model stays as it is, or is quantized anew', async () => {
    const quantized = await convert(await filesOf(model), {
      outputFormat: 'tfjs_layers_model',
      quantize: { uint8: true },
    });
    const files = filesOfArtifacts(quantized.load());
    const kept = await convert(files, { outputFormat: 'tfjs_layers_model' });
    assert.deepEqual(kept.weightSpecs, quantized.weightSpecs);
    assert.deepEqual(new Uint8Array(kept.weightData), new Uint8Array(quantized.weightData));
    const halves = await convert(files, { outputFormat: 'tfjs_layers_model', quantize: { float16: true } });
    assert.ok(halves.weightSpecs.every(({ quantization }) => quantization.dtype === 'float16'));
    const [before, after] = [weightsOf(quantized), weightsOf(halves)];
    for (const [name, values] of Object.entries(after)) assertClose(values, before[name], 1e-3);
  });

  test('metadata is added to what is there', async () => {
    const files = filesOfArtifacts({ ...(await artifactsOf(model)), userDefinedMetadata: { a: 1 } });
    const converted = await convert(files, { outputFormat: 'tfjs_layers_model', metadata: { b: [2] } });
    assert.deepEqual(converted.userDefinedMetadata, { a: 1, b: [2] });
  });

  test('what is not converted is reported', async () => {
    const trained = { ...(await artifactsOf(model)), trainingConfig: { loss: 'mse', optimizer_config: {} } };
    const { report } = await convert(filesOfArtifacts(trained), { outputFormat: 'keras' });
    assert.match(report.notes[0], /compile\(\)/);
  });

  test('formats that do not go together', async () => {
    const file = await fileOf(model, 'h5');
    const refused = [
      [{ outputFormat: 'keras_saved_model' }, /only TensorFlow can trace/],
      [{ outputFormat: 'onnx' }, /no output format 'onnx'/],
      [{ inputFormat: 'tf_saved_model' }, /is a Keras file, not a SavedModel/],
      [{ inputFormat: 'onnx' }, /no input format 'onnx'/],
      [{ outputFormat: 'keras_keras', quantize: { uint8: true } }, /only models of TensorFlow.js can be quantized/],
      [{ outputFormat: 'keras_keras', metadata: {} }, /have metadata/],
      [{ outputFormat: 'keras_keras', splitWeightsByLayer: true }, /split by layers/],
    ];
    for (const [options, message] of refused) {
      await assert.rejects(convert(file, options), (error) => error.code === 'E_INPUT' && message.test(error.message));
    }
  });

  test('progress goes through all steps, and an abort stops it', async () => {
    const steps = [];
    const file = await fileOf(model, 'h5');
    await convert(file, { onProgress: ({ step, fraction }) => steps.push([step, fraction]) });
    assert.deepEqual([...new Set(steps.map(([step]) => step))], ['read', 'convert', 'write']);
    assert.deepEqual(steps.at(-1), ['write', 1]);
    const stop = new AbortController();
    const onProgress = ({ step }) => step === 'write' && stop.abort(new Error('enough'));
    await assert.rejects(convert(file, { signal: stop.signal, onProgress }), /enough/);
    await assert.rejects(convert(file, { signal: AbortSignal.abort(new Error('before')) }), /before/);
  });

  test('files that only the HDF5 library reads, if they are trusted', async () => {
    const config = { class_name: 'Sequential', config: { name: 's', layers: [] } };
    const dense = { class_name: 'Dense', config: { name: 'd', units: 1, batch_input_shape: [null, 2] } };
    config.config.layers.push(dense);
    for (const version of ['2.15.0', '3.3.3']) {
      const bytes = await unusualModel(version, config, Float32Array.of(1, 2), Float32Array.of(3));
      await assert.rejects(convert(bytes), (error) => error.code === 'E_FILE' && /hdf5Library/.test(error.message));
      const options = { hdf5Library: true };
      assert.deepEqual(weightsOf(await convert(bytes, options)), { 'd/kernel': [1, 2], 'd/bias': [3] });
      assert.equal((await inspect(bytes, options)).weights.length, 2);
      const model = await tf.loadLayersModel({ load: async () => ({ modelTopology: bytes.buffer }) }, options);
      assert.deepEqual(Array.from(model.predict(tf.ones([1, 2])).dataSync()), [6]);
      model.dispose();
    }
  });

  test('nothing is left behind', async () => {
    const chain = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2] })] });
    const file = await fileOf(chain, 'keras');
    await convert(file);
    const { numTensors } = tf.memory();
    await convert(file);
    await convert(file, { quantize: { uint8: ['*'], float16: ['*'] } }).catch(() => {});
    assert.equal(tf.memory().numTensors, numTensors);
  });

  test('inspect describes all of them', async () => {
    const h5 = await inspect(await fileOf(model, 'h5'));
    assert.equal(h5.format, 'keras');
    assert.deepEqual(
      h5.layers
        .find(({ name }) => name === 'inner')
        .layers.map(({ className }) => className)
        .slice(-2),
      ['Dense', 'BatchNormalization'],
    );
    const keras = await inspect(await fileOf(model, 'keras'));
    assert.equal(keras.format, 'keras_keras');
    const tfjsModel = await inspect(await filesOf(model));
    assert.equal(tfjsModel.format, 'tfjs_layers_model');
    for (const info of [h5, keras, tfjsModel]) {
      assert.equal(info.weights.length, Object.keys(weights).length);
      assert.equal(info.weightBytes, tfjsModel.weightBytes);
    }
  });

  test('the result can be saved', async () => {
    const converted = await convert(await fileOf(model, 'h5'));
    const keeper = new Keeper();
    await converted.save(keeper);
    assert.deepEqual(Object.keys(keeper.artifacts).sort(), Object.keys(converted.load()).sort());
    await assert.rejects(async () => converted.save('nowhere://x'), { code: 'E_INPUT' });
    await assert.rejects(async () => converted.save({}), { code: 'E_INPUT' });
  });
});
