// SPDX-License-Identifier: Apache-2.0
// The functions of tf.io, loadGraphModel() and handlers with arguments that are nonsense: they work or throw a
// TfwasmError, and leave nothing behind.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createContext, runInContext } from 'node:vm';

import { missing } from '../prerequisites.mjs';
import { tinyArtifacts } from './artifacts.mjs';
import { someBytes } from './weights-model.mjs';

const SPEC = { name: 'w', shape: [2], dtype: 'float32' };

function detached() {
  const buffer = new ArrayBuffer(8);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}

function detachedView() {
  const view = new Uint8Array(8);
  structuredClone(view.buffer, { transfer: [view.buffer] });
  return view;
}

function lockedStream() {
  const stream = new Blob(['12345678']).stream();
  stream.getReader();
  return stream;
}

/** Values that a careless or hostile caller may pass. */
function nonsense(tf) {
  const gone = tf.scalar(1);
  gone.dispose();
  const values = {
    undefined: undefined,
    null: null,
    zero: 0,
    NaN: Number.NaN,
    negative: -1,
    empty: '',
    text: 'x',
    'text with ://': 'x://y',
    true: true,
    bigint: 1n,
    symbol: Symbol('x'),
    object: {},
    'no prototype': Object.create(null),
    list: [],
    'list of null': [null],
    'list of lists': [[]],
    function: () => 5,
    class: Map,
    map: new Map(),
    date: new Date(0),
    promise: Promise.resolve(1),
    bytes: new Uint8Array(8),
    buffer: new ArrayBuffer(8),
    detached: detached(),
    'detached view': detachedView(),
    'disposed tensor': gone,
    'map of a disposed tensor': { w: gone },
    'list of a disposed tensor': [{ name: 'w', tensor: gone }],
    'map of no tensor': { w: { dtype: 'float32', shape: [1] } },
    'serializes to nothing': { toJSON() {} },
    'fails to serialize': {
      toJSON() {
        throw new RangeError('mine');
      },
    },
    stream: new ReadableStream(),
    'locked stream': lockedStream(),
    manifest: [{ paths: ['w'], weights: [SPEC] }],
    'manifest with null': [{ paths: [null], weights: [null] }],
    specs: [SPEC],
    'bad spec': [{ name: 5, shape: 'x', dtype: {} }],
    'JSON with a manifest': { modelTopology: {}, weightsManifest: [{}] },
  };
  return Object.entries(values);
}

/** Artifacts with one part that is nonsense. */
function badArtifacts(value) {
  const good = () => {
    const { weightData, ...parts } = tinyArtifacts();
    return { ...parts, weightData };
  };
  return ['modelTopology', 'weightSpecs', 'weightData', 'getWeightStream', 'signature', 'userDefinedMetadata']
    .map((part) => [part, { ...good(), [part]: value }])
    .concat([['getWeightStream that returns it', { ...good(), getWeightStream: () => value }]])
    .concat([['a stream of it', { ...good(), getWeightStream: () => ReadableStream.from([value]) }]]);
}

describe('nonsense', { skip: missing('dist') }, () => {
  let tf;
  let folder;
  let back;
  before(async () => {
    tf = await import('../../dist/index.js');
    await tf.ready();
    folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-nonsense-'));
    back = process.cwd();
    process.chdir(folder);
  });
  after(async () => {
    process.chdir(back);
    await rm(folder, { recursive: true });
  });

  /** Asserts that a call works or throws a TfwasmError, and disposes its result. */
  async function survives(what, call, isMine = () => false) {
    const before = tf.memory().numTensors;
    try {
      const result = await call();
      tf.dispose(result);
      if (result instanceof tf.GraphModel) result.dispose();
    } catch (error) {
      const isTyped = error instanceof tf.TfwasmError && error.code !== 'E_INTERNAL';
      assert.ok(isTyped || isMine(error), `${what}: ${error?.stack ?? String(error)}`);
    }
    assert.equal(tf.memory().numTensors, before, what);
  }

  const bytes = new ArrayBuffer(8);
  /** Calls with one argument that is nonsense, by function. */
  const CALLS = {
    getWeightSpecs: ({ io }, value) => io.getWeightSpecs(value),
    getModelArtifactsForJSON: ({ io }, value) => io.getModelArtifactsForJSON(value, async () => [[SPEC], bytes]),
    getModelArtifactsForJSONSync: ({ io }, value) => io.getModelArtifactsForJSONSync(value, [SPEC], bytes),
    getModelArtifactsInfoForJSON: ({ io }, value) => io.getModelArtifactsInfoForJSON(value),
    CompositeArrayBuffer: ({ io }, value) => new io.CompositeArrayBuffer(value).slice(),
    concatenateArrayBuffers: ({ io }, value) => io.concatenateArrayBuffers(value),
    http: ({ io }, value) => io.http(value),
    'http, options': ({ io }, value) => io.http('http://127.0.0.1:1/', value),
    isHTTPScheme: ({ io }, value) => io.isHTTPScheme(value),
    browserFiles: ({ io }, value) => io.browserFiles(value).load(),
    fileSystem: ({ io }, value) => io.fileSystem(value).load(),
    copyModel: ({ io }, value) => io.copyModel(value, 'file://a'),
    'copyModel, to': ({ io }, value) => io.copyModel('file://a', value),
    moveModel: ({ io }, value) => io.moveModel(value, value),
    removeModel: ({ io }, value) => io.removeModel(value),
    loadWeights: ({ io }, value) => io.loadWeights(value, 'file:///none/'),
    'loadWeights, prefix': ({ io }, value) => io.loadWeights([], value),
    'loadWeights, names': ({ io }, value) => io.loadWeights([{ paths: [], weights: [] }], 'x', value),
    'loadWeights, requestInit': ({ io }, value) => io.loadWeights([], 'x', [], value),
    'weightsLoaderFactory, buffers': ({ io }, value) =>
      io.weightsLoaderFactory(async () => value)([{ paths: ['w'], weights: [SPEC] }]),
    'weightsLoaderFactory, a buffer': ({ io }, value) =>
      io.weightsLoaderFactory(async () => [value])([{ paths: ['w'], weights: [SPEC] }]),
    getLoadHandlers: ({ io }, value) => io.getLoadHandlers(value),
    getSaveHandlers: ({ io }, value) => io.getSaveHandlers(value),
    decodeWeights: ({ io }, value) => io.decodeWeights(value, [SPEC]),
    'decodeWeights, a part': ({ io }, value) => io.decodeWeights([value], [SPEC]),
    'decodeWeights, specs': ({ io }, value) => io.decodeWeights(bytes, value),
    decodeWeightsStream: ({ io }, value) => io.decodeWeightsStream(value, [SPEC]),
    'decodeWeightsStream, specs': ({ io }, value) => io.decodeWeightsStream(new Blob([bytes]).stream(), value),
    encodeWeights: ({ io }, value) => io.encodeWeights(value).then(() => {}),
    'encodeWeights, a tensor': ({ io }, value) => io.encodeWeights({ w: value }).then(() => {}),
    'encodeWeights, of a list': ({ io }, value) => io.encodeWeights([value]).then(() => {}),
    loadGraphModel: (tf, value) => tf.loadGraphModel(value),
    'loadGraphModel, options': (tf, value) => tf.loadGraphModel('file://none', value),
    'loadGraphModel, artifacts': (tf, value) => tf.loadGraphModel({ load: () => value }),
    loadGraphModelSync: (tf, value) => tf.loadGraphModelSync(value),
    'loadGraphModelSync, a pair': (tf, value) => tf.loadGraphModelSync([value, value]),
  };

  // What functions of the caller throw stays what it is.
  const isMine = ({ message }) => message === 'mine' || message === "Constructor Map requires 'new'";

  for (const [name, call] of Object.entries(CALLS)) {
    test(`for ${name}`, async () => {
      for (const [what, value] of nonsense(tf)) {
        // A stream without end hangs, as it should.
        if (what === 'stream') continue;
        await survives(what, () => call(tf, value), isMine);
      }
    });
  }

  const DESTINATIONS = {
    'file://': 'file://saved',
    'a server': 'http://127.0.0.1:1/',
  };
  for (const [name, url] of Object.entries(DESTINATIONS)) {
    test(`in artifacts that are saved to ${name}`, async () => {
      const { save } = tf.io.getSaveHandlers(url)[0];
      for (const [what, value] of nonsense(tf)) {
        if (what === 'stream') continue;
        await survives(what, () => save(value), isMine);
        for (const [part, artifacts] of badArtifacts(value)) {
          await survives(`${part}: ${what}`, () => save(artifacts), isMine);
        }
      }
    });
  }

  test('in artifacts that are loaded', async () => {
    for (const [what, value] of nonsense(tf)) {
      if (what === 'stream') continue;
      for (const [part, artifacts] of badArtifacts(value)) {
        const call = () => tf.loadGraphModel({ load: () => artifacts });
        await survives(`${part}: ${what}`, call, isMine);
        await survives(`${part}: ${what}, at once`, () => tf.loadGraphModelSync(artifacts), isMine);
      }
    }
  });

  describe('says what is wrong:', () => {
    const throws = (code, message) => (error) => {
      assert.ok(error instanceof tf.TfwasmError, error.stack);
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
      return true;
    };
    const manifest = [
      { paths: ['a', 'b'], weights: [SPEC] },
      { paths: ['c'], weights: [{ ...SPEC, name: 'v' }] },
    ];
    const loaderOf = (buffers) => tf.io.weightsLoaderFactory(async () => buffers);

    test('too few or too many buffers', async () => {
      for (const buffers of [[], [new ArrayBuffer(16)], Array(4).fill(new ArrayBuffer(4)), undefined]) {
        await assert.rejects(loaderOf(buffers)(manifest), throws('E_INPUT', /fetchWeights .*each of 3 URLs/));
      }
    });

    test('buffers of a wrong length, by file', async () => {
      for (const lengths of [
        [4, 8, 4],
        [4, 3, 9],
      ]) {
        const buffers = lengths.map((length) => new ArrayBuffer(length));
        await assert.rejects(loaderOf(buffers)(manifest, 'x'), throws('E_WEIGHT_BYTES', /8 bytes of x\/a, x\/b/));
      }
    });

    test('one name in two groups', async () => {
      const twice = manifest.map((group) => ({ ...group, weights: [SPEC] }));
      const buffers = [4, 4, 8].map((length) => new ArrayBuffer(length));
      const before = tf.memory().numTensors;
      await assert.rejects(loaderOf(buffers)(twice), throws('E_DUPLICATE', /'w'/));
      assert.equal(tf.memory().numTensors, before);
    });

    test('a stream that is data, is read by another, or brings no bytes', async () => {
      const { weightData, ...parts } = tinyArtifacts();
      for (const getWeightStream of [weightData, 'x', () => weightData, lockedStream, async () => lockedStream()]) {
        const loading = tf.loadGraphModel({ load: async () => ({ ...parts, getWeightStream }) });
        await assert.rejects(loading, throws('E_INPUT', /getWeightStream must be a function/));
      }
      const getWeightStream = () => ReadableStream.from([36]);
      const loading = tf.loadGraphModel({ load: async () => ({ ...parts, getWeightStream }) });
      await assert.rejects(loading, throws('E_INPUT', /bytes .* got number/));
    });

    test('weights that are a number, a text or detached', async () => {
      const { weightData: _, ...parts } = tinyArtifacts();
      for (const weightData of [36, 'x'.repeat(36), [36], Array(36).fill(1), detached()]) {
        await assert.rejects(
          tf.loadGraphModel({ load: async () => ({ ...parts, weightData }) }),
          throws('E_INPUT', /bytes must be in ArrayBuffers|a buffer cannot be read/),
        );
      }
    });

    test('tensors that are disposed', async () => {
      const gone = tf.scalar(1);
      gone.dispose();
      await assert.rejects(tf.io.encodeWeights({ w: gone }), throws('E_DISPOSED', /'w'/));
      await assert.rejects(tf.io.encodeWeights([{ name: 'w', tensor: gone }]), throws('E_DISPOSED', /'w'/));
    });
  });

  test('names that objects have are weights like others', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''];
    const groups = names.map((name, index) => ({ paths: [`${index}`], weights: [{ ...SPEC, name }] }));
    const buffers = names.map((_, index) => Uint8Array.from(someBytes(8, index + 1)).buffer);
    const load = tf.io.weightsLoaderFactory(async (urls) => urls.map((url) => buffers[Number(url.slice(2))]));
    for (const wanted of [undefined, names, ['__proto__']]) {
      const weights = await load(groups, './', wanted);
      assert.equal(Object.getPrototypeOf(weights), Object.prototype);
      assert.deepEqual(Object.keys(weights), wanted ?? names);
      for (const [name, tensor] of Object.entries(weights)) {
        assert.deepEqual(tensor.dataSync().buffer, buffers[names.indexOf(name)]);
        tensor.dispose();
      }
    }
  });

  test('buffers of another realm are buffers', async () => {
    const { weightData, ...parts } = tinyArtifacts();
    const context = createContext({ bytes: [...new Uint8Array(weightData)] });
    for (const code of ['Uint8Array.from(bytes)', 'Uint8Array.from(bytes).buffer', '[Uint8Array.from(bytes).buffer]']) {
      const foreign = runInContext(code, context);
      const model = await tf.loadGraphModel({ load: async () => ({ ...parts, weightData: foreign }) });
      assert.deepEqual([...model.weights.bias[0].dataSync()], [0.5, -20, 100], code);
      model.dispose();
      await tf.io.getSaveHandlers('file://foreign')[0].save({ ...parts, weightData: foreign });
      const { weightData: saved } = await tf.io.getLoadHandlers('file://foreign')[0].load();
      assert.deepEqual(saved, weightData);
    }
  });
});
