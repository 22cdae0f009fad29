// SPDX-License-Identifier: Apache-2.0
// The playground's graph view: search, details, pan and zoom, functions, keyboard.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { attr, GraphBuilder } from '../graph-builder.mjs';
import { tinyModel } from '../tiny-model.mjs';
import { at, focused, predict, serveModel, startPlayground, TINY, waitForModel, waitForText } from './playground.mjs';

/** Doubles x until it is 100 or more. */
function loopModel() {
  const graph = new GraphBuilder();
  graph.input('x', 'float32', []);
  const T = { T: attr.type('float32') };
  graph.function('small', { value: 'float32' }, { result: 'bool' }, (body) => {
    const limit = body.constant('limit', 'float32', [], [100]);
    return { result: `${body.op('less', 'Less', ['value', `${limit}:output:0`], T)}:z:0` };
  });
  graph.function('double', { value: 'float32' }, { result: 'float32' }, (body) => {
    return { result: `${body.op('sum', 'AddV2', ['value', 'value'], T)}:z:0` };
  });
  graph.op('loop', 'StatelessWhile', ['x'], {
    T: attr.types('float32'),
    cond: attr.func('small'),
    body: attr.func('double'),
  });
  return graph.handler(['loop']);
}

/** A chain of `length` nodes, with a branch at every tenth. */
function longModel(length) {
  const graph = new GraphBuilder();
  let last = graph.input('x', 'float32', [-1, 4]);
  const T = { T: attr.type('float32') };
  for (let i = 0; i < length; ++i) {
    const next = graph.op(`relu_${i}`, 'Relu', [last], T);
    last = i % 10 === 9 ? graph.op(`sum_${i}`, 'AddV2', [next, last], T) : next;
  }
  return graph.handler([last]);
}

describe('the graph in the playground', { skip: missing('dist', 'models', 'chromium') }, () => {
  let playground;

  before(async () => {
    playground = await startPlayground();
  });
  after(() => playground?.close());

  const transform = (page) =>
    page.$eval('#graph-svg .scene', (scene) => {
      const { a, e, f } = scene.transform.baseVal.consolidate().matrix;
      return { scale: a, x: e, y: f };
    });

  const nodeNames = (page) => page.$$eval('#graph-svg .node', (nodes) => nodes.map((node) => node.dataset.name));

  /** Whether a node is visible in the drawing. */
  const isInSight = (page, name) =>
    page.$eval(`#graph-svg .node[data-name="${name}"]`, (node) => {
      const [inner, outer] = [node.getBoundingClientRect(), node.ownerSVGElement.getBoundingClientRect()];
      return (
        inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top && inner.bottom <= outer.bottom
      );
    });

  test('shows every node but the constants, which are among the inputs', async () => {
    const { page, problems } = await playground.open(TINY);
    await waitForModel(page, 'tiny');
    assert.deepEqual(await nodeNames(page), ['x', 'product', 'sum', 'y']);
    await page.click('.node[data-name="product"]');
    const details = await page.textContent('#node-details');
    assert.match(details, /MatMul/);
    assert.match(details, /kernel constant, float32 \[2, 3\]/);
    assert.match(details, /transpose_afalse/);
    assert.match(details, /Used bysum/);
    assert.deepEqual(problems, []);
    await page.close();
  });

  test('goes from node to node by the links of the details', async () => {
    const { page } = await playground.open(TINY);
    await waitForModel(page, 'tiny');
    await page.click('.node[data-name="sum"]');
    await page.click('#node-details button:text-is("product")');
    assert.equal(await page.textContent('#node-op'), 'MatMul');
    assert.ok(await page.$('.node.selected[data-name="product"]'));
    // A constant has no box, but its details can be shown.
    await page.click('#node-details button:text-is("kernel")');
    assert.equal(await page.textContent('#node-op'), 'Const');
    await page.close();
  });

  test('knows shapes after a run', async () => {
    const { page } = await playground.open(TINY);
    await waitForModel(page, 'tiny');
    await page.click('.node[data-name="product"]');
    assert.match(await page.textContent('#node-details'), /shape known after a run/);
    await page.fill('#input-0-size-0', '7');
    await page.click('#run-start');
    await waitForText(page, '#run-status', /^Done/);
    assert.match(await page.textContent('#node-details'), /float32 \[7, 3\]/);
    assert.equal(await page.textContent('.node[data-name="y"] .shape'), '7×3');
    await page.close();
  });

  test('finds nodes by op and by name, and jumps to them', async () => {
    const { page } = await playground.open('?model=../models/movenet-lightning.json');
    await waitForModel(page, 'movenet-lightning');
    await page.fill('#graph-search', '_FusedConv2D');
    await waitForText(page, '#search-status', /^50 matches/);
    assert.equal(await page.$$eval('.node.found', (nodes) => nodes.length), 50);
    assert.match(await page.textContent('#node-list-title'), /found \(50\)/);
    await page.press('#graph-search', 'Enter');
    await waitForText(page, '#search-status', /^1 of 50/);
    await page.click('#search-next');
    await waitForText(page, '#search-status', /^2 of 50/);
    await page.click('#search-previous');
    await page.click('#search-previous');
    await waitForText(page, '#search-status', /^50 of 50/);
    const selected = await page.getAttribute('.node.selected', 'data-name');
    assert.ok(await isInSight(page, selected));
    await page.fill('#graph-search', 'kpt_offset_0');
    assert.ok((await page.$$('.node.found')).length > 2);
    await page.fill('#graph-search', 'there is no such node');
    await waitForText(page, '#search-status', /^0 matches/);
    assert.equal(await page.isDisabled('#search-next'), true);
    await page.close();
  });

  test('counts boxes, not constants, and every match is brought into sight', async () => {
    const { page } = await playground.open('?model=../models/liveness.json');
    await waitForModel(page, 'liveness');
    await page.fill('#graph-search', 'conv2d');
    await waitForText(page, '#search-status', /^\d+ matches, and \d+ constants$/);
    const [count, constants] = (await page.textContent('#search-status')).match(/\d+/g).map(Number);
    assert.equal(await page.$$eval('.node.found', (nodes) => nodes.length), count);
    assert.match(await page.textContent('#node-list-title'), new RegExp(`found \\(${count + constants}\\)`));
    const seen = new Set();
    for (let i = 1; i <= count; ++i) {
      await page.click('#search-next');
      await waitForText(page, '#search-status', new RegExp(`^${i} of ${count}$`));
      const name = await page.getAttribute('.node.selected', 'data-name');
      assert.ok(await isInSight(page, name));
      seen.add(name);
    }
    assert.equal(seen.size, count);
    await page.close();

    // A constant that is searched for by name is shown in the node that uses it.
    const { page: tiny } = await playground.open(TINY);
    await waitForModel(tiny, 'tiny');
    await tiny.fill('#graph-search', 'kernel');
    await waitForText(tiny, '#search-status', /^1 constant$/);
    await tiny.press('#graph-search', 'Enter');
    assert.equal(await tiny.textContent('#node-op'), 'Const');
    assert.ok(await tiny.$('.node.found[data-name="product"]'));
    assert.ok(await isInSight(tiny, 'product'));
    await tiny.close();
  });

  test('pans and zooms by mouse, wheel, buttons and keys', async () => {
    const { page } = await playground.open('?model=../models/blazeface.json');
    await waitForModel(page, 'blazeface');
    await page.locator('#graph').scrollIntoViewIfNeeded();
    const start = await transform(page);
    // The wheel scrolls the page unless the drawing has the focus.
    const scrollBefore = await page.evaluate(() => scrollY);
    await page.hover('#graph-svg', { position: { x: 20, y: 20 } });
    await page.mouse.wheel(0, -100);
    await page.waitForFunction((before) => scrollY !== before, scrollBefore);
    assert.deepEqual(await transform(page), start);
    await page.click('#zoom-in');
    assert.ok((await transform(page)).scale > start.scale);
    await page.click('#zoom-fit');
    const whole = await transform(page);
    assert.ok(whole.scale < start.scale);

    const box = await (await page.$('#graph-svg')).boundingBox();
    const [x, y] = [box.x + 20, box.y + 100];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 80, y + 30, { steps: 4 });
    await page.mouse.up();
    const panned = await transform(page);
    assert.ok(Math.abs(panned.x - whole.x - 80) < 3, `${panned.x} - ${whole.x}`);
    assert.equal(await page.$('.node.selected'), null, 'a drag chooses nothing');

    await page.focus('#graph-svg');
    const again = await (await page.$('#graph-svg')).boundingBox();
    await page.mouse.move(again.x + again.width / 2, again.y + again.height / 2);
    await page.mouse.wheel(0, -300);
    await page.waitForFunction(
      (scale) => document.querySelector('#graph-svg .scene').transform.baseVal.consolidate().matrix.a > scale,
      panned.scale,
    );
    const wheeled = await transform(page);
    await page.keyboard.press('-');
    assert.ok((await transform(page)).scale < wheeled.scale);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('0');
    assert.deepEqual(await transform(page), whole);
    await page.close();
  });

  test('can be pinched', async () => {
    const { page } = await playground.open('?model=../models/blazeface.json');
    await waitForModel(page, 'blazeface');
    const before = await transform(page);
    await page.$eval('#graph-svg', (svg) => {
      const { left, top } = svg.getBoundingClientRect();
      const send = (type, pointerId, x, y) =>
        svg.dispatchEvent(new PointerEvent(type, { pointerId, clientX: left + x, clientY: top + y, button: 0 }));
      svg.setPointerCapture = () => {};
      send('pointerdown', 1, 100, 100);
      send('pointerdown', 2, 200, 100);
      send('pointermove', 2, 300, 100);
      send('pointerup', 1, 100, 100);
      send('pointerup', 2, 300, 100);
    });
    assert.ok(Math.abs((await transform(page)).scale / before.scale - 2) < 0.01);
    await page.close();
  });

  test('on a touch screen, one finger scrolls the page and two move the drawing', async () => {
    const { page } = await playground.open('?model=../models/blazeface.json', {
      viewport: { width: 390, height: 740 },
    });
    const client = await page.context().newCDPSession(page);
    await client.send('Emulation.setTouchEmulationEnabled', { enabled: true, maxTouchPoints: 5 });
    await waitForModel(page, 'blazeface');
    const touch = (type, ...points) =>
      client.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: points.map(([px, py], id) => ({ x: px, y: py, id })),
      });
    const center = async () => {
      await page.evaluate(() => document.getElementById('graph-svg').scrollIntoView({ block: 'center' }));
      const { x, y, width, height } = await (await page.$('#graph-svg')).boundingBox();
      return [x + width / 2, y + height / 2];
    };
    const start = await transform(page);
    const [middle, top] = await center();
    const rest = await page.evaluate(() => scrollY);
    await touch('touchStart', [middle - 40, top]);
    await touch('touchStart', [middle - 40, top], [middle + 40, top]);
    for (const step of [10, 20, 30, 40]) {
      await touch('touchMove', [middle - 40 - step, top + step], [middle + 40 + step, top + step]);
    }
    await touch('touchEnd');
    const moved = await transform(page);
    assert.ok(moved.scale > 1.5 * start.scale, `${moved.scale} ${start.scale}`);
    assert.equal(await page.evaluate(() => scrollY), rest);

    const [left, low] = await center();
    const scrolled = await page.evaluate(() => scrollY);
    await touch('touchStart', [left, low]);
    for (const step of [20, 50, 80, 110]) await touch('touchMove', [left, low - step]);
    await touch('touchEnd');
    await page.waitForFunction((before) => scrollY > before + 50, scrolled);
    assert.deepEqual(await transform(page), moved);
    await page.close();
  });

  test('marks ops that are not supported, also in a model that runs without them', async () => {
    const model = tinyModel();
    model.modelTopology.node.push({ name: 'unused', op: 'NobodyHasThisOp', input: ['x'] });
    // Without a signature, every node that nothing reads is an output.
    model.signature = { outputs: { y: { name: 'y' } } };
    const { page } = await playground.open('?model=../tiny/model.json', {
      prepare: (page) => page.route(at('/tiny/model.json'), (route) => route.fulfill({ json: model })),
    });
    await waitForModel(page, 'tiny');
    const marked = await page.$$eval('.node.unsupported', (nodes) => nodes.map(({ dataset }) => dataset.name));
    assert.deepEqual(marked, ['unused']);
    assert.deepEqual(await predict(page, [[1, 2]]), [9.5, 0, 85]);
    await page.close();
  });

  test('works by keys alone', async () => {
    const { page } = await playground.open(TINY);
    await waitForModel(page, 'tiny');
    // One Tab leads from the search to a node.
    await page.focus('#graph-search');
    await page.keyboard.press('Tab');
    assert.equal(await focused(page), 'x');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    assert.equal(await focused(page), 'sum');
    await page.keyboard.press('Enter');
    assert.equal(await page.textContent('#node-op'), 'BiasAdd');
    await page.keyboard.press('ArrowUp');
    assert.equal(await focused(page), 'product');
    const before = await transform(page);
    await page.keyboard.press('Shift+ArrowRight');
    assert.equal((await transform(page)).x, before.x - 60);
    assert.equal(await focused(page), 'product');
    // A link of the details shows another node there; the focus stays in the details.
    await page.focus('#node-details button:text-is("product")');
    await page.keyboard.press('Enter');
    assert.equal(await page.textContent('#node-op'), 'MatMul');
    assert.equal(await focused(page), 'node-details');
    // After a click beside the nodes, arrow keys go to the chosen one.
    await page.locator('#graph-svg').click({ position: { x: 5, y: 5 } });
    await page.keyboard.press('ArrowDown');
    assert.equal(await focused(page), 'product');
    await page.close();
  });

  test('has a list for those who do not see the picture', async () => {
    const { page } = await playground.open(TINY);
    await waitForModel(page, 'tiny');
    await page.click('#node-list-title');
    const rows = await page.$$eval('#node-list tr', (list) =>
      list.map(({ cells }) => Array.from(cells, (c) => c.textContent)),
    );
    assert.deepEqual(
      rows.map(([name, op]) => [name, op]),
      [
        ['x', 'Placeholder'],
        ['product', 'MatMul'],
        ['sum', 'BiasAdd'],
        ['y', 'Relu'],
      ],
    );
    assert.equal(rows[0][2], '[?, 2]');
    await page.click('#node-list button:text-is("y")');
    assert.equal(await page.textContent('#node-op'), 'Relu');
    await page.close();
  });

  test('opens the functions of loops', async () => {
    const { page } = await playground.open('?model=../made/loop/model.json', {
      prepare: (page) => serveModel(page, 'loop', loopModel()),
    });
    await waitForModel(page, 'loop');
    await page.click('.node[data-name="loop"]');
    await page.click('#node-details button:text("Open body")');
    await page.waitForSelector('.node[data-name="sum"]');
    assert.deepEqual(await nodeNames(page), ['value', 'sum', 'result (result)']);
    await page.selectOption('#graph-select', 'small');
    await page.waitForSelector('.node[data-name="less"]');
    assert.ok(!(await nodeNames(page)).includes('small/limit'), 'constants are folded there too');
    await page.selectOption('#graph-select', '');
    await page.waitForSelector('.node[data-name="loop"]');
    await page.close();
  });

  test('lays out thousands of nodes while the page goes on', async () => {
    const { page } = await playground.open('?model=../made/long/model.json', {
      prepare: (page) => serveModel(page, 'long', longModel(1500)),
    });
    await waitForText(page, '#layout-status', /Laying out 1,651 nodes/);
    // User input during the layout.
    await page.click('#node-list-title');
    await page.fill('#graph-search', 'sum_1499');
    await page.click('#node-list button:text-is("sum_1499")');
    assert.equal(await page.textContent('#node-op'), 'AddV2');
    assert.equal(await page.isVisible('#layout-busy'), true, 'it goes on');
    await page.waitForSelector('#graph-svg .node');
    assert.equal((await nodeNames(page)).length, 1651);
    assert.equal(await page.isVisible('#layout-busy'), false);
    await page.close();
  });

  test('can be told to stop, and shows the list', async () => {
    const { page } = await playground.open('?model=../made/long/model.json', {
      prepare: async (page) => {
        await serveModel(page, 'long', longModel(300));
        await page.route('**/vendor/dagre.js', () => {}); // never answers
      },
    });
    await waitForText(page, '#layout-status', /Laying out/);
    await page.click('#layout-stop');
    await waitForText(page, '#graph-error', /Stopped\. The list below/);
    await page.click('#node-list-title');
    assert.equal(await page.$$eval('#node-list tr', (rows) => rows.length), 331);
    await page.close();
  });

  test('says when the layout cannot be computed', async () => {
    const { page } = await playground.open(TINY, {
      prepare: (page) => page.route('**/vendor/dagre.js', (route) => route.fulfill({ status: 404 })),
    });
    await waitForText(page, '#graph-error', /layout could not be computed/);
    await page.close();
  });
});
