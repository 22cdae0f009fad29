// SPDX-License-Identifier: Apache-2.0
// Converts real models, which lie beside the repository, and compares results with expected values.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { ROOT } from '../../tools/lib/paths.mjs';
import { missing } from '../prerequisites.mjs';
import { convert, fileTree, folderTree, handlerOf, loadConverted, weightsOf } from './convert.mjs';
import { EXPECTED_REFUSALS, SAVED_MODELS, UNCHECKED } from './real-models.mjs';

const MODELS = path.join(ROOT, '../shared/models');
const skip = missing('dist') || (existsSync(MODELS) ? false : '../shared/models is not there');

const read = (file) => readFileSync(path.join(MODELS, file), 'utf8').trim();
const numbers = (file) =>
  read(file)
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(parse);
const parse = (text) =>
  ({ true: 1, false: 0, nan: Number.NaN, inf: Infinity, '-inf': -Infinity })[text.toLowerCase()] ?? Number(text);

/** Files write the shape of a scalar as 0. */
const shapeOf = (dims, count) => (dims.length === 1 && dims[0] === 0 && count === 1 ? [] : dims);

/** The tensors of a folder with names "key.<kind>.csv" and ".shape": {name, values, shape}. */
const tensorsOf = (folder, kind) =>
  readdirSync(path.join(MODELS, folder), { recursive: true })
    .filter((file) => file.endsWith(`.${kind}.csv`))
    .map((file) => file.slice(0, -`.${kind}.csv`.length))
    .map((name) => {
      const values = numbers(`${folder}/${name}.${kind}.csv`);
      const hasShape = existsSync(path.join(MODELS, folder, `${name}.${kind}.shape`));
      const shape = hasShape ? shapeOf(numbers(`${folder}/${name}.${kind}.shape`), values.length) : undefined;
      return { name, values, shape };
    });

const close = (a, b) =>
  (Number.isNaN(a) && Number.isNaN(b)) || a === b || Math.abs(a - b) <= 1e-4 * Math.max(1, Math.abs(b));

describe('real frozen graphs', { skip }, () => {
  test('convert and agree with expected values, or are refused for a known reason', async (t) => {
    const folders = frozenFolders();
    const counts = { converted: 0, refused: 0, agree: 0, differ: 0, unchecked: 0 };
    const problems = [];
    for (const folder of folders) {
      let converted;
      try {
        converted = await convertFrozen(folder, 'tfwasm');
      } catch (error) {
        ++counts.refused;
        const expected = EXPECTED_REFUSALS[folder];
        if (!expected?.test(`${error.code} ${error.message}`))
          problems.push(`${folder}: ${error.code} ${error.message}`);
        continue;
      }
      ++counts.converted;
      if (EXPECTED_REFUSALS[folder]) problems.push(`${folder}: converts, but is listed as refused`);
      const result = await compare(folder, converted).catch((error) => `${error.code} ${error.message}`);
      if (result === 'agree' || result === 'unchecked') ++counts[result];
      else if (UNCHECKED[folder]) ++counts.unchecked;
      else {
        ++counts.differ;
        problems.push(`${folder}: ${result}`);
      }
    }
    t.diagnostic(`${folders.length} frozen graphs: ${JSON.stringify(counts)}`);
    assert.deepEqual(
      problems.map((line) => line.slice(0, 300)),
      [],
    );
  });
});

describe('real text graphs', { skip }, () => {
  test('convert to the same as the binary ones', async (t) => {
    const counts = { same: 0, refused: 0, alone: 0 };
    const problems = [];
    for (const folder of readdirSync(MODELS).filter((name) => /^(g|pbtxt)-/.test(name))) {
      const files = readdirSync(path.join(MODELS, folder));
      const text = files.find((name) => name.endsWith('.pbtxt'));
      const binary = files.find((name) => name.endsWith('.pb'));
      const [fromText, fromBinary] = await Promise.all(
        [text, binary].map(async (name) => {
          if (!name) return undefined;
          const tree = fileTree({ [name]: readFileSync(path.join(MODELS, folder, name)) });
          return convert(tree, { target: 'tfwasm' }).catch((error) => `${error.code} ${error.message}`);
        }),
      );
      if (fromBinary === undefined) {
        const isRead = typeof fromText !== 'string' || fromText.startsWith('E_OP');
        if (isRead) ++counts.alone;
        else problems.push(`${folder}: ${fromText}`);
      } else if (typeof fromText === 'string' || typeof fromBinary === 'string') {
        if (fromText === fromBinary) ++counts.refused;
        else
          problems.push(
            `${folder}: ${JSON.stringify(fromText)?.slice(0, 200)}, ${JSON.stringify(fromBinary)?.slice(0, 200)}`,
          );
      } else {
        const same = isDeepStrictEqual(fromText.files, fromBinary.files);
        if (same) ++counts.same;
        else problems.push(`${folder}: differs`);
      }
    }
    t.diagnostic(`text graphs: ${JSON.stringify(counts)}`);
    assert.deepEqual(problems, []);
  });
});

describe('real models, converted for TensorFlow.js', { skip: skip || missing('tfjs') }, () => {
  test('load and run there', async (t) => {
    const tf = await import('@tensorflow/tfjs-core');
    await import('@tensorflow/tfjs-backend-cpu');
    const { loadGraphModel } = await import('@tensorflow/tfjs-converter');
    await tf.setBackend('cpu');
    const counts = { loaded: 0, ran: 0, agree: 0, unsupported: 0 };
    const problems = [];
    for (const folder of frozenFolders()) {
      const outputs = tensorsOf(folder, 'prediction');
      let converted;
      try {
        converted = await convertFrozen(folder, 'tfjs');
      } catch (error) {
        if (error.code === 'E_OP') ++counts.unsupported;
        continue;
      }
      const model = await loadGraphModel(handlerOf(converted)).catch((error) => {
        problems.push(`${folder}: ${error.message}`);
      });
      if (!model) continue;
      ++counts.loaded;
      const given = new Map(tensorsOf(folder, 'placeholder').map((tensor) => [tensor.name, tensor]));
      if (outputs.length === 0 || !model.inputs.every(({ name }) => given.has(name.split(':')[0]))) continue;
      // Where TensorFlow.js itself fails or differs, the original graph is no different.
      const result = await compareIn(tf, model, outputs, given).catch(() => 'failed');
      if (result !== 'failed') ++counts.ran;
      if (result === 'agree') ++counts.agree;
    }
    t.diagnostic(`in TensorFlow.js: ${JSON.stringify(counts)}`);
    assert.deepEqual(problems, []);
    assert.ok(counts.agree >= 120);
  });
});

describe('real SavedModels', { skip }, () => {
  test('convert and agree with expected values, or are refused for a known reason', async (t) => {
    const counts = { converted: 0, refused: 0, agree: 0, ran: 0 };
    const problems = [];
    for (const { folder, options, refused, ...expected } of SAVED_MODELS) {
      const place = `${folder} ${JSON.stringify(options ?? {})}`;
      let converted;
      try {
        converted = await convert(savedModelTree(folder), options);
      } catch (error) {
        ++counts.refused;
        if (!refused?.test(`${error.code} ${error.message}`)) problems.push(`${place}: ${error.code} ${error.message}`);
        continue;
      }
      ++counts.converted;
      if (refused) problems.push(`${place}: converts, but is listed as refused`);
      try {
        const outcome = await run(converted, expected);
        if (outcome) ++counts[outcome];
      } catch (error) {
        problems.push(`${place}: ${error.code ?? ''} ${error.message}`);
      }
    }
    t.diagnostic(`${SAVED_MODELS.length} signatures of SavedModels: ${JSON.stringify(counts)}`);
    assert.deepEqual(
      problems.map((line) => line.slice(0, 400)),
      [],
    );
  });

  test('have the names and weights of the official conversion, and the same results', async (t) => {
    const folder = path.join(MODELS, 'pair-basic-pitch');
    const ours = await convert(folderTree(path.join(folder, 'saved_model')));
    const files = new Map(
      readdirSync(path.join(folder, 'tfjs')).map((name) => [name, readFileSync(path.join(folder, 'tfjs', name))]),
    );
    const official = { files, json: JSON.parse(files.get('model.json').toString()) };
    const names = ({ json }) =>
      new Set(json.modelTopology.node.filter(({ op }) => op !== 'Const').map(({ name }) => name));
    const common = [...names(official)].filter((name) => names(ours).has(name)).length;
    const bytes = ({ json }) =>
      weightsOf({ json }).reduce((sum, { shape }) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0);
    t.diagnostic(
      `ops: ${names(ours).size} (official ${names(official).size}), ${common} of the same name; ` +
        `weights: ${bytes(ours)} bytes (official ${bytes(official)})`,
    );
    assert.ok(common >= 0.8 * names(official).size);
    assert.ok(bytes(ours) <= bytes(official));
    assert.deepEqual(ours.json.signature.inputs, official.json.signature.inputs);
    const outputs = ({ json }) =>
      Object.values(json.signature.outputs).map(({ name, tensorShape }) => ({ name, tensorShape }));
    assert.deepEqual(outputs(ours), outputs(official));

    const results = [];
    for (const converted of [ours, official]) {
      const { tf, model } = await loadConverted(converted);
      const samples = Float32Array.from({ length: 43844 }, (_, i) => Math.sin(i / 20) * Math.cos(i / 3000));
      const tensors = model.execute(tf.tensor(samples, [1, 43844, 1]), ['Identity', 'Identity_1', 'Identity_2']);
      results.push(tensors.map((tensor) => tensor.dataSync()));
    }
    for (const [index, values] of results[0].entries()) {
      const worst = values.reduce((most, value, i) => Math.max(most, Math.abs(value - results[1][index][i])), 0);
      assert.ok(worst < 1e-4, `output ${index} differs by ${worst}`);
    }
  });
});

/** The files of a SavedModel, which may lie in a folder below. */
function savedModelTree(folder) {
  const place = path.join(MODELS, folder);
  const file = readdirSync(place, { recursive: true }).find((name) => path.basename(name) === 'saved_model.pb');
  return folderTree(path.join(place, path.dirname(file)));
}

/** Runs a model; 'agree' if it gave the expected values, 'ran' if none are known, undefined if it was not run. */
async function run(converted, { feeds, equal, shape }) {
  const { tf, model } = await loadConverted(converted);
  if (feeds === null) return undefined;
  const inputs = Object.fromEntries(
    model.inputs.map(({ name, shape: declared, dtype }, index) => {
      const key = Object.keys(converted.json.signature.inputs)[index];
      const values = feeds[key];
      const dims = (declared ?? []).map((size) => (size < 0 ? 1 : size));
      return [name, values ? tf.tensor(values, shape, dtype) : tf.ones(dims, dtype)];
    }),
  );
  const keys = Object.keys(converted.json.signature.outputs);
  const names = Object.values(converted.json.signature.outputs).map(({ name }) => name);
  const results = [await model.executeAsync(inputs, names)].flat();
  for (const [key, values] of Object.entries(equal ?? {})) {
    assert.deepEqual(Array.from(results[keys.indexOf(key)].dataSync()), values);
  }
  return equal ? 'agree' : 'ran';
}

function frozenFolders() {
  return readdirSync(MODELS).filter((name) => /^(g|pb)-/.test(name));
}

/** Converts a frozen graph with the outputs that have expected values. */
async function convertFrozen(folder, target) {
  const file = readdirSync(path.join(MODELS, folder)).find((name) => name.endsWith('.pb'));
  const outputNodeNames = tensorsOf(folder, 'prediction').map(({ name }) => tensorName(name));
  return convert(fileTree({ [file]: readFileSync(path.join(MODELS, folder, file)) }), {
    target,
    ...(outputNodeNames.length > 0 ? { outputNodeNames } : {}),
  });
}

/** 'agree', 'unchecked' if there are no expected values or inputs, or what differs. */
async function compare(folder, converted) {
  const outputs = tensorsOf(folder, 'prediction');
  const given = new Map(tensorsOf(folder, 'placeholder').map((tensor) => [tensor.name, tensor]));
  const { tf, model } = await loadConverted(converted);
  const inputs = model.inputs.map(({ name }) => name.split(':')[0]);
  if (outputs.length === 0 || !inputs.every((name) => given.has(name))) return 'unchecked';
  const result = await compareIn(tf, model, outputs, given);
  model.dispose();
  return result;
}

/** Runs a model and compares its outputs: 'agree', or what differs. */
async function compareIn(tf, model, outputs, given) {
  const feeds = Object.fromEntries(
    model.inputs.map(({ name, dtype }) => {
      const { values, shape } = given.get(name.split(':')[0]);
      return [name, tf.tensor(values, shape, dtype)];
    }),
  );
  const names = outputs.map(({ name }) => tensorName(name));
  const results = [await model.executeAsync(feeds, names)].flat();
  for (const [index, { name, values, shape }] of outputs.entries()) {
    const got = Array.from(results[index].dataSync(), Number);
    if (shape && shape.join() !== results[index].shape.join()) {
      return `${name} has shape [${results[index].shape}], expected [${shape}]`;
    }
    const at = values.findIndex((value, i) => !close(got[i], value));
    if (got.length !== values.length || at >= 0) {
      return `${name}[${at}] is ${got[at]}, expected ${values[at]} (${got.length} of ${values.length})`;
    }
  }
  return 'agree';
}

/** The name of a tensor; files write "name.1" for "name:1". */
function tensorName(name) {
  const match = /^(.*)\.(\d+)$/.exec(name);
  return match ? `${match[1]}:${match[2]}` : name;
}
