// SPDX-License-Identifier: Apache-2.0
// Public Keras files, in a folder beside the repository: every file is read by both readers, its weights are matched with
// its config, written in each format, and read again.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { ROOT } from '../../tools/lib/paths.mjs';
import { assertSameFile, readWithJsfive } from './compare-hdf5.mjs';
import { allVariables, layersOf, modelHolder, shapesOfChain } from './config-holders.mjs';
import { coded, hdf5, keras, readWithHdf5Library, zip } from './source.mjs';

const SHARED = path.join(ROOT, '../shared/models');
const skip = existsSync(SHARED) ? false : 'there is no folder shared/models beside the repository';

const files = skip
  ? []
  : readdirSync(SHARED, { recursive: true })
      .filter((file) => /\.(h5|hdf5|keras)$/.test(file))
      .sort();
const bytesOf = (file) => new Uint8Array(readFileSync(path.join(SHARED, file)));

/** Recorded inputs and outputs of models, which are no Keras files. */
const isRecord = (file) => file.includes('inputs_and_outputs');

describe('public Keras files', { skip }, () => {
  test('are there', () => assert.equal(files.length, 236));

  test('are read like the HDF5 library and jsfive do', async () => {
    for (const file of files) {
      const bytes = bytesOf(file);
      const payload = zip.isZip(bytes) ? zip.unzip(bytes).get('model.weights.h5') : bytes;
      const ours = hdf5.readClassicHdf5(payload);
      assertSameFile(ours, await readWithHdf5Library(payload), file);
      assertSameFile(ours, readWithJsfive(payload), file);
    }
  });

  test('that have no weights are refused', async () => {
    const records = files.filter(isRecord);
    assert.ok(records.length > 20);
    for (const file of records) {
      await assert.rejects(
        keras.readKerasFile(bytesOf(file), { fileName: file }),
        coded('E_FILE', /has no weights of Keras/),
      );
    }
  });

  test('match their configs, and are the same in all formats', async (context) => {
    let count = 0;
    for (const file of files.filter((name) => !isRecord(name))) {
      const saved = await keras.readKerasFile(bytesOf(file), { fileName: file });
      const config = saved.modelConfig ?? configBeside(file);
      if (!config) {
        context.diagnostic(`${file} has no config`);
        continue;
      }
      const matches = matchWithConfig(saved, config, file);
      for (const format of ['keras', 'weights.h5', 'h5', 'h5-weights']) {
        await assertSameAfterWriting({ saved, config, matches, format }, `${file} as ${format}`);
      }
      count += 1;
    }
    assert.ok(count > 195, `${count} files`);
  });
});

/** The config of a weights-only file, which is beside it. */
function configBeside(file) {
  const folder = path.dirname(file);
  const name = readdirSync(path.join(SHARED, folder)).find((other) => other.endsWith('_config.json'));
  return name && JSON.parse(readFileSync(path.join(SHARED, folder, name), 'utf8'));
}

/** The root and the matches; names and numbers of units are compared with the config. */
function matchWithConfig(saved, config, file) {
  const root = modelHolder(config, saved.layout === 'tree' ? shapesOfChain(config) : shapesInFile(saved));
  const matched = new Map(keras.matchWeights(saved, root));
  const names = savedNames(saved);
  for (const { holder, variable } of allVariables(root)) {
    const array = matched.get(variable);
    assert.deepEqual(array?.shape, variable.shape, `${file}: ${holder}/${variable.name}`);
    assert.equal(array.read().length, array.size);
    const name = names.get(array);
    if (name) assert.match(name, new RegExp(`(^|[/_])${variable.name}(_\\d+)?(:0)?$`), `${file}: ${holder}`);
  }
  checkUnits(config, root, file);
  return { root, matched };
}

/** The names of arrays that are as in the file. Keras 1 has others. */
function savedNames(saved) {
  if (saved.layout === 'tree' || !saved.kerasVersion?.startsWith('2.')) return new Map();
  return new Map(saved.layers.flatMap(({ weights }) => weights.map(({ name, array }) => [array, name])));
}

/** The last axis of the kernels of plain layers. */
function checkUnits(config, root, file) {
  for (const [i, { class_name: className, config: settings }] of layersOf(config).entries()) {
    const kernel = root.children[0][1][i].variables.find(({ name }) => name === 'kernel');
    const units = { Dense: settings.units ?? settings.output_dim, Conv2D: settings.filters }[className];
    if (kernel && units) assert.equal(kernel.shape.at(-1), units, `${file}: ${settings.name}`);
  }
}

/** Shapes from the arrays of the layer with the same position, those of Keras 1 as they become. */
function shapesInFile(saved) {
  const order = saved.layers.flatMap(({ weights }) => modernShapes(weights));
  // Convolutions in one dimension of Keras 1 have an axis of size 1.
  return (_, __, { filter_length: is1d }) => order.shift().filter((_size, axis) => !(is1d && axis === 1));
}

function modernShapes(weights) {
  const [first, ...rest] = weights;
  if (!first) return [];
  // Keras 1 has a kernel, a recurrent kernel and a bias for each of four gates.
  if (/_W_i(:0)?$/.test(first.name)) {
    const gates = weights.slice(0, 3).map(({ array }) => [...array.shape.slice(0, -1), 4 * array.shape.at(-1)]);
    return [...gates, ...modernShapes(weights.slice(12))];
  }
  return [first.array.shape, ...modernShapes(rest)];
}

async function assertSameAfterWriting({ saved, config, matches: { root, matched }, format }, what) {
  const bytes = await keras.writeKerasFile({
    format,
    kerasVersion: '2.15.0',
    modelConfig: config,
    trainingConfig: saved.trainingConfig,
    root,
    readVariable: (variable) => matched.get(variable).read(),
    optimizerWeights: saved.optimizerWeights,
    assets: saved.assets,
  });
  const again = await keras.readKerasFile(bytes, { fileName: what });
  const found = new Map(keras.matchWeights(again, root));
  assert.equal(found.size, matched.size, what);
  for (const [variable, array] of matched) assertSameBits(found.get(variable).read(), array.read(), what);
  if (format === 'keras' || format === 'h5') {
    const { compile_config, ...rest } = again.modelConfig;
    assert.deepEqual(
      rest,
      Object.fromEntries(Object.entries(config).filter(([key]) => key !== 'compile_config')),
      what,
    );
    assert.deepEqual(again.trainingConfig, saved.trainingConfig, what);
  }
  if (format === 'h5-weights') return;
  assert.equal(again.optimizerWeights.length, saved.optimizerWeights.length, what);
  for (const [i, { array }] of saved.optimizerWeights.entries()) {
    assert.equal(again.optimizerWeights[i].array.storedAs, array.storedAs);
    assertSameBits(again.optimizerWeights[i].array.read(), array.read(), what);
  }
}

function assertSameBits(a, b, what) {
  const bytes = (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  assert.ok(bytes(a).equals(bytes(b)), what);
}
