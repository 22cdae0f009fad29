// SPDX-License-Identifier: Apache-2.0
// Takes screenshots of both pages for the README, light and dark: docs/images/PAGE[-phone]-SCHEME.webp.
//
//   npm run screenshots                     all
//   npm run screenshots -- --only playground   those whose name contains this
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { launchChromium } from './chromium.mjs';
import { ROOT } from './lib/paths.mjs';
import { runMain, ToolError } from './lib/run.mjs';
import { startServer } from './serve.mjs';

const FOLDER = path.join(ROOT, 'docs/images');
const MAX_BYTES = 150_000;
const QUALITIES = [0.92, 0.85, 0.75, 0.6];
const PHONE = { width: 360, height: 780 };

/** Each function brings its page into a representative state. */
const PAGES = {
  playground: {
    url: 'web/?model=../models/movenet-lightning.json',
    viewport: { width: 1280, height: 1420 },
    prepare: preparePlayground,
  },
  benchmark: {
    url: 'benchmark-page/?model=movenet-lightning&runs=30&peers=tfjs-wasm&run=1',
    viewport: { width: 1280, height: 1400 },
    prepare: prepareBenchmark,
  },
};

async function preparePlayground(page, isPhone) {
  await page.waitForSelector('#graph-svg .node');
  await page.click('#run-start');
  await waitForEnd(page, '#run-status', '#run-error');
  await page.fill('#graph-search', 'kpt_offset_0/re_lu_6');
  await page.press('#graph-search', 'Enter');
  await page.fill('#graph-search', '');
  await page.click('#zoom-out');
  await scrollTo(page, isPhone ? '#model' : '#graph');
}

async function prepareBenchmark(page) {
  await waitForEnd(page, '#status', '#run-error');
  await scrollTo(page, '#result');
}

/** Waits until the status says "Done". Throws the page's error message instead. */
async function waitForEnd(page, status, error) {
  const ended = await page.waitForFunction(
    ([statusId, errorId]) => {
      const text = document.querySelector(errorId).textContent;
      return text || (/^Done/.test(document.querySelector(statusId).textContent) && 'done');
    },
    [status, error],
    { timeout: 300_000 },
  );
  const text = await ended.jsonValue();
  if (text !== 'done') throw new ToolError(`The page says: ${text}`);
}

/** Scrolls, and removes the focus. */
function scrollTo(page, selector) {
  return page.evaluate((wanted) => {
    document.activeElement?.blur();
    document.querySelector(wanted).scrollIntoView({ block: 'start' });
  }, selector);
}

/** Converts a PNG to a WebP that is small enough for the repository. */
async function toWebp(page, png) {
  for (const quality of QUALITIES) {
    const base64 = await page.evaluate(
      async ([source, q]) => {
        const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${source}`)).blob());
        const canvas = new OffscreenCanvas(picture.width, picture.height);
        canvas.getContext('2d').drawImage(picture, 0, 0);
        const bytes = new Uint8Array(
          await (await canvas.convertToBlob({ type: 'image/webp', quality: q })).arrayBuffer(),
        );
        let text = '';
        for (const byte of bytes) text += String.fromCharCode(byte);
        return btoa(text);
      },
      [png.toString('base64'), quality],
    );
    const bytes = Buffer.from(base64, 'base64');
    if (bytes.length <= MAX_BYTES) return bytes;
  }
  throw new ToolError(`A picture takes more than ${MAX_BYTES} bytes.`);
}

async function shoot(context, serverUrl, { url, viewport, prepare, isPhone, colorScheme }) {
  const page = await context.newPage();
  try {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.goto(serverUrl + url);
    await prepare(page, isPhone);
    const png = await page.screenshot({ animations: 'disabled' });
    return await toWebp(page, png);
  } finally {
    await page.close();
  }
}

/** All pictures by name. */
function listPictures() {
  return Object.entries(PAGES).flatMap(([name, page]) =>
    ['light', 'dark'].flatMap((colorScheme) => [
      { name: `${name}-${colorScheme}`, ...page, colorScheme },
      { name: `${name}-phone-${colorScheme}`, ...page, viewport: PHONE, isPhone: true, colorScheme },
    ]),
  );
}

async function takeScreenshots() {
  const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
  const pictures = listPictures().filter(({ name }) => name.includes(values.only));
  if (pictures.length === 0) throw new ToolError(`There is no picture called "${values.only}".`);
  mkdirSync(FOLDER, { recursive: true });
  const server = await startServer({ port: 0 });
  const { context, close } = await launchChromium();
  try {
    for (const picture of pictures) {
      const bytes = await shoot(context, server.url, picture);
      const file = path.join(FOLDER, `${picture.name}.webp`);
      writeFileSync(file, bytes);
      console.log(`${path.relative(ROOT, file)}  ${Math.round(bytes.length / 1000)} kB`);
    }
  } finally {
    await close();
    await server.close();
  }
}

await runMain(takeScreenshots);
