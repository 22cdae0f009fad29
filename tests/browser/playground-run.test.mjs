// SPDX-License-Identifier: Apache-2.0
// Running models in the playground: all kinds of inputs, and the display of results.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { attr, GraphBuilder } from '../graph-builder.mjs';
import { missing } from '../prerequisites.mjs';
import { tinyAnswer } from '../tiny-model.mjs';
import {
  echoModel,
  predict,
  serveModel,
  shownValues,
  startPlayground,
  TINY,
  waitForModel,
  waitForText,
} from './playground.mjs';

describe('running a model in the playground', { skip: missing('dist', 'models', 'chromium') }, () => {
  let playground;

  before(async () => {
    playground = await startPlayground();
  });
  after(() => playground?.close());

  async function openEcho(dtype, shape) {
    const opened = await playground.open('?model=../made/echo/model.json', {
      prepare: (page) => serveModel(page, 'echo', echoModel(dtype, shape)),
    });
    await waitForModel(opened.page, 'echo');
    return opened;
  }

  async function run(page) {
    await page.click('#run-start');
    await waitForText(page, '#run-status', /^(Done|The run failed)/);
  }

  async function runError(page) {
    await page.click('#run-start');
    await waitForText(page, '#run-error', /./);
    return page.textContent('#run-error');
  }

  test('typed values, as JSON or between commas', async () => {
    const { page, problems } = await playground.open(TINY);
    await waitForModel(page, 'tiny');
    assert.deepEqual(await predict(page, [[1, 2]]), tinyAnswer([1, 2]));
    await page.fill('#input-0-values', '3, 4');
    await run(page);
    assert.deepEqual(await shownValues(page), tinyAnswer([3, 4]));
    await page.fill('#input-0-size-0', '2');
    await page.fill('#input-0-values', '1 2 3 4');
    await run(page);
    assert.deepEqual(await shownValues(page), [...tinyAnswer([1, 2]), ...tinyAnswer([3, 4])]);
    assert.match(await page.textContent('.result'), /y.*float32.*\[2, 3\]/);
    assert.match(await page.textContent('#run-times'), /First run.*ms.*Median of 10 more.*ms/);
    assert.deepEqual(problems, []);
    await page.close();
  });

  test('says what is wrong with typed values and sizes', async () => {
    const { page } = await playground.open(TINY);
    await waitForModel(page, 'tiny');
    await page.selectOption('#input-0-source', 'values');
    assert.match(await runError(page), /x: Type the values/);
    await page.fill('#input-0-values', '1 2 3');
    assert.match(await runError(page), /\[1, 2\] takes 2 values.*there are 3/);
    await page.fill('#input-0-values', '[1, 2');
    assert.match(await runError(page), /not a JSON list/);
    await page.fill('#input-0-values', 'one two');
    assert.match(await runError(page), /"one" is not a number/);
    await page.fill('#input-0-size-0', '-1');
    assert.match(await runError(page), /whole number/);
    await page.fill('#input-0-size-0', '');
    assert.match(await runError(page), /whole number/);
    await page.fill('#input-0-size-0', '1');
    assert.deepEqual(await predict(page, [1, 2]), tinyAnswer([1, 2]));
    assert.equal(await page.isVisible('#run-error'), false);
    await page.close();
  });

  test('random values are the same for the same seed, and within their range', async () => {
    const { page } = await openEcho('int32', [3, 8]);
    await page.selectOption('#input-0-source', 'random');
    await page.fill('#input-0-low', '5');
    await page.fill('#input-0-high', '7');
    await run(page);
    const first = await shownValues(page);
    assert.deepEqual([...new Set(first)].sort(), [5, 6, 7]);
    await page.fill('#input-0-seed', '2');
    await run(page);
    assert.notDeepEqual(await shownValues(page), first);
    await page.fill('#input-0-seed', '1');
    await run(page);
    assert.deepEqual(await shownValues(page), first);
    await page.fill('#input-0-low', '9');
    assert.match(await runError(page), /smallest and a largest/);
    await page.close();
  });

  test('zeros, booleans, texts and inputs of any shape', async () => {
    const { page } = await openEcho('float32', [4]);
    await page.selectOption('#input-0-source', 'zeros');
    await run(page);
    assert.deepEqual(await shownValues(page), [0, 0, 0, 0]);
    await page.close();

    const { page: booleans } = await openEcho('bool', [3]);
    assert.deepEqual(await predict(booleans, [true, false, 1]), [1, 0, 1]);
    await booleans.close();

    const { page: texts } = await openEcho('string', [2]);
    await texts.fill('#input-0-values', 'grün\nblau');
    await run(texts);
    assert.equal(await texts.textContent('.result .values'), '"grün", "blau"');
    await texts.close();
  });

  test('the photograph: MoveNet finds the joints', async () => {
    const { page, problems } = await playground.open('?model=../models/movenet-lightning.json');
    await waitForModel(page, 'movenet-lightning');
    assert.equal(await page.inputValue('#input-0-pixels'), '0 … 255');
    await run(page);
    assert.match(await page.textContent('.result'), /\[1, 1, 17, 3\]/);
    // y, x and score of the nose.
    const [y, x, score] = await shownValues(page);
    assert.ok(Math.hypot(x - 0.43, y - 0.24) < 0.03, `nose at ${x}, ${y}`);
    assert.ok(score > 0.4);
    const nose = await page.$eval(
      '.result canvas',
      (canvas, [x, y]) =>
        Array.from(canvas.getContext('2d').getImageData(x * canvas.width, y * canvas.height, 1, 1).data),
      [x, y],
    );
    assert.deepEqual(nose, [0xff, 0x5d, 0x8f, 255]);
    assert.deepEqual(problems, []);
    await page.close();
  });

  test('a picture of the visitor, chosen or dropped, in the wanted range', async () => {
    const { page } = await openEcho('float32', [1, 8, 8, 3]);
    // A picture of one colour.
    const png = await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(40, 20);
      const context = canvas.getContext('2d');
      context.fillStyle = 'rgb(255, 0, 51)';
      context.fillRect(0, 0, 40, 20);
      return Array.from(new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer()));
    });
    await page.setInputFiles('.picture-source input[type=file]', {
      name: 'red.png',
      mimeType: 'image/png',
      buffer: Buffer.from(png),
    });
    await waitForText(page, '.picture-source figcaption', /red\.png/);
    await page.selectOption('#input-0-fit', 'stretch');
    await page.selectOption('#input-0-pixels', '0 … 1');
    await run(page);
    assert.deepEqual((await shownValues(page)).slice(0, 3), [1, 0, 0.2]);
    await page.selectOption('#input-0-pixels', '-1 … 1');
    await run(page);
    assert.deepEqual((await shownValues(page)).slice(0, 3), [1, -1, -0.6]);
    await page.selectOption('#input-0-pixels', '0 … 255');
    await page.selectOption('#input-0-fit', 'contain');
    await run(page);
    assert.deepEqual((await shownValues(page)).slice(0, 3), [0, 0, 0], 'a bar above the picture');
    await page.selectOption('#input-0-fit', 'cover');
    await run(page);
    assert.deepEqual((await shownValues(page)).slice(0, 3), [255, 0, 51]);
    // A result with the shape of a picture is shown as a picture.
    const shown = await page.$eval('.result canvas', (canvas) =>
      Array.from(canvas.getContext('2d').getImageData(4, 4, 1, 1).data),
    );
    assert.deepEqual(shown, [255, 0, 51, 255]);

    await page.setInputFiles('.picture-source input[type=file]', {
      name: 'notes.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('hello'),
    });
    await waitForText(page, '.picture-source .error', /notes\.txt is not a picture/);
    await page.click('.picture-source button:text("Sample photograph")');
    await waitForText(page, '.picture-source figcaption', /Eileen Collins/);
    await page.evaluate((bytes) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes)], 'dropped.png', { type: 'image/png' }));
      const place = document.querySelector('.picture-source figure');
      place.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer }));
    }, png);
    await waitForText(page, '.picture-source figcaption', /dropped\.png/);
    assert.equal(await page.textContent('#model-name'), 'echo', 'the picture was not taken for a model');
    await page.close();
  });

  test('a camera that is not allowed is an error in words', async () => {
    const { page } = await openEcho('float32', [1, 8, 8, 3]);
    await page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = async () => {
        throw new DOMException('Permission denied', 'NotAllowedError');
      };
    });
    await page.click('.picture-source button:text("Camera")');
    await waitForText(page, '.picture-source .error', /not allowed to use the camera/);
    await page.close();
  });

  test('a frame of the camera', async () => {
    const { page } = await openEcho('float32', [1, 8, 8, 3]);
    await page.evaluate(() => {
      const canvas = document.createElement('canvas');
      const context = canvas.getContext('2d');
      context.fillStyle = '#00ff00';
      context.fillRect(0, 0, canvas.width, canvas.height);
      const stream = canvas.captureStream(30);
      globalThis.cameraTracks = stream.getTracks();
      navigator.mediaDevices.getUserMedia = async () => stream;
      // A canvas stream has new frames only after changes.
      setInterval(() => context.fillRect(0, 0, canvas.width, canvas.height), 30);
    });
    await page.selectOption('#input-0-fit', 'stretch');
    await page.selectOption('#input-0-pixels', '0 … 255');
    await page.click('.picture-source button:text("Camera")');
    await page.waitForFunction(() => {
      const video = document.querySelector('.picture-source video');
      const context = new OffscreenCanvas(1, 1).getContext('2d');
      context.drawImage(video, 0, 0, 1, 1);
      return video.readyState >= 2 && context.getImageData(0, 0, 1, 1).data[1] > 200;
    });
    await run(page);
    const [red, green, blue] = await shownValues(page);
    // Video encoding changes colours slightly.
    assert.ok(red < 0.1 * green && blue < 0.1 * green && green > 200, `${red} ${green} ${blue}`);
    await page.click('.picture-source button:text("Stop the camera")');
    assert.deepEqual(await page.evaluate(() => globalThis.cameraTracks.map(({ readyState }) => readyState)), ['ended']);
    await page.close();
  });

  test('scores of classes: the largest first', async () => {
    const { page } = await openEcho('float32', [1, 6]);
    await predict(page, [0.1, 0.7, -2, 0.3, 9, 0]);
    const rows = await page.$$eval('.top-values tbody tr', (list) =>
      list.map(({ cells }) => [cells[0].textContent, cells[1].textContent]),
    );
    assert.deepEqual(rows, [
      ['4', '9'],
      ['1', '0.7'],
      ['3', '0.3'],
      ['0', '0.1'],
      ['5', '0'],
    ]);
    const facts = await page.textContent('.result .facts');
    assert.match(facts, /Smallest-2Largest9Mean1\.35/);
    await page.close();
  });

  test('lists of boxes and scores: a table with pages, no picture', async () => {
    const { page } = await openEcho('float32', [1, 2704, 80]);
    await run(page);
    assert.equal(await page.$('.result canvas'), null);
    assert.ok((await page.$eval('.result', ({ offsetHeight }) => offsetHeight)) < 1000);
    const cells = (row) =>
      page.$$eval(`.value-table tbody tr:nth-child(${row}) > *`, (l) => l.map((c) => c.textContent));
    const first = await cells(1);
    assert.equal(first.length, 9);
    await page.click('[aria-label="Next rows"]');
    await page.click('[aria-label="Next columns"]');
    await waitForText(page, '.value-table', /rows 15 to 29 of 2,704.*columns 8 to 15 of 80/s);
    assert.equal((await cells(1))[0], '15');
    assert.notDeepEqual((await cells(1)).slice(1), first.slice(1));
    await page.fill('.pager-field:has-text("From row") input', '2700');
    await page.keyboard.press('Tab');
    await waitForText(page, '.value-table', /rows 2,700 to 2,703 of 2,704/);
    // The button that has come to the end keeps the focus.
    await page.fill('.pager-field:has-text("From row") input', '2685');
    await page.focus('[aria-label="Next rows"]');
    await page.keyboard.press('Enter');
    await waitForText(page, '.value-table', /rows 2,700 to/);
    assert.equal(await page.isDisabled('[aria-label="Next rows"]'), true);
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Next rows');
    await page.keyboard.press('Enter');
    assert.match(await page.textContent('.value-table'), /rows 2,700 to/);
    await page.close();

    const { page: boxes } = await openEcho('float32', [1, 100, 6]);
    await boxes.selectOption('#input-0-source', 'values');
    await boxes.fill('#input-0-values', JSON.stringify(Array.from({ length: 600 }, (_, i) => i)));
    await run(boxes);
    assert.equal(await boxes.$('.result canvas'), null);
    const rows = await boxes.$$eval('.value-table tbody tr', (list) =>
      list.map(({ cells }) => Array.from(cells, (cell) => cell.textContent)),
    );
    assert.deepEqual(rows[14], ['14', '84', '85', '86', '87', '88', '89']);
    await boxes.close();
  });

  test('high pictures have a limit, and all of their values are in a table', async () => {
    const { page } = await openEcho('float32', [1, 400, 100, 1]);
    await run(page);
    const { width, height } = await page.$eval('.result canvas', (canvas) => canvas.getBoundingClientRect().toJSON());
    assert.ok(height <= 321, `${height}`);
    assert.ok(Math.abs(height / width - 4) < 0.1, `${width} x ${height}`);
    await page.click('.result summary:text("All 40,000 values")');
    await waitForText(page, '.value-table', /rows 0 to 14 of 40,000/);
    await page.close();
  });

  test('pixels are 0 to 1 for float32 and 0 to 255 for int32; the result says so, and another range is a click', async () => {
    const { page: integers } = await openEcho('int32', [1, 8, 8, 3]);
    assert.equal(await integers.inputValue('#input-0-pixels'), '0 … 255');
    await integers.close();
    const { page } = await openEcho('float32', [1, 8, 8, 3]);
    assert.equal(await page.inputValue('#input-0-pixels'), '0 … 1');
    await run(page);
    const unit = await shownValues(page);
    assert.match(await page.textContent('#run-fed'), /Pixel values were 0 … 1\./);
    await page.click('#run-fed button:text("Run with 0 … 255")');
    await waitForText(page, '#run-fed', /Pixel values were 0 … 255\./);
    await waitForText(page, '#run-status', /^Done/);
    const bytes = await shownValues(page);
    assert.ok(
      unit.every((value, index) => Math.abs(255 * value - bytes[index]) < 0.1),
      `${unit} ${bytes}`,
    );
    assert.equal(await page.inputValue('#input-0-pixels'), '0 … 255');
    await page.selectOption('#input-0-source', 'zeros');
    await run(page);
    assert.equal(await page.textContent('#run-fed'), '');
    await page.close();
  });

  test('values that are not numbers are counted', async () => {
    const { page } = await openEcho('float32', [4]);
    await page.selectOption('#input-0-source', 'values');
    await page.fill('#input-0-values', 'NaN, Infinity, 1, 2');
    await run(page);
    assert.match(await page.textContent('.result .facts'), /Smallest1Largest2Mean1\.5Not a number1Infinite1/);
    await page.close();
  });

  test('any value of the graph, asked for in the graph or by name', async () => {
    const { page } = await playground.open(TINY);
    await waitForModel(page, 'tiny');
    await page.selectOption('#input-0-source', 'values');
    await page.fill('#input-0-values', '1 2');
    await page.click('.node[data-name="product"]');
    await page.click('#node-details button:text("Compute this value")');
    await waitForText(page, '#run-status', /^Done/);
    assert.deepEqual(await shownValues(page), [9, 12, -15]);
    assert.equal(await page.inputValue('#run-wanted:visible'), 'product');
    await page.fill('#run-wanted', 'sum, y');
    await run(page);
    assert.deepEqual(await page.$$eval('.result h3', (heads) => heads.map((head) => head.textContent)), ['sum', 'y']);
    assert.deepEqual(await shownValues(page), [9.5, -8, 85]);
    await page.fill('#run-wanted', 'nobody');
    assert.match(await runError(page), /nobody/);
    await page.close();
  });

  test('a wrong shape is an error of the model in words', async () => {
    const graph = new GraphBuilder();
    graph.input('a', 'float32', [-1]);
    graph.input('b', 'float32', [-1]);
    graph.op('y', 'AddV2', ['a', 'b'], { T: attr.type('float32') });
    const { page } = await playground.open('?model=../made/sum/model.json', {
      prepare: (page) => serveModel(page, 'sum', graph.handler(['y'])),
    });
    await waitForModel(page, 'sum');
    await page.fill('#input-0-size-0', '2');
    await page.fill('#input-1-size-0', '3');
    assert.match(await runError(page), /E_SHAPE/);
    await page.fill('#input-1-size-0', '2');
    await run(page);
    assert.match(await page.textContent('#run-status'), /^Done/);
    await page.close();
  });

  test('can be stopped', async () => {
    const { page } = await playground.open('?model=../models/faceres.json');
    await waitForModel(page, 'faceres');
    await page.click('.options summary');
    await page.fill('#run-repeats', '1000');
    await page.click('#run-start');
    await page.waitForSelector('.result');
    await page.click('#run-stop');
    await waitForText(page, '#run-status', /^Stopped/);
    assert.equal(await page.isDisabled('#run-start'), false);
    await page.close();
  });
});
