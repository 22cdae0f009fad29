// SPDX-License-Identifier: Apache-2.0
// Sources of bytes and text: files, URLs and memory, in chunks.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { missing } from '../prerequisites.mjs';
import { loadTfjs, loadTfwasm } from './libraries.mjs';

describe('sources', { skip: missing('dist', 'tfjs', 'tfjs-data') }, () => {
  let ours;
  let theirs;
  let folder;
  let file;
  let server;
  let url;
  const requests = [];
  /** Answers by path. */
  const answers = {};

  before(async () => {
    ours = await loadTfwasm();
    theirs = loadTfjs();
    folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-data-'));
    file = path.join(folder, 'a file.csv');
    await writeFile(file, 'a,b\n1,2\n3,4\n');
    server = createServer((request, response) => {
      requests.push(request);
      (answers[request.url] ?? ((_request, { end }) => end()))(request, response);
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${server.address().port}`;
  });
  after(async () => {
    server?.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });

  const chunks = async ({ data }, input, options) => {
    const list = await (await new data.FileDataSource(input, options).iterator()).toArray();
    return list.map((bytes) => Buffer.from(bytes).toString());
  };
  const linesOf = ({ data }, bytes, options) =>
    new data.TextLineDataset(new data.FileDataSource(bytes, options)).toArray();
  const ROWS = [
    { a: 1, b: 2 },
    { a: 3, b: 4 },
  ];

  describe('of bytes', () => {
    for (const options of [undefined, { chunkSize: 2 }, { chunkSize: 4, offset: 3 }, { offset: 6 }, { offset: 9 }]) {
      test(`chunks with ${JSON.stringify(options)}`, async () => {
        const bytes = Buffer.from('abcdef');
        const expected = await chunks(theirs, bytes, options);
        assert.deepEqual(await chunks(ours, bytes, options), expected);
        assert.deepEqual(await chunks(ours, new Blob([bytes]), options), expected);
        assert.deepEqual(await chunks(ours, new File([bytes], 'x'), options), expected);
        const plain = path.join(folder, 'bytes');
        await writeFile(plain, bytes);
        assert.deepEqual(await chunks(ours, pathToFileURL(plain).href, options), expected);
      });
    }

    for (const [title, input, options] of [
      ['a number', 5],
      ['null', null],
      ['an object', {}],
      ['no chunks', Buffer.from('a'), { chunkSize: 0 }],
      ['a negative offset', Buffer.from('a'), { offset: -1 }],
    ]) {
      test(`${title} is refused`, async () => {
        await assert.rejects(chunks(ours, input, options), { name: 'TfwasmError', code: 'E_INPUT' });
      });
    }
  });

  describe('of lines', () => {
    for (const text of ['a\nb\n', 'a\r\n\r\nb\rc', '\n\n', '', 'x', '\r\n', 'ä😀\n日本']) {
      test(JSON.stringify(text), async () => {
        const bytes = Buffer.from(text);
        const expected = await linesOf(theirs, bytes);
        for (const chunkSize of [1, 2, 3, 100]) assert.deepEqual(await linesOf(ours, bytes, { chunkSize }), expected);
      });
    }

    test('invalid UTF-8 gives replacement characters', async () => {
      const bytes = Buffer.from([65, 0xff, 66, 0xe2, 0x82]);
      assert.deepEqual(await linesOf(ours, bytes), ['A\uFFFDB\uFFFD']);
    });

    test('a byte order mark is dropped', async () => {
      assert.deepEqual(await linesOf(ours, Buffer.from('\uFEFFa'), { chunkSize: 1 }), ['a']);
    });

    test('a line has at most 2^24 characters', async () => {
      const fits = Buffer.alloc(2 ** 24, 'x');
      assert.equal((await linesOf(ours, fits))[0].length, 2 ** 24);
      await assert.rejects(linesOf(ours, Buffer.concat([fits, Buffer.from('x')])), { code: 'E_LIMIT' });
    });

    test('text of a source, split at any separator', async () => {
      const split = async (separator, chunkSize) => {
        const source = new ours.data.FileDataSource(Buffer.from('a--b---c--'), { chunkSize });
        return (await source.iterator()).decodeUTF8().split(separator).toArray();
      };
      for (const chunkSize of [1, 2, 3, 4, 100]) {
        assert.deepEqual(await split('--', chunkSize), ['a', 'b', '-c']);
        assert.deepEqual(await split('-', chunkSize), ['a', '', 'b', '', '', 'c', '']);
      }
    });
  });

  describe('of files in Node.js', () => {
    test('a file:// URL, a path in file://, a path', async () => {
      const relative = path.relative(process.cwd(), file);
      for (const place of [pathToFileURL(file).href, `file://${file}`, `file://${relative}`]) {
        assert.deepEqual(await ours.data.csv(place).toArray(), ROWS, place);
      }
      assert.deepEqual(await new ours.data.CSVDataset(new ours.data.FileDataSource(file)).toArray(), ROWS);
    });

    test('what TensorFlow.js reads', async () => {
      assert.deepEqual(await theirs.data.csv(`file://${file}`).toArray(), ROWS);
    });

    test('a file that is not there: E_FILE', async () => {
      await assert.rejects(ours.data.csv('file:///no/such/file.csv').toArray(), (error) => {
        return error.code === 'E_FILE' && error.message.includes('/no/such/file.csv');
      });
      await assert.rejects(ours.data.csv(`file://${folder}`).toArray(), { code: 'E_FILE' });
      await assert.rejects(new ours.data.FileDataSource('a\0b').iterator(), { code: 'E_PATH' });
    });

    test('files are closed when a loop ends early', async () => {
      const big = path.join(folder, 'big.csv');
      await writeFile(big, `a\n${'1\n'.repeat(1_000_000)}`);
      const dataset = ours.data.csv(`file://${big}`);
      const openFiles = () => (existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0);
      const before = openFiles();
      for (let i = 0; i < 20; ++i) {
        for await (const row of dataset) {
          assert.deepEqual(row, { a: 1 });
          break;
        }
      }
      assert.equal((await dataset.take(3).toArray()).length, 3);
      assert.equal(openFiles(), before);
    });
  });

  describe('of URLs', () => {
    const csv = (response) => response.end('a,b\n1,2\n3,4\n');

    test('a URL as text, as an object, and a Request; again for each reading', async () => {
      answers['/x.csv'] = (_request, response) => csv(response);
      for (const source of [`${url}/x.csv`, new URL(`${url}/x.csv`), new Request(`${url}/x.csv`)]) {
        const dataset = ours.data.csv(source);
        for (let i = 0; i < 2; ++i) assert.deepEqual(await dataset.toArray(), ROWS);
      }
    });

    test('requestInit, and what a Request has', async () => {
      answers['/init.csv'] = (_request, response) => csv(response);
      await ours.data.csv(`${url}/init.csv`, { requestInit: { headers: { 'x-a': '1' } } }).toArray();
      assert.equal(requests.at(-1).headers['x-a'], '1');
      const request = new Request(`${url}/init.csv`, { method: 'POST', body: 'x', headers: { 'x-b': '2' } });
      const dataset = ours.data.csv(request);
      for (let i = 0; i < 2; ++i) await dataset.toArray();
      assert.deepEqual([requests.at(-1).method, requests.at(-1).headers['x-b']], ['POST', '2']);
    });

    test('rows arrive before the file has ended', { timeout: 20_000 }, async () => {
      let finish;
      answers['/slow.csv'] = (_request, response) => {
        response.write('a\n1\n');
        finish = () => response.end('2\n');
      };
      const iterator = await ours.data.csv(`${url}/slow.csv`).iterator();
      assert.deepEqual(await iterator.next(), { value: { a: 1 }, done: false });
      finish();
      assert.deepEqual(await iterator.toArray(), [{ a: 2 }]);
    });

    test('stopping early closes the connection', { timeout: 20_000 }, async () => {
      const closed = new Promise((resolve) => {
        answers['/endless.csv'] = (request, response) => {
          response.write('a\n1\n2\n');
          request.socket.on('close', resolve);
        };
      });
      assert.deepEqual(await ours.data.csv(`${url}/endless.csv`).take(1).toArray(), [{ a: 1 }]);
      await closed;
    });

    test('errors: E_HTTP with the status, no server, a broken connection', async () => {
      answers['/absent.csv'] = (_request, response) => {
        response.statusCode = 404;
        response.end();
      };
      await assert.rejects(ours.data.csv(`${url}/absent.csv`).toArray(), (error) => {
        return error.code === 'E_HTTP' && error.message.includes('404') && error.message.includes('/absent.csv');
      });
      answers['/broken.csv'] = (_request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('a\n1\n');
        setTimeout(() => response.destroy(), 50);
      };
      await assert.rejects(ours.data.csv(`${url}/broken.csv`).toArray(), { code: 'E_HTTP' });
    });

    test('a failure that may be temporary is tried again', async () => {
      let failures = 2;
      answers['/busy.csv'] = (_request, response) => {
        if (failures-- > 0) {
          response.statusCode = 503;
          response.end();
        } else csv(response);
      };
      assert.deepEqual(await ours.data.csv(`${url}/busy.csv`).toArray(), ROWS);
    });

    test('signals of requestInit and of a Request end the reading', { timeout: 20_000 }, async () => {
      answers['/waiting.csv'] = (_request, response) => response.write('a\n1\n');
      for (const open of [
        (signal) => ours.data.csv(`${url}/waiting.csv`, { requestInit: { signal } }),
        (signal) => ours.data.csv(new Request(`${url}/waiting.csv`, { signal })),
      ]) {
        const controller = new AbortController();
        const iterator = await open(controller.signal).iterator();
        assert.deepEqual(await iterator.next(), { value: { a: 1 }, done: false });
        const next = iterator.next();
        controller.abort(new Error('enough'));
        await assert.rejects(next, { message: 'enough' });
        await assert.rejects(open(controller.signal).toArray(), { message: 'enough' });
        await iterator.return();
      }
    });

    test('no URL: E_INPUT; options of null are left out', async () => {
      await assert.rejects(new ours.data.URLDataSource(null).iterator(), { code: 'E_INPUT' });
      await assert.rejects(new ours.data.URLDataSource(undefined, null).iterator(), { code: 'E_INPUT' });
      assert.deepEqual(await chunks(ours, Buffer.from('a'), null), ['a']);
    });

    test('fetchFunc, also one whose responses cannot be streamed', async () => {
      const fetchFunc = async () => ({
        ok: true,
        status: 200,
        arrayBuffer: async () => new TextEncoder().encode('a,b\n1,2\n3,4\n').buffer,
      });
      assert.deepEqual(await ours.data.csv('any:thing', { fetchFunc }).toArray(), ROWS);
    });
  });

  test('csv() of a File, a Blob, bytes and a source', async () => {
    const bytes = new TextEncoder().encode('a,b\n1,2\n3,4\n');
    for (const source of [
      new File([bytes], 'x.csv'),
      new Blob([bytes]),
      bytes,
      new ours.data.FileDataSource(bytes, { chunkSize: 1 }),
    ]) {
      assert.deepEqual(await ours.data.csv(source).toArray(), ROWS);
    }
  });
});
