// SPDX-License-Identifier: Apache-2.0
// Models made of layers that npm has, which their authors made for TensorFlow.js: images are enlarged. Nothing in the
// packages is changed; one model has layers of its own, as classes that were compiled to ES5.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import { ROOT } from '../../tools/lib/paths.mjs';
import { missing } from '../prerequisites.mjs';
import { assertClose } from './close.mjs';
import { loadTfjsLayers, MemoryHandler } from './tfjs.mjs';

const skip = missing('dist', 'tfjs', 'layers-models');
const tf = skip ? {} : await import('../../dist/index.js');
const tfjs = skip ? null : loadTfjsLayers();

const require = createRequire(import.meta.url);
const PACKAGE = '@upscalerjs/esrgan-legacy';
const SIZE = 8;
const values = Array.from({ length: SIZE * SIZE * 3 }, (_, i) => ((i * 37) % 101) / 101);
const SHAPE = [1, SIZE, SIZE, 3];

/** The artifacts of a model.json and its shards, for tfjs. */
function readArtifacts(file) {
  const { modelTopology, weightsManifest } = JSON.parse(readFileSync(file, 'utf8'));
  const shards = weightsManifest.flatMap(({ paths }) => paths);
  const bytes = Buffer.concat(shards.map((name) => readFileSync(path.join(path.dirname(file), name))));
  return {
    modelTopology,
    weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
    weightData: new Uint8Array(bytes).buffer,
  };
}

async function predictWithTfjs({ setup }, file) {
  const { core, layers } = tfjs;
  setup?.({ ...core, ...layers });
  const model = await layers.loadLayersModel({ load: async () => readArtifacts(file) });
  return model.predict(core.tensor(values, SHAPE)).arraySync();
}

describe('published models made of layers', { skip }, () => {
  before(() => tf.ready());

  for (const name of ['gans', 'psnr-small', 'div2k/3x']) {
    test(`${PACKAGE}/${name} computes what TensorFlow.js computes`, async () => {
      const exported = require(`${PACKAGE}/${name}`);
      const definition = typeof exported === 'function' ? exported(tf) : exported;
      const file = path.join(ROOT, 'node_modules', PACKAGE, definition._internals.path);
      definition.setup?.(tf);
      const model = await tf.loadLayersModel(`file://${file}`);
      const x = tf.tensor(values, SHAPE);
      const y = model.predict(x);
      assert.deepEqual(y.shape, [1, definition.scale * SIZE, definition.scale * SIZE, 3]);
      assertClose(y.arraySync(), await predictWithTfjs(definition, file), 1e-5);

      const handler = new MemoryHandler();
      await model.save(handler);
      const again = await tf.loadLayersModel(handler);
      assert.deepEqual(again.predict(x).arraySync(), y.arraySync());
      for (const one of [model, again]) one.dispose();
    });
  }

  test('layers have the names of the file, even if their class ignores its config', async () => {
    const { _internals, setup } = require(`${PACKAGE}/gans`);
    setup(tf);
    const model = await tf.loadLayersModel(`file://${path.join(ROOT, 'node_modules', PACKAGE, _internals.path)}`);
    assert.equal(model.getLayer('multiply_beta_401').getClassName(), 'MultiplyBeta');
    model.dispose();
  });
});
