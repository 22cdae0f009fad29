// SPDX-License-Identifier: Apache-2.0
// Converts real models, which lie beside the repository, and compares results with expected values.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { ROOT } from '../../tools/lib/paths.mjs';
import { missing } from '../prerequisites.mjs';
import { convert, fileTree, loadConverted } from './convert.mjs';
import { EXPECTED_REFUSALS, UNCHECKED } from './real-models.mjs';

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
    const folders = readdirSync(MODELS).filter((name) => /^(g|pb)-/.test(name));
    const counts = { converted: 0, refused: 0, agree: 0, differ: 0, unchecked: 0 };
    const problems = [];
    for (const folder of folders) {
      const file = readdirSync(path.join(MODELS, folder)).find((name) => name.endsWith('.pb'));
      const bytes = readFileSync(path.join(MODELS, folder, file));
      let converted;
      try {
        const outputNodeNames = tensorsOf(folder, 'prediction').map(({ name }) => tensorName(name));
        converted = await convert(fileTree({ [file]: bytes }), {
          target: 'tfwasm',
          ...(outputNodeNames.length > 0 ? { outputNodeNames } : {}),
        });
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

/** 'agree', 'unchecked' if there are no expected values or inputs, or what differs. */
async function compare(folder, converted) {
  const outputs = tensorsOf(folder, 'prediction');
  const given = new Map(tensorsOf(folder, 'placeholder').map((tensor) => [tensor.name, tensor]));
  const { tf, model } = await loadConverted(converted);
  const inputs = model.inputs.map(({ name }) => name.split(':')[0]);
  if (outputs.length === 0 || !inputs.every((name) => given.has(name))) return 'unchecked';
  const feeds = Object.fromEntries(
    model.inputs.map(({ name, dtype }) => {
      const { values, shape } = given.get(name.split(':')[0]);
      return [name, tf.tensor(values, shape, dtype)];
    }),
  );
  const results = [
    await model.executeAsync(
      feeds,
      outputs.map(({ name }) => tensorName(name)),
    ),
  ].flat();
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
  model.dispose();
  return 'agree';
}

/** The name of a tensor; files write "name.1" for "name:1". */
function tensorName(name) {
  const match = /^(.*)\.(\d+)$/.exec(name);
  return match ? `${match[1]}:${match[2]}` : name;
}
