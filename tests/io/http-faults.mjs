// SPDX-License-Identifier: Apache-2.0
// Faults of servers and files. Each entry is a test in Node.js and in Chromium, and a row of docs/faults.md.
import { cutAfter, hangUp, ignoreRange, stall, status } from './http-server.mjs';
import { someBytes, weightsModel } from './weights-model.mjs';

/** Two weight groups: one with two files, one with one. */
const GROUPS = [
  {
    paths: ['a.bin', 'b.bin'],
    weights: [
      { name: 'u', shape: [2, 5], dtype: 'float32' },
      { name: 'v', shape: [3], dtype: 'float32', quantization: { dtype: 'uint8', scale: 0.5, min: -1 } },
    ],
  },
  { paths: ['sub/c.bin'], weights: [{ name: 'w', shape: [4], dtype: 'int32' }] },
];

/** Puts a valid model on a server, under /m/. */
export function serveModel(server, change = () => {}) {
  const model = weightsModel(structuredClone(GROUPS));
  change(model);
  const bytes = someBytes(59);
  server.files.set('/m/a.bin', bytes.subarray(0, 17));
  server.files.set('/m/b.bin', bytes.subarray(17, 43));
  server.files.set('/m/sub/c.bin', bytes.subarray(43));
  server.files.set('/m/model.json', Buffer.from(JSON.stringify(model)));
}

const page = `<!doctype html><title>app</title>${'<p>x</p>'.repeat(20)}`;
const sendPage = (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(page);

/** Replaces model.json by a text. */
const text = (content) => (server) => server.files.set('/m/model.json', Buffer.from(content));
const changed = (change) => (server) => serveModel(server, change);
const spec = (change) => changed(({ weightsManifest: [group] }) => change(group.weights[1]));
const shape = (value) =>
  spec((weight) => {
    weight.shape = value;
  });
const firstPath = (value) =>
  changed(({ weightsManifest: [group] }) => {
    group.paths[0] = value;
  });
const fault =
  (name, ...answers) =>
  (server) =>
    server.faults.set(`/m/${name}`, [...answers]);
const always = (answer) => Array(9).fill(answer);
const replaced = (name, change) => (server) => server.files.set(`/m/${name}`, change(server.files.get(`/m/${name}`)));
const nested = (depth) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/**
 * The fault, a function that makes the server produce it, the error code, and what the message has to match. Without a
 * code, the model must load.
 */
export const FAULTS = [
  ['model.json is missing', (server) => server.files.delete('/m/model.json'), 'E_HTTP', /model\.json.*404/],
  ['a shard is missing', (server) => server.files.delete('/m/b.bin'), 'E_HTTP', /b\.bin.*404/],
  [
    'a late shard is missing while an earlier one hangs',
    (server) => {
      server.faults.set('/m/a.bin', [stall(5)]);
      server.files.delete('/m/sub/c.bin');
    },
    'E_HTTP',
    /c\.bin.*404/,
  ],
  ['access is denied', fault('b.bin', status(403)), 'E_HTTP', /b\.bin.*403/],
  ['the server fails once (500)', fault('b.bin', status(500))],
  ['the server fails every time', fault('b.bin', ...always(status(500))), 'E_HTTP', /b\.bin.*500/],
  ['the server limits the rate (429)', fault('b.bin', status(429, { 'retry-after': '0' }))],
  ['the connection breaks once', fault('a.bin', hangUp)],
  ['the connection breaks every time', fault('a.bin', ...always(hangUp)), 'E_HTTP', /a\.bin/],
  ['the connection is cut in the middle of a shard', fault('a.bin', cutAfter(9))],
  ['the connection is cut at every attempt', fault('a.bin', ...always(cutAfter(0))), 'E_HTTP', /a\.bin/],
  [
    'Content-Length is too large',
    fault('a.bin', ...always(cutAfter(17, { 'content-length': 30 }))),
    'E_HTTP',
    /a\.bin/,
  ],
  ['Content-Length is too small', fault('a.bin', ...always(shortHeader)), 'E_WEIGHT_BYTES', /a\.bin, .*b\.bin/],
  ['model.json is HTML', fault('model.json', sendPage), 'E_JSON', /model\.json is not JSON.*HTML/],
  ['a shard is HTML', fault('b.bin', sendPage), 'E_WEIGHT_BYTES', /b\.bin.*HTML/],
  ['a shard is truncated', replaced('b.bin', (bytes) => bytes.subarray(1)), 'E_WEIGHT_BYTES', /43 bytes.*b\.bin/],
  ['a shard is empty', replaced('sub/c.bin', () => Buffer.alloc(0)), 'E_WEIGHT_BYTES', /16 bytes.*c\.bin/],
  [
    'a shard is oversized',
    replaced('sub/c.bin', (bytes) => Buffer.concat([bytes, bytes])),
    'E_WEIGHT_BYTES',
    /16 bytes of .*c\.bin, but more came/,
  ],
  [
    'a shard has the wrong hash',
    changed((model) => {
      model.weightsManifest[1].sha256 = ['0'.repeat(64)];
    }),
    'E_HASH',
    /c\.bin/,
  ],
  ...['../a.bin', 'sub/../../a.bin', '%2e%2e/a.bin', '..\\a.bin', '.\t./a.bin'].map((name) => [
    `path traversal: ${JSON.stringify(name)}`,
    firstPath(name),
    'E_PATH',
    /weights path/,
  ]),
  ['a path is absolute after a blank', firstPath(' /etc/passwd'), 'E_PATH', / \/etc\/passwd/],
  ['a path leads to another host after a blank', firstPath(' //evil.example/a.bin'), 'E_PATH', /evil\.example/],
  ['a path has a malformed escape before its dots', firstPath('%zz/%2e%2e/%2e%2e/a.bin'), 'E_PATH', /weights path/],
  ['a path has dots before a fragment', firstPath('.%2E#'), 'E_PATH', /weights path/],
  ['a path is absolute', firstPath('/etc/passwd'), 'E_PATH', /\/etc\/passwd/],
  ['a path is a URL of another origin', firstPath('https://evil.example/a.bin'), 'E_PATH', /evil\.example/],
  ['a path is a protocol-relative URL', firstPath('//evil.example/a.bin'), 'E_PATH', /evil\.example/],
  ['a path is a data: URL', firstPath('data:,x'), 'E_PATH', /data:/],
  [
    'the manifest is not an array',
    changed((model) => {
      model.weightsManifest = {};
    }),
    'E_MANIFEST',
    /weightsManifest/,
  ],
  [
    'a group has no paths',
    changed(({ weightsManifest }) => delete weightsManifest[1].paths),
    'E_MANIFEST',
    /\/weightsManifest\/1\/paths/,
  ],
  ['a weight is null', changed(({ weightsManifest: [group] }) => group.weights.push(null)), 'E_MANIFEST', /weights\/2/],
  [
    'keys are named __proto__ and constructor',
    (server) => {
      const json = server.files.get('/m/model.json').toString();
      const bad = '"__proto__":{"isPolluted":true},"constructor":{"prototype":{"isPolluted":true}},';
      text(`{${bad}${json.slice(1).replaceAll('"name"', `${bad}"name"`)}`)(server);
    },
  ],
  [
    'a weight is named __proto__',
    changed(({ modelTopology, weightsManifest: [, group] }) => {
      modelTopology.node.find(({ name }) => name === 'w').name = '__proto__';
      group.weights[0].name = '__proto__';
    }),
  ],
  [
    'weights have unusual names',
    changed(({ modelTopology, weightsManifest: [first, second] }) => {
      const names = [first.weights[0], first.weights[1], second.weights[0]].map((weight, index) => {
        const old = weight.name;
        weight.name = [`nul\0l ${'x'.repeat(1_000_000)}`, 'constructor', '\u2028 😀 "'][index];
        return [old, weight.name];
      });
      for (const node of modelTopology.node) node.name = new Map(names).get(node.name) ?? node.name;
    }),
  ],
  [
    'a name has a lone surrogate',
    changed(({ modelTopology, weightsManifest: [, group] }) => {
      modelTopology.node.find(({ name }) => name === 'w').name = '\ud800';
      group.weights[0].name = '\ud800';
    }),
    'E_JSON',
    /model\.json/,
  ],
  [
    'a path occurs twice in the manifest',
    changed(({ weightsManifest: [group] }) => group.paths.splice(1, 1, 'a.bin')),
    'E_WEIGHT_BYTES',
    /a\.bin/,
  ],
  [
    'a shard is redirected (302)',
    fault('b.bin', (_request, response) => response.writeHead(302, { location: '/m/b.bin' }).end()),
  ],
  [
    'two weights have the same name',
    spec((weight) => {
      weight.name = 'u';
    }),
    'E_DUPLICATE',
    /'u'/,
  ],
  ['weights are missing', changed(({ weightsManifest }) => weightsManifest.pop()), 'E_WEIGHT_MISSING', /'?w'?/],
  [
    'a dtype is unknown',
    spec((weight) => {
      weight.dtype = 'float8';
    }),
    'E_DTYPE',
    /'v'.*float8/,
  ],
  ['a shape is negative', shape([-3]), 'E_SHAPE', /'v'/],
  ['a shape is fractional', shape([1.5]), 'E_SHAPE', /'v'/],
  ['a shape is not an array', shape('3'), 'E_SHAPE', /'v'/],
  ['a shape contains null', shape([null]), 'E_SHAPE', /'v'/],
  ['a shape overflows', shape([2 ** 32, 2 ** 32]), 'E_SHAPE', /'v'/],
  ['a shape overflows the integers of a double', shape([2 ** 53, 3]), 'E_SHAPE', /'v'/],
  ['a shape exceeds the address space', shape([2 ** 33]), 'E_SHAPE', /'v'/],
  ['a shape has more than 8 dimensions', shape(Array(9).fill(1)), 'E_SHAPE', /'v'/],
  ['scale without min', spec(({ quantization }) => delete quantization.min), 'E_QUANT', /'v'.*min/],
  [
    'scale is not positive',
    spec(({ quantization }) => {
      quantization.scale = 0;
    }),
    'E_QUANT',
    /'v'.*scale/,
  ],
  [
    'a quantization dtype is unknown',
    spec(({ quantization }) => {
      quantization.dtype = 'uint4';
    }),
    'E_QUANT',
    /'v'.*uint4/,
  ],
  ['model.json is nested 100,000 deep', text(`{"modelTopology":{"a":${nested(100_000)}}}`), 'E_LIMIT', /nested/],
  ['a node has more than 256 attributes', text(manyAttributes(257)), 'E_LIMIT', /257 attributes/],
  ['the manifest is nested 100,000 deep', text(deepManifest()), 'E_LIMIT', /nested/],
  ['model.json is empty', text(''), 'E_JSON', /empty/],
  ['model.json is truncated', text('{"modelTopology": {'), 'E_JSON', /not JSON/],
  ['model.json is not a model', text('{"a": 1}'), 'E_JSON', /modelTopology/],
  ['model.json has trailing text', text('{"modelTopology": {}} x'), 'E_JSON', /not JSON/],
  ['model.json contains NaN', text('{"modelTopology": {"a": NaN}}'), 'E_JSON', /not JSON/],
  [
    'model.json is UTF-16',
    (server) => server.files.set('/m/model.json', Buffer.from('{"a":1}', 'utf16le')),
    'E_JSON',
    /not JSON/,
  ],
  ['model.json is an array', text('[]'), 'E_JSON', /object/],
  ['a server ignores Range', fault('a.bin', cutAfter(9), ignoreRange())],
];

function shortHeader(_request, response, bytes) {
  response.writeHead(200, { 'content-length': bytes.length - 3 }).end(bytes.subarray(0, bytes.length - 3));
}

function manyAttributes(count) {
  const attr = Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, { i: '1' }]));
  return JSON.stringify({ modelTopology: { node: [{ name: 'x', op: 'Placeholder', attr }] } });
}

function deepManifest() {
  const json = JSON.stringify(weightsModel(GROUPS));
  return json.replace('"shape":[3]', `"shape":${nested(100_000)}`);
}
