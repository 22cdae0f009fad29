// SPDX-License-Identifier: Apache-2.0
// Tensors and browser objects: pixels, canvases, memory.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { startBrowser } from './chromium.mjs';
import { startSite } from './site.mjs';

describe('tensors in a browser', { skip: missing('dist', 'chromium') }, () => {
  let browser;
  let site;
  let page;
  let problems;

  before(async () => {
    [browser, site] = await Promise.all([startBrowser(), startSite()]);
    ({ page, problems } = await browser.newPage());
    await page.goto(site.url);
    await page.evaluate(async () => {
      globalThis.tf = await import('/dist/index.js');
      await tf.ready();
      /** Red, green, blue and half transparent black: 2 by 2 pixels. */
      globalThis.RGBA = [255, 0, 0, 255, 0, 128, 0, 255, 0, 0, 64, 255, 10, 20, 30, 255];
      globalThis.paint = (canvas) => {
        canvas.width = canvas.height = 2;
        canvas.getContext('2d').putImageData(new ImageData(new Uint8ClampedArray(RGBA), 2), 0, 0);
        return canvas;
      };
    });
  });
  after(async () => {
    await browser?.close();
    await site?.close();
  });

  const run = (script, argument) => page.evaluate(script, argument);

  const RGB = [255, 0, 0, 0, 128, 0, 0, 0, 64, 10, 20, 30];

  for (const [what, make] of [
    ['ImageData', () => new ImageData(new Uint8ClampedArray(RGBA), 2)],
    ['a canvas', () => paint(document.createElement('canvas'))],
    ['an OffscreenCanvas', () => paint(new OffscreenCanvas(1, 1))],
    ['an ImageBitmap', () => createImageBitmap(paint(new OffscreenCanvas(1, 1)))],
    [
      'an image element',
      async () => {
        const image = new Image();
        image.src = paint(document.createElement('canvas')).toDataURL('image/png');
        await image.decode();
        return image;
      },
    ],
    ['plain bytes', () => ({ data: new Uint8Array(RGBA), width: 2, height: 2 })],
  ]) {
    test(`fromPixels reads ${what}`, async () => {
      const result = await run(
        new Function(`return (async () => {
          const image = tf.browser.fromPixels(await (${make})());
          const { shape, dtype } = image;
          const values = Array.from(image.dataSync());
          image.dispose();
          return { shape, dtype, values };
        })()`),
      );
      assert.deepEqual(result, { shape: [2, 2, 3], dtype: 'int32', values: RGB });
    });
  }

  test('fromPixels takes as many channels as asked for', async () => {
    const values = await run(() =>
      [1, 4].map((channels) =>
        tf.tidy(() =>
          Array.from(tf.browser.fromPixels(new ImageData(new Uint8ClampedArray(RGBA), 2), channels).dataSync()),
        ),
      ),
    );
    assert.deepEqual(values, [
      [255, 0, 0, 10],
      [255, 0, 0, 255, 0, 128, 0, 255, 0, 0, 64, 255, 10, 20, 30, 255],
    ]);
  });

  test('toPixels gives back what fromPixels took, and paints it', async () => {
    const { bytes, painted } = await run(async () => {
      const canvas = document.createElement('canvas');
      const image = tf.browser.fromPixels(new ImageData(new Uint8ClampedArray(RGBA), 2));
      const bytes = Array.from(await tf.browser.toPixels(image, canvas));
      image.dispose();
      return { bytes, painted: Array.from(canvas.getContext('2d').getImageData(0, 0, 2, 2).data) };
    });
    const expected = await run(() => RGBA);
    assert.deepEqual(bytes, expected);
    assert.deepEqual(painted, expected);
  });

  test('toPixels takes floats from 0 to 1 and gray pictures', async () => {
    const bytes = await run(async () => Array.from(await tf.browser.toPixels(tf.tensor2d([[0, 1]]))));
    assert.deepEqual(bytes, [0, 0, 0, 255, 255, 255, 255, 255]);
  });

  for (const [what, script] of [
    ['data of', (tensor) => tensor.dataSync()],
    ['a promise for data of', (tensor) => tensor.data()],
    ['a picture of', (tensor) => tf.browser.toPixels(tensor)],
    ['a prediction from', async (tensor) => (await tf.loadGraphModel('/tiny/model.json')).predict(tensor)],
  ]) {
    test(`refuses ${what} a disposed tensor`, async () => {
      const error = await run(
        new Function(`return (async () => {
          const tensor = tf.tensor2d([[1, 2]]);
          tensor.dispose();
          tensor.dispose(); // the second call does nothing
          try {
            await (${script})(tensor);
            return 'no error';
          } catch ({ name, code, message }) {
            return { name, code, message };
          }
        })()`),
      );
      assert.equal(error.name, 'TfwasmError', JSON.stringify(error));
      assert.equal(error.code, 'E_DISPOSED');
      assert.match(error.message, /disposed/);
    });
  }

  test('views are not broken when the heap grows', async () => {
    const result = await run(() => {
      const small = tf.tensor1d([1, 2, 3]);
      const before = tf.memory().heapBytes;
      const large = tf.zeros([1 << 26]);
      const values = Array.from(small.dataSync());
      const grown = tf.memory().heapBytes - before;
      tf.dispose([small, large]);
      return { values, grown };
    });
    assert.deepEqual(result.values, [1, 2, 3]);
    assert.ok(result.grown > 0);
  });

  test('a tensor too large for the heap is an error, and the next one works', async () => {
    const result = await run(() => {
      const before = tf.memory().numBytes;
      let code = 'no error';
      try {
        tf.zeros([1 << 30, 2]);
      } catch (error) {
        code = error.code;
      }
      const values = Array.from(tf.tidy(() => tf.tensor1d([4, 5]).dataSync()));
      return { code, values, left: tf.memory().numBytes - before };
    });
    assert.ok(['E_OOM', 'E_LIMIT'].includes(result.code), result.code);
    assert.deepEqual({ values: result.values, left: result.left }, { values: [4, 5], left: 0 });
  });

  test('nothing was complained about', () => assert.deepEqual(problems, []));
});
