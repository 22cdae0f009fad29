// SPDX-License-Identifier: Apache-2.0
// tf.data in a browser: files, URLs, and Chromium's fake camera and microphone.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { startBrowser } from '../browser/chromium.mjs';
import { startHttpServer } from '../io/http-server.mjs';
import { missing } from '../prerequisites.mjs';

const FAKE_DEVICES = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

describe('tf.data in a browser', { skip: missing('dist', 'chromium') }, () => {
  let browser;
  let server;
  let page;
  let problems;

  before(async () => {
    server = await startHttpServer();
    server.files.set('/table.csv', Buffer.from('a,b\n1,2\n3,4\n'));
    browser = await startBrowser({ flags: FAKE_DEVICES });
    ({ page, problems } = await browser.newPage());
    await page.goto(`${server.url}/page.html`);
    await page.evaluate(async () => {
      globalThis.tf = await import('/dist/index.js');
      await tf.ready();
    });
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  test('data.js is loaded when a dataset is read', async () => {
    const { before, values } = await page.evaluate(async () => {
      const loaded = () => performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/data.js'));
      const dataset = tf.data
        .array([1, 2, 3])
        .map((x) => x * 2)
        .batch(2);
      const before = loaded();
      const values = [];
      await dataset.forEachAsync((batch) => values.push(batch.arraySync()));
      return { before, values };
    });
    assert.equal(before, false);
    assert.deepEqual(values, [[2, 4], [6]]);
    assert.equal(server.asked('/dist/data.js').length, 1);
  });

  test('CSV of a URL and of a File', async () => {
    const rows = await page.evaluate(async () => {
      const file = new File(['a,b\r\n"x\r\ny",2\r\n'], 'file.csv');
      return [await tf.data.csv('/table.csv').toArray(), await tf.data.csv(file).toArray()];
    });
    assert.deepEqual(rows, [
      [
        { a: 1, b: 2 },
        { a: 3, b: 4 },
      ],
      [{ a: 'x\r\ny', b: 2 }],
    ]);
  });

  test('camera: sizes, dtypes, stop and start', { timeout: 60_000 }, async () => {
    const result = await page.evaluate(async () => {
      const before = tf.memory().numTensors;
      const capture = async (camera) => {
        const image = await camera.capture();
        const { shape, dtype } = image;
        const values = image.dataSync();
        image.dispose();
        return { shape, dtype, inRange: values.every((x) => x >= 0 && x <= 255), spread: new Set(values).size };
      };
      const element = document.createElement('video');
      element.width = 320;
      element.height = 240;
      const whole = await tf.data.webcam(element);
      const resized = await tf.data.webcam(element, { resizeWidth: 40, resizeHeight: 30 });
      const hidden = await tf.data.webcam(undefined, { resizeWidth: 33, resizeHeight: 44 });
      const cropped = await tf.data.webcam(element, { resizeWidth: 100, resizeHeight: 50, centerCrop: true });
      const results = {
        whole: await capture(whole),
        resized: await capture(resized),
        hidden: await capture(hidden),
        cropped: await capture(cropped),
      };
      results.difference = tf.tidy(() => {
        const frame = tf.browser.fromPixels(element);
        const center = tf.cast(tf.slice(frame, [95, 110, 0], [50, 100, 3]), 'float32');
        return tf.mean(tf.abs(tf.sub(cropped.cropAndResizeFrame(frame), center))).dataSync()[0];
      });
      whole.stop();
      results.stopped = await whole.next();
      await whole.start();
      results.again = await capture(whole);
      results.array = await Promise.resolve()
        .then(() => whole.toArray())
        .catch(({ code }) => code);
      let seen = 0;
      for await (const image of resized) {
        image.dispose();
        if (++seen === 3) break;
      }
      results.closed = await resized.next();
      for (const camera of [whole, cropped, hidden]) camera.stop();
      return { ...results, growth: tf.memory().numTensors - before };
    });
    for (const name of ['whole', 'resized', 'hidden', 'cropped', 'again']) {
      assert.ok(result[name].inRange);
      assert.ok(result[name].spread > 3, `${name} is empty`);
    }
    assert.deepEqual([result.whole.shape, result.whole.dtype], [[240, 320, 3], 'int32']);
    assert.deepEqual([result.resized.shape, result.resized.dtype], [[30, 40, 3], 'float32']);
    assert.deepEqual([result.hidden.shape, result.hidden.dtype], [[44, 33, 3], 'int32']);
    assert.deepEqual([result.cropped.shape, result.cropped.dtype], [[50, 100, 3], 'float32']);
    assert.ok(result.difference < 10, `the crop differs by ${result.difference}`);
    assert.deepEqual(result.stopped, { value: null, done: true });
    assert.deepEqual(result.closed, { value: null, done: true });
    assert.equal(result.array, 'E_INPUT');
    assert.equal(result.growth, 0);
  });

  test('microphone: shapes, sound, stop and start', { timeout: 60_000 }, async () => {
    const result = await page.evaluate(async () => {
      const before = tf.memory().numTensors;
      const config = { fftSize: 256, numFramesPerSpectrogram: 10, columnTruncateLength: 100, includeWaveform: true };
      const microphone = await tf.data.microphone(config);
      // The fake device beeps once a second.
      let isLoud = false;
      let shapes;
      for (let i = 0; i < 100 && !isLoud; ++i) {
        const { spectrogram, waveform } = await microphone.capture();
        shapes = [spectrogram.shape, waveform.shape];
        isLoud = waveform.dataSync().some((x) => Math.abs(x) > 0.01);
        tf.dispose([spectrogram, waveform]);
      }
      const rate = microphone.getSampleRate();
      const late = microphone.next();
      microphone.stop();
      const last = await late;
      tf.dispose(last.value);
      const stopped = await microphone.next();
      await microphone.start();
      const again = await microphone.capture();
      tf.dispose(again);
      microphone.stop();
      const only = await tf.data.microphone({ fftSize: 256, numFramesPerSpectrogram: 2, sampleRateHz: 48000 });
      const { spectrogram, waveform } = await only.capture();
      spectrogram.dispose();
      const onlyRate = only.getSampleRate();
      only.stop();
      return {
        shapes,
        isLoud,
        rate,
        late: last.done,
        stopped,
        without: waveform,
        onlyRate,
        growth: tf.memory().numTensors - before,
      };
    });
    assert.deepEqual(result.shapes, [
      [10, 100, 1],
      [2560, 1],
    ]);
    assert.ok(result.isLoud);
    assert.ok(result.rate >= 8000);
    assert.equal(result.late, false);
    assert.deepEqual(result.stopped, { value: null, done: true });
    assert.equal(result.without, undefined);
    assert.equal(result.onlyRate, 48000);
    assert.equal(result.growth, 0);
  });

  test('wrong configurations, and devices that are not allowed', async () => {
    const codes = await page.evaluate(async () => {
      const code = (promise) =>
        promise.then(
          () => 'no error',
          ({ code }) => code,
        );
      const codes = [
        await code(tf.data.webcam()),
        await code(tf.data.webcam(undefined, { resizeWidth: 10 })),
        await code(tf.data.webcam(undefined, { resizeWidth: 10, resizeHeight: 1.5 })),
        await code(tf.data.webcam(document.createElement('video'), { facingMode: 'side' })),
        await code(tf.data.webcam(document.createElement('video'), { centerCrop: true })),
        await code(tf.data.microphone({ fftSize: 1000 })),
        await code(tf.data.microphone({ columnTruncateLength: 2000 })),
        await code(tf.data.microphone({ numFramesPerSpectrogram: 0 })),
        await code(tf.data.microphone({ includeSpectrogram: false })),
      ];
      navigator.mediaDevices.getUserMedia = async () => {
        throw new DOMException('no', 'NotAllowedError');
      };
      codes.push(await code(tf.data.webcam(document.createElement('video'))), await code(tf.data.microphone()));
      return codes;
    });
    assert.deepEqual(codes, [...Array(9).fill('E_INPUT'), 'E_DEVICE', 'E_DEVICE']);
    assert.deepEqual(problems, []);
  });
});

describe('devices in Node.js', { skip: missing('dist') }, () => {
  test('E_DEVICE', async () => {
    const { data } = await import('../../dist/index.js');
    await assert.rejects(data.webcam(undefined, { resizeWidth: 2, resizeHeight: 2 }), { code: 'E_DEVICE' });
    await assert.rejects(data.microphone(), { code: 'E_DEVICE' });
  });
});
