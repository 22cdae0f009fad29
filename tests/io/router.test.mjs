// SPDX-License-Identifier: Apache-2.0
// Routing of URLs to handlers, custom handlers, and models in memory.
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';

import { importSource } from '../js/source.mjs';
import { missing } from '../prerequisites.mjs';
import { plain, tinyArtifacts } from './artifacts.mjs';

describe('io', () => {
  let io;

  before(async () => {
    ({ io } = await importSource());
  });

  /** An in-memory medium with its own scheme. */
  let media = 0;
  let scheme;
  let stored;
  beforeEach(() => {
    scheme = `memory${++media}`;
    stored = new Map();
    const prefix = `${scheme}://`;
    const router = (url) => {
      if (typeof url !== 'string' || !url.startsWith(prefix)) return null;
      return {
        load: async () => {
          if (!stored.has(url)) throw new Error(`no ${url}`);
          return stored.get(url);
        },
        save: async (artifacts) => {
          stored.set(url, artifacts);
          return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
        },
      };
    };
    io.registerSaveRouter(router);
    io.registerLoadRouter(router);
  });

  test('has every name that it has in TensorFlow.js', { skip: missing('tfjs') }, async () => {
    const theirs = (await import('@tensorflow/tfjs-core')).io;
    const kinds = (namespace) => Object.keys(theirs).map((name) => [name, typeof namespace[name]]);
    assert.ok(Object.keys(theirs).length >= 27);
    assert.deepEqual(kinds(io), kinds(theirs));
  });

  describe('finds handlers', () => {
    test('of every medium by scheme', () => {
      for (const url of ['localstorage://a', 'indexeddb://a', 'opfs://a', 'file://a', 'http://h/m', 'https://h/m']) {
        for (const handlers of [io.getLoadHandlers(url), io.getSaveHandlers(url)]) {
          assert.equal(handlers.length, 1, url);
        }
        assert.equal(typeof io.getLoadHandlers(url)[0].load, 'function');
      }
      assert.equal(io.getSaveHandlers('downloads://a').length, 1);
      for (const url of ['downloads://a', 'model.json', 'LocalStorage://a', 'x', '']) {
        assert.equal(io.getLoadHandlers(url).length, 0, url);
      }
      assert.equal(io.getSaveHandlers('model.json').length, 0);
    });

    test('of registered routers, with the options of loading', () => {
      const handler = {};
      const seen = [];
      io.registerLoadRouter((url, options) => {
        seen.push([url, options]);
        return url === 'mine://x' ? handler : undefined;
      });
      const options = { strict: false };
      assert.deepEqual(io.getLoadHandlers('mine://x', options), [handler]);
      assert.deepEqual(seen, [['mine://x', options]]);
      assert.deepEqual(io.getSaveHandlers('mine://x'), []);
      io.registerLoadRouter((url) => (url === 'mine://x' ? {} : null));
      assert.equal(io.getLoadHandlers('mine://x').length, 2);
    });
  });

  describe('in Node.js says what is not there', () => {
    for (const scheme of ['localstorage', 'indexeddb', 'opfs']) {
      test(scheme, async () => {
        const error = { name: 'TfwasmError', code: 'E_STORAGE', message: new RegExp(`${scheme}://m`) };
        await assert.rejects(io.getLoadHandlers(`${scheme}://m`)[0].load(), error);
        await assert.rejects(io.getSaveHandlers(`${scheme}://m`)[0].save(tinyArtifacts()), error);
        await assert.rejects(io.removeModel(`${scheme}://m`), error);
        assert.throws(() => io.getLoadHandlers(`${scheme}://`), { code: 'E_INPUT' });
      });
    }

    test('downloads', () =>
      assert.rejects(io.getSaveHandlers('downloads://m')[0].save(tinyArtifacts()), { code: 'E_STORAGE' }));
  });

  describe('copies and moves', () => {
    test('between any handlers', async () => {
      const artifacts = tinyArtifacts();
      stored.set(`${scheme}://a`, artifacts);
      const info = await io.copyModel(`${scheme}://a`, `${scheme}://b`);
      assert.equal(info.modelTopologyType, 'JSON');
      assert.equal(stored.get(`${scheme}://b`), artifacts);
    });

    for (const [what, call, code, message] of [
      ['a URL onto itself', () => io.copyModel('indexeddb://a', 'indexeddb://a'), 'E_INPUT', /are the same/],
      ['to where nothing saves', () => io.copyModel(`${scheme}://a`, 'nowhere://x'), 'E_INPUT', /save handlers/],
      ['from where nothing can be removed', () => io.moveModel(`${scheme}://a`, `${scheme}://b`), 'E_INPUT', /manager/],
      ['from a URL without a scheme', () => io.moveModel('model.json', `${scheme}://b`), 'E_INPUT', /scheme.*opfs/],
      ['nothing', () => io.removeModel('indexeddb://'), 'E_INPUT', /manager/],
      ['from no URL', () => io.removeModel(undefined), 'E_INPUT', /must be a string, got undefined/],
      ['from a scheme like a property', () => io.removeModel('__proto__://x'), 'E_INPUT', /manager/],
    ]) {
      test(`refuses: ${what}`, async () => {
        stored.set(`${scheme}://a`, tinyArtifacts());
        await assert.rejects(call(), { name: 'TfwasmError', code, message });
        assert.deepEqual([...stored.keys()], [`${scheme}://a`]);
      });
    }

    test('refuses a URL that two routers know', async () => {
      io.registerSaveRouter((url) => (url === `${scheme}://b` ? { save: async () => ({}) } : null));
      stored.set(`${scheme}://a`, tinyArtifacts());
      await assert.rejects(io.copyModel(`${scheme}://a`, `${scheme}://b`), {
        code: 'E_AMBIGUOUS',
        message: /more than one \(2\) save handlers/,
      });
    });
  });

  describe('keeps in memory', () => {
    test('one object with all parts', async () => {
      const artifacts = tinyArtifacts();
      assert.equal(await io.fromMemory(artifacts).load(), artifacts);
      assert.equal(io.fromMemorySync(artifacts).load(), artifacts);
      const weightsOnly = { weightSpecs: [], weightData: new ArrayBuffer(0) };
      assert.equal(io.fromMemorySync(weightsOnly).load(), weightsOnly);
    });

    test('the parts one by one, as it was once done', async () => {
      const { modelTopology, weightSpecs, weightData, trainingConfig } = tinyArtifacts();
      const parts = { modelTopology, weightSpecs, weightData, trainingConfig };
      assert.deepEqual(await io.fromMemory(modelTopology, weightSpecs, weightData, trainingConfig).load(), parts);
      assert.deepEqual(io.fromMemorySync(modelTopology, weightSpecs, weightData).load(), {
        modelTopology,
        weightSpecs,
        weightData,
      });
      assert.deepEqual(io.fromMemorySync(modelTopology).load(), { modelTopology });
    });

    test('what a function saves', async () => {
      const result = { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
      let saved;
      const save = (artifacts) => {
        saved = artifacts;
        return result;
      };
      const artifacts = tinyArtifacts();
      assert.equal(await io.withSaveHandler(async (parts) => save(parts)).save(artifacts), result);
      assert.equal(saved, artifacts);
      saved = undefined;
      assert.equal(io.withSaveHandlerSync(save).save(artifacts), result);
      assert.equal(saved, artifacts);
      assert.deepEqual(await plain(saved), await plain(tinyArtifacts()));
    });
  });
});
