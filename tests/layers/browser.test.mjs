// SPDX-License-Identifier: Apache-2.0
// Models made of layers in a real browser: built, saved in every medium, and loaded by tfwasm and by TensorFlow.js.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';

import { startStorageBrowser } from '../io/storage-browser.mjs';
import { missing } from '../prerequisites.mjs';
import { assertClose } from './close.mjs';

/** Runs in the page: a model of any of the two libraries, trained for a step by TensorFlow.js. */
function makeTrained() {
  const model = tf.sequential();
  model.add(tf.layers.dense({ units: 4, inputShape: [3], activation: 'tanh' }));
  model.add(tf.layers.dense({ units: 2 }));
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
  return model.fit(tf.ones([4, 3]), tf.ones([4, 2]), { verbose: 0 }).then(() => model);
}

describe('models made of layers in a browser', { skip: missing('dist', 'chromium', 'tfjs') }, () => {
  let browser;
  let page;

  before(async () => {
    browser = await startStorageBrowser();
    page = await browser.open();
    await page.page.addScriptTag({ url: '/tfjs/tfjs-layers/dist/tf-layers.min.js' });
    await page.page.addScriptTag({ content: `globalThis.makeTrained = ${makeTrained};` });
    await page.run(() => tools.tfwasm.ready());
  });
  after(() => browser?.close());

  for (const scheme of ['localstorage', 'indexeddb', 'opfs']) {
    test(`${scheme}://: what the guide of TensorFlow.js does`, async () => {
      const result = await page.run(async (scheme) => {
        const { sequential, layers, loadLayersModel, ones } = tools.tfwasm;
        const model = sequential({ layers: [layers.dense({ units: 3, inputShape: [2], activation: 'softmax' })] });
        const { modelArtifactsInfo } = await model.save(`${scheme}://my-model-1`);
        const again = await loadLayersModel(`${scheme}://my-model-1`);
        return {
          type: modelArtifactsInfo.modelTopologyType,
          bytes: modelArtifactsInfo.weightDataBytes,
          same: String(again.predict(ones([1, 2])).dataSync()) === String(model.predict(ones([1, 2])).dataSync()),
        };
      }, scheme);
      assert.deepEqual(result, { type: 'JSON', bytes: 36, same: true });
    });
  }

  for (const scheme of ['localstorage', 'indexeddb', 'opfs']) {
    test(`${scheme}://: files of Keras`, async () => {
      const result = await page.run(async (scheme) => {
        const { sequential, layers, loadLayersModel, ones, io } = tools.tfwasm;
        const model = sequential({ layers: [layers.dense({ units: 3, inputShape: [2], activation: 'softmax' })] });
        const expected = String(model.predict(ones([1, 2])).dataSync());
        const same = [];
        for (const url of [`${scheme}://mine.keras`, `${scheme}://mine.h5`]) {
          await model.save(url);
          const again = await loadLayersModel(url);
          same.push(String(again.predict(ones([1, 2])).dataSync()) === expected);
          await again.loadWeights(url);
          await io.copyModel(url, `${scheme}://copy`);
          same.push(String((await loadLayersModel(`${scheme}://copy`)).predict(ones([1, 2])).dataSync()) === expected);
        }
        const bytes = (await io.listModels())[`${scheme}://mine.keras`].weightDataBytes;
        const refused = await loadLayersModel({ load: () => ({ modelTopology: { keras_file: 'h5' } }) }).catch(
          ({ code }) => code,
        );
        return { same, isWhole: bytes > 1000, refused };
      }, scheme);
      assert.deepEqual(result, { same: [true, true, true, true], isWhole: true, refused: 'E_FILE' });
    });
  }

  for (const scheme of ['localstorage', 'indexeddb']) {
    test(`${scheme}://: to TensorFlow.js and back, with the state of the optimizer`, async () => {
      const { theirs, ours, again, state, kept } = await page.run(async (scheme) => {
        const { tfwasm } = tools;
        const model = await makeTrained();
        await model.save(`${scheme}://theirs`, { includeOptimizer: true });
        const loaded = await tfwasm.loadLayersModel(`${scheme}://theirs`);
        await loaded.save(`${scheme}://ours`, { includeOptimizer: true });
        const back = await tf.loadLayersModel(`${scheme}://ours`);
        const list = (weights) => weights.map(({ tensor }) => Array.from(tensor.dataSync()));
        return {
          theirs: model.predict(tf.ones([1, 3])).arraySync(),
          ours: loaded.predict(tfwasm.ones([1, 3])).arraySync(),
          again: back.predict(tf.ones([1, 3])).arraySync(),
          state: list(await model.optimizer.getWeights()),
          kept: list(await back.optimizer.getWeights()),
        };
      }, scheme);
      assertClose(ours, theirs);
      assertClose(again, theirs);
      assert.deepEqual(kept, state);
    });
  }

  for (const [name, count] of [
    ['model', 2],
    ['model.keras', 1],
    ['model.h5', 1],
  ]) {
    test(`downloads://${name}, and the files again`, async () => {
      const downloads = [];
      page.page.on('download', (download) => downloads.push(download));
      const expected = await page.run(async (name) => {
        const { layers, ones, sequential } = tools.tfwasm;
        const model = sequential({ layers: [layers.dense({ units: 3, inputShape: [2] })] });
        await model.save(`downloads://${name}`);
        return model.predict(ones([1, 2])).arraySync();
      }, name);
      while (downloads.length < count) await page.page.waitForEvent('download');
      const files = await Promise.all(
        downloads.map(async (download) => ({
          name: download.suggestedFilename(),
          base64: readFileSync(await download.path()).toString('base64'),
        })),
      );
      page.page.removeAllListeners('download');
      const actual = await page.run(async (files) => {
        const { io, loadLayersModel, ones } = tools.tfwasm;
        const list = await Promise.all(
          files.map(async ({ name, base64 }) => {
            const response = await fetch(`data:application/octet-stream;base64,${base64}`);
            return new File([await response.blob()], name);
          }),
        );
        const model = await loadLayersModel(io.browserFiles(list));
        return model.predict(ones([1, 2])).arraySync();
      }, files);
      assert.deepEqual(actual, expected);
    });
  }

  test('custom layers, and the memory of a loop', async () => {
    const { values, growth } = await page.run(async () => {
      const { layers, memory, ones, sequential, tidy, mul } = tools.tfwasm;
      class Twice extends layers.Layer {
        static className = 'TwiceOfPage';
        call(inputs) {
          return mul([inputs].flat()[0], 2);
        }
      }
      const model = sequential({ layers: [new Twice({ inputShape: [2] })] });
      const predict = () => tidy(() => model.predict(ones([1, 2])).arraySync());
      const values = predict();
      const before = memory().numTensors;
      for (let i = 0; i < 100; ++i) predict();
      return { values, growth: memory().numTensors - before };
    });
    assert.deepEqual(values, [[2, 2]]);
    assert.equal(growth, 0);
  });
});
