// SPDX-License-Identifier: Apache-2.0
// The demo, as a page and on the command line.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { predictPhotograph, runDemo } from '../../tools/demo.mjs';
import { startServer } from '../../tools/serve.mjs';
import { KEYPOINT_NAMES } from '../../web/movenet.js';
import { missing } from '../prerequisites.mjs';
import { startBrowser } from './chromium.mjs';

/** The positions of the visible joints in the photograph, relative to its size. */
const VISIBLE = {
  nose: [0.43, 0.24],
  'left eye': [0.48, 0.195],
  'right eye': [0.4, 0.195],
  'left ear': [0.54, 0.22],
  'right ear': [0.34, 0.22],
  'left shoulder': [0.62, 0.53],
  'right shoulder': [0.21, 0.5],
};

function assertOnTheBody(keypoints) {
  assert.deepEqual(
    keypoints.map(({ name }) => name),
    KEYPOINT_NAMES,
  );
  for (const [name, [x, y]] of Object.entries(VISIBLE)) {
    const found = keypoints.find((point) => point.name === name);
    assert.ok(Math.hypot(found.x - x, found.y - y) < 0.03, `${name} at ${found.x}, ${found.y}`);
    assert.ok(found.score > 0.4, `${name} scores ${found.score}`);
  }
}

describe('the demo on the command line', { skip: missing('dist', 'models') }, () => {
  test('finds the joints', async () => {
    const { keypoints, times } = await predictPhotograph({ repeats: 2 });
    assertOnTheBody(keypoints);
    for (const time of Object.values(times)) assert.ok(time > 0);
  });

  test('prints every joint and the times', async () => {
    const lines = [];
    await runDemo({ print: (line) => lines.push(line) });
    const text = lines.join('\n');
    for (const name of KEYPOINT_NAMES)
      assert.match(text, new RegExp(`${name} +\\d\\.\\d{3} +\\d\\.\\d{3} +\\d\\.\\d{3}`));
    assert.match(text, /load [\d.]+ ms, first prediction [\d.]+ ms, later [\d.]+ ms/);
  });
});

describe('the demo page', { skip: missing('dist', 'models', 'chromium') }, () => {
  let browser;
  let server;

  before(async () => {
    [browser, server] = await Promise.all([startBrowser(), startServer({ port: 0 })]);
  });
  after(() => Promise.all([browser?.close(), server?.close()]));

  async function open(prepare = async () => {}, options = {}) {
    const opened = await browser.newPage(options);
    await prepare(opened.page);
    await opened.page.goto(server.url);
    return opened;
  }

  const waitForStatus = (page, pattern) =>
    page.waitForFunction((source) => new RegExp(source).test(document.getElementById('status').textContent), pattern);

  test('finds the joints and draws them over the picture', async () => {
    const { page, problems } = await open();
    await waitForStatus(page, 'Found');
    const keypoints = await page.$$eval('#keypoints tr', (rows) =>
      rows.map(({ cells }) => {
        const [name, ...numbers] = Array.from(cells, ({ textContent }) => textContent);
        return { name, x: numbers[0] / 384, y: numbers[1] / 384, score: Number(numbers[2]) };
      }),
    );
    assertOnTheBody(keypoints);
    // The dot on the nose covers skin in the photograph.
    const nose = keypoints[0];
    const color = await page.$eval(
      '#picture',
      (canvas, [x, y]) => Array.from(canvas.getContext('2d').getImageData(x, y, 1, 1).data),
      [nose.x * 384, nose.y * 384],
    );
    assert.deepEqual(color, [0xff, 0x5d, 0x8f, 255]);
    assert.equal(await page.$$eval('#times dd', (items) => items.length), 3);
    await page.click('#again');
    await page.waitForSelector('#again:not([aria-disabled])');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'again');
    assert.match(await page.textContent('#status'), /Found \d+ of 17/);
    assert.deepEqual(problems, []);
    await page.close();
  });

  test('takes a picture of the visitor, and says so when it is none', async () => {
    const { page } = await open();
    await waitForStatus(page, 'Found');
    await page.setInputFiles('#file', { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') });
    await waitForStatus(page, 'not a picture');
    assert.ok(await page.$eval('#status', ({ classList }) => classList.contains('failed')));
    await page.setInputFiles('#file', 'web/images/astronaut.png');
    await waitForStatus(page, 'Found');
    assert.equal(await page.textContent('#caption'), 'astronaut.png');
    assert.ok(await page.$eval('#status', ({ classList }) => !classList.contains('failed')));
    await page.close();
  });

  for (const [what, pattern, message] of [
    ['the model', '**/movenet-lightning.json', 'model could not be loaded.*404'],
    ['the weights', '**/movenet-lightning.bin', 'model could not be loaded.*404'],
    ['the photograph', '**/astronaut.png', 'photograph could not be loaded.*404'],
    ['the library', '**/dist/index.js', 'library could not be loaded'],
  ]) {
    test(`says that ${what} is missing`, async () => {
      const { page } = await open((page) => page.route(pattern, (route) => route.fulfill({ status: 404 })));
      await waitForStatus(page, message);
      assert.ok(await page.$eval('#status', ({ classList }) => classList.contains('failed')));
      await page.close();
    });
  }

  const waitForModel = (page, name) =>
    page.waitForFunction(
      (wanted) =>
        document.getElementById('model-name').textContent === wanted && !document.getElementById('model').hidden,
      name,
    );

  test('shares its model with “look inside”, and is there again when that is closed', async () => {
    const { page, requests } = await open();
    await waitForStatus(page, 'Found');
    await page.click('#look-inside');
    await waitForModel(page, 'movenet-lightning');
    assert.equal(await page.isVisible('#demo'), false);
    await page.click('#run-start');
    await page.waitForSelector('.result canvas');
    await page.click('#close-model');
    assert.equal(await page.isVisible('#demo'), true);
    await page.click('#again');
    await waitForStatus(page, 'Found');
    const fetched = requests.filter((url) => /movenet-lightning\.(json|bin)$/.test(url));
    assert.equal(fetched.length, 2, fetched.join());
    // Another model takes its memory. Then it is loaded again.
    await page.selectOption('#sample', 'liveness');
    await page.click('#open-sample');
    await waitForModel(page, 'liveness');
    await page.click('#close-model');
    await page.waitForSelector('#again:not([aria-disabled])');
    await waitForStatus(page, 'Found');
    await page.close();
  });

  test('“back” and “forward” go from model to model, also of files', async () => {
    const { page, requests } = await open();
    await waitForStatus(page, 'Found');
    await page.selectOption('#sample', 'liveness');
    await page.click('#open-sample');
    await waitForModel(page, 'liveness');
    const folder = path.join('node_modules', '@vladmandic', 'human', 'models');
    await page.setInputFiles('#files', [path.join(folder, 'emotion.json'), path.join(folder, 'emotion.bin')]);
    await waitForModel(page, 'emotion');
    // A link within the page opens nothing.
    await page.click('.sections a[href="#run"]');
    await page.goBack();
    assert.equal(await page.textContent('#model-name'), 'emotion');
    await page.goBack();
    await waitForModel(page, 'liveness');
    assert.match(new URL(page.url()).searchParams.get('model'), /liveness\.json$/);
    await page.goBack();
    await page.waitForSelector('#model', { state: 'hidden' });
    await waitForStatus(page, 'Found');
    await page.goForward();
    await waitForModel(page, 'liveness');
    await page.goForward();
    await waitForModel(page, 'emotion');
    assert.equal(requests.filter((url) => url.endsWith('/emotion.bin')).length, 0);
    // Closing is an entry, too.
    await page.click('#close-model');
    await page.goBack();
    await waitForModel(page, 'emotion');
    await page.close();
  });

  test('tells how much of the library has arrived on a slow line', async () => {
    const { page } = await open(async (page) => {
      const client = await page.context().newCDPSession(page);
      await client.send('Network.enable');
      const slow = { offline: false, latency: 0, downloadThroughput: 300_000, uploadThroughput: -1 };
      await client.send('Network.emulateNetworkConditions', slow);
    });
    await waitForStatus(page, 'Loading the library \\([\\d.]+ [kM]B\\)… \\d+ %');
    await page.close();
  });

  test('fits on a phone', async () => {
    const { page } = await open(undefined, { viewport: { width: 360, height: 740 } });
    await waitForStatus(page, 'Found');
    const { scrollWidth, clientWidth } = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return { scrollWidth, clientWidth };
    });
    assert.ok(scrollWidth <= clientWidth, `${scrollWidth} > ${clientWidth}`);
    await page.close();
  });
});
