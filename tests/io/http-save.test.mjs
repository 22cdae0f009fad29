// SPDX-License-Identifier: Apache-2.0
// Saving over HTTP, from Node.js and from a page, to a plain Node.js server and to the Flask server of the
// documentation; exchange with TensorFlow.js in both directions.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { tinyAnswer } from '../tiny-model.mjs';
import { tinyArtifacts } from './artifacts.mjs';
import { hangUp, startHttpServer, status } from './http-server.mjs';
import { startFlask } from './flask-server.mjs';
import { assertError, startStorageBrowser } from './storage-browser.mjs';

const ANSWER = tinyAnswer([1, 2]);
const { trainingConfig: _, ...ARTIFACTS } = tinyArtifacts();

/** Reads the request to its end, as servers do, before it redirects. */
const redirectTo = (location, code) => (request, response) => {
  request.resume().on('end', () => response.writeHead(code, { location }).end());
};

async function answerOf(library, source) {
  const model = await library.loadGraphModel(source);
  const x = library.tensor2d([[1, 2]]);
  const y = model.predict(x);
  const values = Array.from(await y.data());
  for (const part of [x, y, model]) part.dispose();
  return values;
}

describe('saving over HTTP in Node.js', { skip: missing('dist', 'tfjs') }, () => {
  let tf;
  let tfjs;
  let server;
  let model;
  before(async () => {
    tf = await import('../../dist/index.js');
    tfjs = await import('@tensorflow/tfjs-core');
    await import('@tensorflow/tfjs-backend-cpu');
    await tfjs.setBackend('cpu');
    const { loadGraphModel } = await import('@tensorflow/tfjs-converter');
    tfjs = { ...tfjs, loadGraphModel };
    server = await startHttpServer();
    model = await tf.loadGraphModel(tf.io.fromMemory(ARTIFACTS));
  });
  after(() => server?.close());
  beforeEach(() => server.reset());

  test('sends the two files that TensorFlow.js sends', async () => {
    const { modelArtifactsInfo, responses } = await model.save(`${server.url}/save`);
    assert.equal(modelArtifactsInfo.weightDataBytes, 36);
    assert.equal(modelArtifactsInfo.modelTopologyType, 'JSON');
    assert.deepEqual(await responses[0].json(), { saved: true });
    const ours = new Map(server.files);
    server.files.clear();
    const theirs = await tfjs.loadGraphModel(tfjs.io.fromMemory(ARTIFACTS));
    await theirs.save(`${server.url}/save`);
    assert.deepEqual([...ours.keys()], [...server.files.keys()]);
    for (const name of ['model.json:type', 'model.weights.bin:type', 'model.weights.bin']) {
      assert.deepEqual(ours.get(`/save/${name}`), server.files.get(`/save/${name}`), name);
    }
    const [our, their] = [ours, server.files].map((files) => JSON.parse(files.get('/save/model.json')));
    assert.deepEqual(Object.keys(our), Object.keys(their));
    // The hash is an addition of tfwasm.
    const [hash] = our.weightsManifest[0].sha256;
    assert.equal(hash, createHash('sha256').update(ours.get('/save/model.weights.bin')).digest('hex'));
    delete our.weightsManifest[0].sha256;
    assert.deepEqual(our, their);
  });

  test('TensorFlow.js loads what tfwasm saved, and the other way round', async () => {
    await model.save(`${server.url}/save`);
    assert.deepEqual(await answerOf(tfjs, `${server.url}/save/model.json`), ANSWER);
    assert.deepEqual(await answerOf(tf, `${server.url}/save/model.json`), ANSWER);
    const theirs = await tfjs.loadGraphModel(tfjs.io.fromMemory(ARTIFACTS));
    await theirs.save(`${server.url}/theirs`);
    assert.deepEqual(await answerOf(tf, `${server.url}/theirs/model.json`), ANSWER);
  });

  test('with a method, headers and a fetchFunc of the program', async () => {
    const seen = [];
    const fetchFunc = (url, init) => {
      seen.push([url, init.method]);
      return fetch(url, init);
    };
    const requestInit = { method: 'PUT', headers: { authorization: 'Bearer x' } };
    await model.save(tf.io.browserHTTPRequest(`${server.url}/save`, { requestInit, fetchFunc }));
    assert.deepEqual(seen, [[`${server.url}/save`, 'PUT']]);
    assert.equal(server.log[0].method, 'PUT');
    assert.equal(server.log[0].headers.authorization, 'Bearer x');
    assert.ok(server.files.has('/save/model.json'));
  });

  for (const [what, fault, message] of [
    ['500', status(500), /\/save: the server answered with status 500/],
    ['403', status(403), /403/],
    ['hangs up', hangUp, /cannot save to .*\/save/],
  ]) {
    test(`fails when the server ${what}, and does not ask twice`, async () => {
      server.faults.set('/save', [fault]);
      await assert.rejects(model.save(`${server.url}/save`), (error) => {
        assert.equal(error.name, 'TfwasmError');
        assert.equal(error.code, 'E_HTTP');
        assert.match(error.message, message);
        return true;
      });
      assert.equal(server.log.length, 1);
      assert.equal(server.files.size, 0);
    });
  }

  for (const code of [301, 302, 303]) {
    test(`does not count the page that a redirect (${code}) leads to as a receipt`, async () => {
      server.files.set('/login', Buffer.from('<!doctype html>Log in'));
      const redirect = redirectTo('/login', code);
      server.faults.set('/save', [redirect, redirect]);
      await assert.rejects(model.save(`${server.url}/save`), (error) => {
        assert.equal(error.name, 'TfwasmError');
        assert.equal(error.code, 'E_HTTP');
        assert.match(error.message, /redirected the request to .*\/login.*only if .* 307 or 308.*redirect/);
        assert.ok(error.cause instanceof Response);
        return true;
      });
      const follow = tf.io.http(`${server.url}/save`, { requestInit: { redirect: 'follow' } });
      const { responses } = await model.save(follow);
      assert.equal(responses[0].redirected, true);
      assert.equal(server.files.size, 1);
    });
  }

  for (const code of [307, 308]) {
    test(`a redirect with ${code} is an error unless it is accepted, and then the model arrives`, async () => {
      server.faults.set('/save', Array(3).fill(redirectTo('/moved', code)));
      await assert.rejects(model.save(`${server.url}/save`), (error) => {
        assert.equal(error.name, 'TfwasmError');
        assert.equal(error.code, 'E_HTTP');
        assert.match(error.message, /redirected the request to .*\/moved, .*only if .* 307 or 308/);
        return true;
      });
      server.files.clear();
      const save = (redirect) => model.save(tf.io.http(`${server.url}/save`, { requestInit: { redirect } }));
      const { responses } = await save('follow');
      assert.deepEqual(await responses[0].json(), { saved: true });
      assert.deepEqual(await answerOf(tf, `${server.url}/moved/model.json`), ANSWER);
      server.files.clear();
      await assert.rejects(save('error'), { code: 'E_HTTP', message: /cannot save to .*\/save: .*redirect/ });
      assert.equal(server.files.size, 0);
    });
  }

  test('refuses what is no model', async () => {
    const handler = tf.io.http(`${server.url}/save`);
    for (const modelTopology of [undefined, null, 5, 'x', () => {}, [], { toJSON() {} }, { toJSON: () => 5 }]) {
      const saving = handler.save({ ...ARTIFACTS, modelTopology });
      await assert.rejects(saving, { name: 'TfwasmError', code: 'E_INPUT', message: /modelTopology|not a JSON value/ });
    }
    for (const weightSpecs of [5, 'x', {}, [null]]) {
      await assert.rejects(handler.save({ ...ARTIFACTS, weightSpecs }), { code: 'E_MANIFEST', message: /weightSpecs/ });
    }
    assert.equal(server.log.length, 0);
  });

  test('refuses a body, binary topologies and what is no handler', async () => {
    const code = (expected) => (error) => error.code === expected;
    assert.throws(() => tf.io.http('http://h/', { requestInit: { body: 'x' } }), code('E_INPUT'));
    const binary = { ...ARTIFACTS, modelTopology: new ArrayBuffer(4) };
    await assert.rejects(tf.io.http(server.url).save(binary), code('E_INPUT'));
    await assert.rejects(model.save({}), code('E_INPUT'));
    // Node.js has no base URL for relative URLs.
    for (const url of ['what://x', '/models/x', 'x', '']) await assert.rejects(model.save(url), code('E_INPUT'));
    const gone = await tf.loadGraphModel(tf.io.fromMemory(ARTIFACTS));
    gone.dispose();
    await assert.rejects(gone.save(`${server.url}/save`), code('E_DISPOSED'));
    assert.equal(server.log.length, 0);
  });

  test('a model that is disposed while it is saved leaves nothing behind', async () => {
    const { numTensors } = tf.memory();
    const gone = await tf.loadGraphModel(tf.io.fromMemory(ARTIFACTS));
    const save = async ({ getWeightStream }) => {
      const reader = getWeightStream().getReader();
      await reader.read();
      gone.dispose();
      await reader.read();
      await reader.read();
    };
    await assert.rejects(gone.save({ save }), (error) => error.code === 'E_DISPOSED');
    assert.equal(tf.memory().numTensors, numTensors);
  });

  describe('to Flask', { skip: missing('flask') }, () => {
    let flask;
    before(async () => {
      flask = await startFlask();
    });
    after(() => flask?.close());

    test('which keeps the model and serves it', async () => {
      const url = `${flask.url}/mine`;
      for (let i = 0; i < 2; ++i) {
        const { responses } = await model.save(url);
        assert.deepEqual(await responses[0].json(), { saved: 'mine' });
      }
      assert.deepEqual(await readdir(flask.folder), ['mine']);
      assert.equal((await readFile(path.join(flask.folder, 'mine/model.weights.bin'))).length, 36);
      assert.deepEqual(await answerOf(tf, `${url}/model.json`), ANSWER);
      assert.deepEqual(await answerOf(tfjs, `${url}/model.json`), ANSWER);
    });

    test('as TensorFlow.js does', async () => {
      const theirs = await tfjs.loadGraphModel(tfjs.io.fromMemory(ARTIFACTS));
      await theirs.save(`${flask.url}/theirs`);
      assert.deepEqual(await answerOf(tf, `${flask.url}/theirs/model.json`), ANSWER);
    });

    test('which goes on with files that were cut', async () => {
      await model.save(`${flask.url}/cut`);
      const file = `${flask.url}/cut/model.weights.bin`;
      const etag = (await fetch(file)).headers.get('etag');
      const part = await fetch(file, { headers: { range: 'bytes=30-', 'if-range': etag } });
      assert.equal(part.status, 206);
      assert.equal((await part.arrayBuffer()).byteLength, 6);
    });

    test('which refuses what is no model, and keeps the old one', async () => {
      await model.save(`${flask.url}/kept`);
      for (const json of ['{', '{}', '[]', '{"weightsManifest":[{"paths":["../../x"]}]}']) {
        const form = new FormData();
        form.append('model.json', new Blob([json]), 'model.json');
        assert.equal((await fetch(`${flask.url}/kept`, { method: 'POST', body: form })).status, 400, json);
      }
      for (const name of ['..', '.x', '%2e%2e', 'a%2fb']) {
        await assert.rejects(model.save(`${flask.url}/${name}`), (error) => error.code === 'E_HTTP');
      }
      assert.deepEqual(await answerOf(tf, `${flask.url}/kept/model.json`), ANSWER);
      assert.ok((await readdir(flask.folder)).every((name) => !name.startsWith('.')));
    });
  });
});

describe('saving over HTTP from a page', { skip: missing('dist', 'tfjs', 'chromium', 'flask') }, () => {
  let browser;
  let flask;
  let page;
  before(async () => {
    [browser, flask] = await Promise.all([startStorageBrowser(), startFlask('--allow-origin', '*')]);
    page = await browser.open();
  });
  after(async () => {
    await browser?.close();
    await flask?.close();
  });

  test('both libraries load what either saved', async () => {
    const answers = await page.run(async (url) => {
      const { tfwasm, artifacts, predict } = tools;
      const { trainingConfig: _, ...parts } = await artifacts();
      const answers = [];
      for (const library of [tfwasm, tf]) {
        const model = await library.loadGraphModel(library.io.fromMemory(parts));
        await model.save(`${url}/shared`);
        model.dispose();
        for (const reader of [tfwasm, tf]) answers.push(await predict(reader, `${url}/shared/model.json`));
      }
      return answers;
    }, flask.url);
    assert.deepEqual(answers, [ANSWER, ANSWER, ANSWER, ANSWER]);
  });

  for (const [code, isSent] of [
    [303, false],
    [307, true],
    [308, true],
  ]) {
    test(`a redirect with ${code} ${isSent ? 'sends the model again' : 'sends nothing'}, and the page cannot see it`, async () => {
      const server = await startHttpServer();
      server.headers['access-control-allow-origin'] = '*';
      server.files.set('/moved', Buffer.from('hello'));
      server.faults.set('/save', Array(3).fill(redirectTo('/moved', code)));
      try {
        const [plain, followed, manual] = await page.run(async (url) => {
          const { tfwasm, artifacts, failure } = tools;
          const parts = await artifacts();
          const save = (redirect) =>
            failure(async () => {
              await tfwasm.io.http(url, { requestInit: redirect && { redirect } }).save(parts);
            });
          return [await save(), await save('follow'), await save('manual')];
        }, `${server.url}/save`);
        assertError(plain, 'E_HTTP', /redirected the request to .*\/moved, .*only if .* 307 or 308/);
        assert.equal(followed.code, undefined, followed.message);
        assertError(manual, 'E_HTTP', /\/save: the server redirected the request$/);
        assert.equal(server.files.has('/moved/model.json'), isSent);
        assert.equal(server.files.get('/moved/model.weights.bin')?.length, isSent ? 36 : undefined);
        assert.equal(server.asked('/moved').filter(({ method }) => method === 'POST').length, isSent ? 2 : 0);
      } finally {
        await server.close();
      }
    });
  }

  test('from a worker too', async () => {
    const answer = await page.runInWorker(async (url) => {
      const { tfwasm, artifacts, predict } = tools;
      const model = await tfwasm.loadGraphModel(tfwasm.io.fromMemory(await artifacts()));
      await model.save(`${url}/worker`);
      return predict(tfwasm, `${url}/worker/model.json`);
    }, flask.url);
    assert.deepEqual(answer, ANSWER);
  });

  test('with all media in between', async () => {
    const answer = await page.run(async () => {
      const { tfwasm, artifacts, predict } = tools;
      let model = await tfwasm.loadGraphModel(tfwasm.io.fromMemory(await artifacts()));
      for (const url of ['localstorage://a', 'indexeddb://a', 'opfs://a']) {
        await model.save(url);
        model.dispose();
        model = await tfwasm.loadGraphModel(url);
      }
      model.dispose();
      return predict(tfwasm, 'opfs://a');
    });
    assert.deepEqual(answer, ANSWER);
  });
});
