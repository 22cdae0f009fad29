// SPDX-License-Identifier: Apache-2.0
// Real files of Keras 1 to 3: each is converted to a layers model, which computes what the file does, in tfwasm and in
// TensorFlow.js. They are not part of the repository; the other tests of this folder make small ones.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { File } from 'jsfive';

import { ROOT } from '../../tools/lib/paths.mjs';
import { assertClose } from '../layers/close.mjs';
import { loadTfjsLayers } from '../layers/tfjs.mjs';
import { missing } from '../prerequisites.mjs';

const SHARED = path.join(ROOT, '../shared/models');
const skip = missing('dist') || (existsSync(SHARED) ? false : 'there is no folder shared/models beside the repository');
const tf = skip ? {} : await import('../../dist/index.js');
const { convert } = skip ? {} : await import('../../dist/convert.js');
const tfjs = loadTfjsLayers();

const files = skip
  ? []
  : readdirSync(SHARED, { recursive: true })
      .filter((file) => /\.(keras|h5|hdf5)$/.test(file) && !file.endsWith('_inputs_and_outputs.h5'))
      .map((file) => path.join(SHARED, file));

/** What tfwasm does not run, and why: Python code in the file, a cropping that leaves nothing. */
const REFUSED = /layer \S+ \(Lambda\)|\(Cropping3D\): nothing would be left/;
/** What TensorFlow.js computes wrongly: 1D convolutions with channels first, the slope of ReLU. */
const WRONG_IN_TFJS = /conv1d_\w+_cf_|relu_2/i;

const sizesOf = ({ shape }) => shape.map((size, axis) => size ?? (axis === 0 ? 2 : 16));

/** Numbers that every kind of input can be: small integers. */
function inputsOf(lib, model) {
  return model.inputs.map((input) => {
    const sizes = sizesOf(input);
    const count = sizes.reduce((product, size) => product * size, 1);
    const values = Array.from({ length: count }, (_, i) => (i * 7) % 3);
    return lib.tensor(values, sizes, input.dtype);
  });
}

const listOf = (outputs) => [outputs].flat().map((tensor) => tensor.arraySync());

describe('converted files of Keras', { skip }, () => {
  before(() => tf.ready());

  for (const file of files) {
    test(path.relative(SHARED, file), async (context) => {
      const url = pathToFileURL(file).href;
      let converted;
      let model;
      let x;
      let expected;
      try {
        converted = await convert(url, { outputFormat: 'tfjs_layers_model' });
        if (!converted.modelTopology) {
          assert.ok(converted.weightSpecs.length > 0);
          context.diagnostic('weights only');
          return;
        }
        model = await tf.loadLayersModel(url);
        x = inputsOf(tf, model);
        expected = listOf(model.predict(x));
      } catch (error) {
        assert.match(error.message, REFUSED);
        context.diagnostic(`${converted ? 'converted, but cannot run' : 'refused'}: ${error.message}`);
        return;
      }
      const again = await tf.loadLayersModel(converted);
      assert.deepEqual(listOf(again.predict(x)), expected);
      if (recordedFor(file)) compareWithRecorded(again, recordedFor(file));
      await compareWithGraph(await convert(url, { outputFormat: 'tfjs_graph_model' }), model, expected);
      for (const one of [...x, model, again]) one.dispose();
      if (!WRONG_IN_TFJS.test(file)) compareWithTfjs(context, await loadInTfjs(context, converted), expected);
    });
  }
});

/** The same model as a graph, in tfwasm and in TensorFlow.js. */
async function compareWithGraph(converted, model, expected) {
  const keys = Object.keys(converted.signature.outputs);
  const order = keys.every((key) => model.outputNames.includes(key)) ? model.outputNames : keys;
  const names = order.map((key) => converted.signature.outputs[key].name);
  const check = async (lib, graph) => {
    const x = inputsOf(lib, model);
    const feeds = Object.fromEntries(model.inputNames.map((name, i) => [name, x[i]]));
    const outputs = [await graph.executeAsync(feeds, names)].flat();
    for (const [i, output] of outputs.entries()) assertClose(output.arraySync(), expected[i], 1e-4, 1e-4);
    for (const tensor of [...x, ...outputs]) tensor.dispose();
    graph.dispose();
  };
  await check(tf, await tf.loadGraphModel(converted));
  if (!tfjs) return;
  const { loadGraphModel } = await import('@tensorflow/tfjs-converter');
  await check(tfjs.core, await loadGraphModel({ load: async () => converted.load() }));
}

function recordedFor(file) {
  const recorded = file.replace(/_model\.h5$/, '_inputs_and_outputs.h5');
  return recorded !== file && existsSync(recorded) ? recorded : undefined;
}

/** What Keras computed, as far as it is recorded. */
function compareWithRecorded(model, file) {
  const bytes = readFileSync(file);
  const root = new File(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length), file);
  if (!root.keys.includes('predictions')) return;
  const arrays = (group) => root.get(group).keys.map((name) => root.get(`${group}/${name}`));
  const x = arrays('inputs').map(({ value, shape }, i) => tf.tensor(Array.from(value), shape, model.inputs[i].dtype));
  const results = [model.predict(x)].flat();
  for (const [i, { value }] of arrays('predictions').entries()) {
    assertClose(results[i].arraySync(), Array.from(value), 1e-4, 1e-4);
  }
  tf.dispose([x, results]);
}

async function loadInTfjs(context, converted) {
  if (!tfjs) return undefined;
  try {
    return await tfjs.layers.loadLayersModel({ load: async () => converted.load() });
  } catch (error) {
    context.diagnostic(`not in TensorFlow.js: ${error.message.slice(0, 150)}`);
    return undefined;
  }
}

function compareWithTfjs(context, model, expected) {
  if (!model) return;
  let outputs;
  try {
    outputs = listOf(model.predict(inputsOf(tfjs.core, model)));
  } catch (error) {
    context.diagnostic(`cannot run in TensorFlow.js: ${error.message.slice(0, 150)}`);
    return;
  }
  for (const [i, output] of outputs.entries()) assertClose(output, expected[i], 1e-4, 1e-4);
}

describe('pairs of a Keras file and what tensorflowjs_converter made of it', { skip }, () => {
  for (const name of ['pair-sumrnn-v1', 'pair-digits-cnn-a']) {
    test(`${name}: topology, weights and bytes are equal`, async () => {
      const folder = path.join(SHARED, name);
      const converted = await convert(pathToFileURL(path.join(folder, 'model.h5')).href);
      const { modelTopology, weightsManifest, format, generatedBy } = JSON.parse(
        readFileSync(path.join(folder, 'tfjs/model.json'), 'utf8'),
      );
      assert.deepEqual(converted.modelTopology, modelTopology);
      assert.deepEqual({ format: converted.format, generatedBy: converted.generatedBy }, { format, generatedBy });
      assert.deepEqual(converted.weightSpecs, weightsManifest[0].weights);
      const bytes = readFileSync(path.join(folder, 'tfjs', weightsManifest[0].paths[0]));
      assert.deepEqual(new Uint8Array(converted.weightData), new Uint8Array(bytes));
    });
  }
});
