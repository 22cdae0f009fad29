// SPDX-License-Identifier: Apache-2.0
// The parts of the playground that do not need a page.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { ROOT } from '../../tools/lib/paths.mjs';
import { formatBytes, formatNumber, formatShape, formatTime } from '../../web/common/format.js';
import { nameOfUrl } from '../../web/common/model-url.js';
import { placePicture, takesImages } from '../../web/common/picture/image.js';
import { median } from '../../web/common/quantiles.js';
import { CDN_FOLDER } from '../../web/common/samples.js';
import { unsupportedOps } from '../../web/common/unsupported-ops.js';
import { parseShape } from '../../web/common/values.js';
import { declaredOutputs, showAttribute } from '../../web/graph/attributes.js';
import { cutIntoSegments, topologicalOrder } from '../../web/graph/segments.js';
import { calledFunctions, readGraphs, searchNodes } from '../../web/graph/topology.js';
import { countOps, groupWeights, summarize } from '../../web/model/facts.js';
import { describeValues, imageShape, topValues } from '../../web/run/statistics.js';
import { makeRandom, parseValues } from '../../web/run/values.js';
import { tinyModel } from '../tiny-model.mjs';

test('counts of a model', () => {
  const { modelTopology, weightsManifest } = tinyModel();
  const weightSpecs = weightsManifest[0].weights;
  assert.deepEqual(countOps(modelTopology)[0], { op: 'Const', count: 2, share: 2 / 6 });
  const summary = summarize({ modelTopology, weightSpecs });
  assert.equal(summary.parameters, 9);
  assert.equal(summary.weightBytes, 36);
  assert.equal(summary.nodes, 6);
  const quantization = { dtype: 'uint8', scale: 1, min: 0 };
  assert.deepEqual(groupWeights([{ name: 'a', dtype: 'float32', shape: [10], quantization }])[0], {
    stored: 'uint8',
    dtype: 'float32',
    count: 1,
    values: 10,
    bytes: 10,
  });
  // The input before a model has been checked.
  assert.deepEqual(countOps(undefined), []);
  assert.equal(summarize({}).nodes, 0);
});

test('unsupported ops, as the error of loading lists them', () => {
  const list = "the model uses ops that are not supported: A (2x, e.g. 'a, B (1x'), B (1x, e.g. 'x/y')";
  const more = `${list}; where they may never run, it also has: C (1x, e.g. 'c')`;
  assert.deepEqual([...unsupportedOps({ code: 'E_OP', message: list })], ['A', 'B']);
  assert.deepEqual([...unsupportedOps({ code: 'E_OP', message: more })], ['A', 'B', 'C']);
  for (const problem of [null, { code: 'E_SHAPE', message: list }, { code: 'E_OP', message: 'another' }]) {
    assert.equal(unsupportedOps(problem).size, 0);
  }
});

test('names of URLs', () => {
  for (const [url, name] of [
    ['https://host/models/mobilenet/model.json', 'mobilenet'],
    ['https://host/models/emotion.json?x=1', 'emotion'],
    ['indexeddb://my model', 'my model'],
    ['opfs://large/v2', 'v2'],
    ['https://host/model.json', 'model'],
    ['https://host/a%20b.json', 'a b'],
    ['https://host/%E0%A4%A.json', '%E0%A4%A'],
  ]) {
    assert.equal(nameOfUrl(url), name);
  }
});

describe('a graph for the picture', () => {
  test('constants are inside their consumers, also behind Identity', () => {
    const node = (name, op, ...input) => ({ name, op, input });
    const [graph] = readGraphs({
      node: [
        node('w', 'Const'),
        node('read', 'Identity', 'w'),
        node('alone', 'Const'),
        node('x', 'Placeholder'),
        node('y', 'MatMul', 'x', 'read:0', '^x'),
        node('out', 'Identity', 'y'),
      ],
    });
    const folded = [...graph.nodes.values()].filter((n) => n.folded).map(({ name }) => name);
    assert.deepEqual(folded, ['w', 'read']);
    const y = graph.nodes.get('y');
    assert.equal(y.inputs[1].constant, graph.nodes.get('read'));
    assert.equal(y.inputs[2].control, true);
    const found = (text) => searchNodes(graph, text).map(({ name }) => name);
    assert.deepEqual(found('MATMUL'), ['y']);
    assert.deepEqual(found('e'), ['x', 'out', 'alone', 'read'], 'ops, names, constants');
    assert.deepEqual(found(' '), []);
  });

  test('hostile graphs do no harm', () => {
    const cases = [
      undefined,
      {},
      { node: [{}] },
      { node: [{ name: 'a', op: 'Identity', input: ['a'] }] },
      { node: [{ name: '__proto__', op: 'constructor', input: ['nobody:x:9'], attr: null }] },
      { node: [], library: { function: [{}] } },
    ];
    for (const topology of cases) assert.equal(readGraphs(topology)[0].key, '');
  });

  test('functions that a node calls', () => {
    const attributes = { cond: { func: { name: 'c' } }, branches: { list: { func: [{ name: 'a' }, { name: 'b' }] } } };
    assert.deepEqual(
      calledFunctions({ attributes }).map(({ name }) => name),
      ['c', 'a', 'b'],
    );
  });

  test('attributes in words', () => {
    assert.equal(showAttribute({ s: Buffer.from('SAME').toString('base64') }), 'SAME');
    assert.equal(showAttribute({ s: [78, 72, 87, 67] }), 'NHWC');
    assert.equal(showAttribute({ type: 'DT_FLOAT' }), 'float32');
    assert.equal(showAttribute({ list: { i: ['1', '2'] } }), '[1, 2]');
    assert.equal(showAttribute({ list: {} }), '[]');
    assert.equal(showAttribute({ shape: { dim: [{ size: '-1' }, { size: '3' }] } }), '[?, 3]');
    assert.equal(showAttribute({ shape: { unknownRank: true } }), 'any shape');
    assert.equal(showAttribute({ tensor: { dtype: 'DT_INT32', tensorShape: {}, intVal: [5] } }), 'int32 [] = [5]');
    assert.equal(showAttribute({ list: { i: Array(20).fill('1') } }).includes('… 4 more'), true);
    assert.equal(showAttribute({}), '{}');
    const placeholder = { shape: { shape: { dim: [{ size: '-1' }] } }, dtype: { type: 'DT_BOOL' } };
    assert.deepEqual(declaredOutputs({ op: 'Placeholder', attributes: placeholder }), {
      dtype: 'bool',
      shapes: [[-1]],
    });
  });

  test('is cut where everything goes through one node', () => {
    // Adjacent diamonds: 0 -> 1, 2 -> 3 -> 4, 5 -> 6 ...
    const edges = [];
    for (let i = 0; i < 300; i += 3) edges.push([i, i + 1], [i, i + 2], [i + 1, i + 3], [i + 2, i + 3]);
    const segments = cutIntoSegments(301, edges);
    assert.ok(segments.length >= 4);
    const seen = new Set();
    for (const [index, { nodes, edges: inside }] of segments.entries()) {
      for (const edge of inside) {
        assert.ok(!seen.has(edge));
        seen.add(edge);
        for (const end of edges[edge]) assert.ok(nodes.includes(end), `edge ${edges[edge]} in part ${index}`);
      }
      const next = segments[index + 1];
      if (next) assert.equal(nodes.at(-1), next.nodes[0]);
    }
    assert.equal(seen.size, edges.length);
    // An edge that spans everything: no cut.
    assert.equal(cutIntoSegments(301, [...edges, [0, 300]]).length, 1);
  });

  test('has an order even with loops in it', () => {
    assert.deepEqual(
      topologicalOrder(3, [
        [0, 1],
        [1, 2],
        [2, 0],
      ]),
      [0, 1, 2],
    );
    assert.deepEqual(
      topologicalOrder(3, [
        [2, 1],
        [1, 0],
      ]),
      [2, 1, 0],
    );
    assert.deepEqual(cutIntoSegments(0, []), [{ nodes: [], edges: [] }]);
  });
});

describe('values', () => {
  test('are read as typed', () => {
    assert.deepEqual(parseValues('[[1, 2], [3, 4]]', 'float32', [2, 2]), [1, 2, 3, 4]);
    assert.deepEqual(parseValues(' 1;2\n3 ', 'int32', [3]), [1, 2, 3]);
    assert.deepEqual(parseValues('7', 'float32', [2, 2]), [7, 7, 7, 7]);
    assert.deepEqual(parseValues('', 'float32', [0]), []);
    assert.deepEqual(parseValues('-inf 1e3', 'float32', [2]), [-Infinity, 1000]);
    assert.deepEqual(parseValues('a, b\nc', 'string', [2]), ['a, b', 'c']);
    assert.throws(() => parseValues('1.5', 'int32', [1]), /not a whole number/);
    assert.throws(() => parseValues('maybe', 'bool', [1]), /neither true nor false/);
  });

  test('shapes are read as typed', () => {
    assert.deepEqual(parseShape('[1, 224,224 3]'), [1, 224, 224, 3]);
    assert.deepEqual(parseShape('2×3'), [2, 3]);
    assert.deepEqual(parseShape(' '), []);
    assert.ok(parseShape('1, x').some(Number.isNaN));
  });

  test('are made at random, within their range', () => {
    const values = makeRandom('float32', [100], [-2, 3], 5);
    assert.ok(values.every((value) => value >= -2 && value < 3));
    assert.ok(makeRandom('bool', [50], [0, 1], 1).includes(true));
    assert.throws(() => makeRandom('float32', [1], [1, Number.NaN], 1), /smallest and a largest/);
  });

  test('are described, with NaN and infinities apart', () => {
    assert.deepEqual(describeValues([1, Number.NaN, -3, Infinity]), { min: -3, max: 1, mean: -1, nan: 1, infinite: 1 });
    assert.deepEqual(
      topValues([1, 5, Number.NaN, 3], 2).map(({ index }) => index),
      [1, 3],
    );
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1]), 2.5);
  });

  test('are pictures when they have the shape of one', () => {
    assert.deepEqual(imageShape([1, 64, 32, 3]), { height: 64, width: 32, channels: 3 });
    assert.deepEqual(imageShape([28, 28]), { height: 28, width: 28, channels: 1 });
    assert.deepEqual(imageShape([1, 28, 28]), { height: 28, width: 28, channels: 1 });
    assert.equal(imageShape([1, 1000]), null);
    assert.equal(imageShape([1, 1, 17, 3]), null);
    assert.equal(takesImages([1, 192, 192, 3]), true);
    assert.equal(takesImages([-1, -1, -1, 3]), true);
    assert.equal(takesImages([1, 3, 224, 224]), false);
    assert.equal(takesImages(undefined), false);
  });

  test('pictures are placed', () => {
    const picture = { width: 200, height: 100 };
    assert.deepEqual(placePicture(picture, 50, 50, 'contain'), { left: 0, top: 12.5, width: 50, height: 25 });
    assert.deepEqual(placePicture(picture, 50, 50, 'cover'), { left: -25, top: 0, width: 100, height: 50 });
    assert.deepEqual(placePicture(picture, 50, 40, 'stretch'), { left: 0, top: 0, width: 50, height: 40 });
  });
});

test('numbers for people', () => {
  assert.equal(formatBytes(999), '999 bytes');
  assert.equal(formatBytes(4650216), '4.65 MB');
  assert.equal(formatBytes(999999), '1.00 MB');
  assert.equal(formatTime(0.5), '0.50 ms');
  assert.equal(formatTime(1500), '1.5 s');
  assert.equal(formatNumber(0.1 + 0.2), '0.3');
  assert.equal(formatNumber(1.5e-9), '1.500e-9');
  assert.equal(formatShape([-1, 3]), '[?, 3]');
});

describe('the files of the pages', () => {
  test('name the version of the samples that is installed here', () => {
    const { devDependencies } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
    assert.ok(CDN_FOLDER.includes(`/@vladmandic/human@${devDependencies['@vladmandic/human']}/`));
  });

  const files = ['web', 'benchmark-page']
    .flatMap((folder) => readdirSync(path.join(ROOT, folder), { recursive: true }).map((name) => `${folder}/${name}`))
    .filter((name) => /\.(js|css|html)$/.test(name));
  const textOf = (name) => readFileSync(path.join(ROOT, name), 'utf8');

  test('have fewer than 400 lines', () => {
    const long = files.filter((name) => name.endsWith('.js') && textOf(name).split('\n').length > 400);
    assert.deepEqual(long, []);
  });

  test('have relative addresses only, so that they work in any folder', () => {
    for (const name of files) {
      const absolute = textOf(name).match(/(?:from|href=|src=|import\(|fetch\(|new URL\()\s*['"`]\/[^'"`]*/g);
      assert.equal(absolute, null, name);
    }
  });
});
