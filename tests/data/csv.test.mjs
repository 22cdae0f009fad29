// SPDX-License-Identifier: Apache-2.0
// CSV files: compared with TensorFlow.js, then what only tfwasm reads, limits, and errors.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { loadTfjs, loadTfwasm, outcome, plain } from './libraries.mjs';

const DIRTY = 'a,b\n1.7,x\n-1.7,true\n0,TRUE\n1,false\nNaN,1\n0x10,1e3\nInfinity,-0\n';

const typed = (dtype) => ({ columnConfigs: { a: { dtype }, b: { dtype } } });
const configured = (b) => ({ columnConfigs: { b } });

/** [title, text, configuration, what tfwasm gives if it differs: rows, or the message of an error]. */
const CASES = [
  ['numbers', 'a,b,c\n1,2,3\n4,5,6\n'],
  ['no line end after the last row', 'a,b\n1,2'],
  ['CRLF', 'a,b\r\n1,2\r\n3,4\r\n'],
  ['a byte order mark', '\uFEFFa,b\n1,2', {}, [{ a: 1, b: 2 }]],
  ['text that is no ASCII', 'ä,b\n日本,😀\n'],
  ['quoted fields', 'a,b\n"x,y",2\n"",3\n"1",4\n'],
  ['quoted names', '"a,x",b\n1,2\n'],
  ['doubled quotes', 'a,b\n"say ""hi""",2\n', {}, [{ a: 'say "hi"', b: 2 }]],
  ['only doubled quotes', 'a,b\n"""",""""""\n', {}, [{ a: '"', b: '""' }]],
  ['a quote within a field', 'a,b\n5" disk,2\n'],
  ['a field that goes on after its quote', 'a,b\n"x"y,2\n', {}, [{ a: 'xy', b: 2 }]],
  [
    'quoted line ends',
    'a,b\r\n"x\r\n""y""\n",2\r\n3,4\r\n',
    {},
    [
      { a: 'x\r\n"y"\n', b: 2 },
      { a: 3, b: 4 },
    ],
  ],
  ['a quote that is never closed', 'a,b\n1,2\n"x,2\n3,4\n', {}, 'line 3: a quote is never closed'],
  [
    'an empty line',
    'a,b\n\n1,2\n\n\n3,4\n\n',
    {},
    [
      { a: 1, b: 2 },
      { a: 3, b: 4 },
    ],
  ],
  ['an empty line before the header', '\n\na,b\n1,2\n', {}, [{ a: 1, b: 2 }]],
  ['an empty line of one column', 'a\n1\n\n3\n'],
  ['no header', '1,2\n3,4', { hasHeader: false }],
  ['no header, but names', '1,2\n3,4', { hasHeader: false, columnNames: ['x', 'y'] }],
  ['a header, and other names', 'a,b\n3,4', { columnNames: ['x', 'y'] }],
  ['fewer names than in the header', 'a,b\n3,4', { columnNames: ['x'] }],
  [
    'fewer names than fields',
    '3,4',
    { hasHeader: false, columnNames: ['x'] },
    'line 1: Invalid row in csv file. Should have 1 elements in a row, but got 2',
  ],
  ['a name twice', 'a,a\n1,2'],
  ['an empty name', ',b\n1,2'],
  [
    'a name of the language',
    '__proto__,b\n1,2',
    {},
    [
      Object.fromEntries([
        ['__proto__', 1],
        ['b', 2],
      ]),
    ],
  ],
  [
    'a configuration of no column',
    'a,b\n1,2',
    { columnConfigs: { z: {} } },
    /"z" provided in columnConfigs .*\(a, b\)/,
  ],
  ['an inherited configuration', 'toString,b\n1,2', { columnConfigs: {} }],
  ['an empty file', ''],
  ['only a header', 'a,b'],
  ['only a header and a line end', 'a,b\n'],
  ['an empty file without a header', '', { hasHeader: false, columnNames: ['a'] }],
  ['a label', 'a,b\n1,2', configured({ isLabel: true })],
  [
    'labels, and only configured columns',
    'a,b,c\n1,2,3',
    { columnConfigs: { c: { isLabel: true }, a: {} }, configuredColumnsOnly: true },
  ],
  ['only configured columns', 'a,b,c\n1,2,3', { columnConfigs: { b: {} }, configuredColumnsOnly: true }],
  ['an empty field', 'a,b\n1,\n,2'],
  ['an empty required field', 'a,b\n1,', configured({ required: true }), 'line 2: Required column b is empty'],
  ['an empty label', 'a,b\n1,', configured({ isLabel: true }), 'line 2: Required column b is empty'],
  ['a default', 'a,b\n1,', configured({ default: 7 })],
  ['a default of 0', 'a,b\n1,', configured({ default: 0 })],
  ['a default of a required field', 'a,b\n1,', configured({ default: 7, required: true })],
  ['a blank field', 'a,b\n1,  \n', {}, [{ a: 1, b: undefined }]],
  ['a blank field of text', 'a,b\n1,  \n', configured({ dtype: 'string' }), [{ a: 1, b: '  ' }]],
  ['a row with too few fields', 'a,b\n1,2\n3', {}, /^line 3: Invalid row in csv file. Should have 2 .* got 1$/],
  ['a row with too many fields', 'a,b\n1,2,3', {}, /^line 2: Invalid row in csv file. Should have 2 .* got 3$/],
  ['no dtype', DIRTY],
  ['float32', DIRTY, typed('float32')],
  ['int32', DIRTY, typed('int32')],
  ['bool', DIRTY, typed('bool')],
  [
    'string',
    'a,b\n007,x\n1.0,2\n',
    typed('string'),
    [
      { a: '007', b: 'x' },
      { a: '1.0', b: '2' },
    ],
  ],
  ['complex64', 'a,b\n1,2\n', configured({ dtype: 'complex64' }), /column "b": the dtype has to be .* got complex64/],
  ['a delimiter', 'a;b\n1;2,5', { delimiter: ';' }],
  ['a tab', 'a\tb\n1\t2', { delimiter: '\t' }],
  ['a delimiter of two characters', 'a||b\n1||"2||3"\n', { delimiter: '||' }, [{ a: 1, b: '2||3' }]],
  ['an empty delimiter', 'a,b\n1,2', { delimiter: '' }],
  ['white space', 'a b\n1    2\n', { delimWhitespace: true }],
  [
    'any white space',
    ' a \t b\r\n\r\n  1\t2  \r\n"3 4" 5',
    { delimWhitespace: true },
    [
      { a: 1, b: 2 },
      { a: '3 4', b: 5 },
    ],
  ],
  ['white space and a delimiter', 'a b', { delimWhitespace: true, delimiter: ',' }],
  ['a quote as delimiter', 'a"b', { delimiter: '"' }, /the delimiter has to be a text without quotes/],
  ['names that are no texts', '1', { hasHeader: false, columnNames: [1] }, /columnNames has to be a list of texts/],
];

const make = ({ data }, text, config) => new data.CSVDataset(new data.FileDataSource(Buffer.from(text)), config);

const read = (lib, text, config) =>
  outcome(async () => {
    const dataset = make(lib, text, config);
    const names = await dataset.columnNames();
    return { names, rows: await dataset.toArray(), size: dataset.size };
  });

describe('CSV files', { skip: missing('dist', 'tfjs', 'tfjs-data') }, () => {
  let ours;
  let theirs;

  before(async () => {
    ours = await loadTfwasm();
    theirs = loadTfjs();
  });

  for (const [title, text, config, expected] of CASES) {
    test(title, async () => {
      const actual = await read(ours, text, config);
      const other = await read(theirs, text, config);
      if (expected === undefined) return assert.deepEqual(actual, other);
      if (typeof expected === 'string') assert.equal(actual.error, expected);
      else if (expected instanceof RegExp) assert.match(actual.error, expected);
      else assert.deepEqual(actual.rows, expected);
      assert.notDeepEqual(actual, other, 'there is no difference');
    });
  }

  test('columnNames: configured ones in their order', async () => {
    const config = { columnConfigs: { c: {}, a: {} }, configuredColumnsOnly: true };
    const names = (lib) => make(lib, 'a,b,c\n1,2,3', config).columnNames();
    assert.deepEqual(await names(ours), await names(theirs));
    assert.deepEqual(await make(ours, 'a,b\n1,2', { columnNames: ['x', 'y'] }).columnNames(), ['x', 'y']);
  });

  test('batches', async () => {
    const batches = async (lib) => {
      const dataset = make(lib, 'a,b,c\n1,x,2\n2,y,\n3,z,4\n', { columnConfigs: { a: { isLabel: true } } });
      return (await dataset.batch(2).toArray()).map((batch) => plain(batch, lib));
    };
    assert.deepEqual(await batches(ours), await batches(theirs));
  });

  test('any split into chunks gives the same rows', async () => {
    const text = 'näme,"b""ä"\r\n"x\r\n\r\ny,😀",2\r\n\r\n3,"""",\r\n'.replace(',\r\n', '\r\n');
    const rows = async (chunkSize) => {
      const source = new ours.data.FileDataSource(Buffer.from(text), { chunkSize });
      return new ours.data.CSVDataset(source).toArray();
    };
    const expected = [
      { näme: 'x\r\n\r\ny,😀', 'b"ä': 2 },
      { näme: 3, 'b"ä': '"' },
    ];
    for (let chunkSize = 1; chunkSize < text.length + 3; ++chunkSize) {
      assert.deepEqual(await rows(chunkSize), expected, `chunks of ${chunkSize}`);
    }
  });

  test('random tables are read as they were written', async () => {
    const alphabet = ['"', ',', '\n', '\r\n', 'x', 'ä', ' ', '""', '1'];
    let state = 1;
    const random = (n) => {
      state = (state * 48271) % 2147483647;
      return state % n;
    };
    const field = () => `t${Array.from({ length: random(6) }, () => alphabet[random(alphabet.length)]).join('')}`;
    for (let round = 0; round < 200; ++round) {
      const rows = Array.from({ length: 1 + random(4) }, () => ({ a: field(), b: field(), c: field() }));
      const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
      const text = `a,b,c\n${rows.map((row) => Object.values(row).map(quoted).join(',')).join('\r\n')}`;
      const source = new ours.data.FileDataSource(Buffer.from(text), { chunkSize: 1 + random(9) });
      assert.deepEqual(await new ours.data.CSVDataset(source).toArray(), rows, JSON.stringify(text));
    }
  });

  describe('hostile files', () => {
    /** A source without an end, that counts the bytes it has given. */
    function endless(text, first = '') {
      const bytes = new TextEncoder().encode(text);
      const state = { read: 0, isClosed: false };
      const body = () =>
        new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode(first)),
          pull(controller) {
            state.read += bytes.length;
            controller.enqueue(bytes);
          },
          cancel() {
            state.isClosed = true;
          },
        });
      const fetchFunc = async () => new Response(body());
      return { state, source: new ours.data.URLDataSource('http://localhost/endless', { fetchFunc }) };
    }

    for (const [title, text, first] of [
      ['a line without an end', 'x'.repeat(100_000)],
      ['a quoted line without an end', 'x'.repeat(100_000), '1,"'],
      ['a quoted text without an end', 'x\n'.repeat(50_000), '1,"'],
      ['doubled quotes without an end', '""\n""'.repeat(20_000), '1,"'],
    ]) {
      test(`${title}: E_LIMIT after 2^24 characters, and the connection is closed`, { timeout: 60_000 }, async () => {
        const { state, source } = endless(text, first);
        const dataset = new ours.data.CSVDataset(source, { columnNames: ['a', 'b'], hasHeader: false });
        await assert.rejects(
          dataset.forEachAsync(() => {}),
          { code: 'E_LIMIT' },
        );
        assert.ok(state.read < 2 ** 26, `${state.read} bytes were read`);
        assert.ok(state.isClosed);
      });
    }

    test('taking some rows closes the connection, and does not read the rest', async () => {
      const { state, source } = endless('1,2\n'.repeat(1000));
      const dataset = new ours.data.CSVDataset(source, { columnNames: ['a', 'b'], hasHeader: false });
      assert.equal((await dataset.take(5000).toArray()).length, 5000);
      assert.ok(state.isClosed);
      assert.ok(state.read < 100_000, `${state.read} bytes were read`);
    });

    test('columnNames() reads only the header', async () => {
      const { state, source } = endless('a,b\n'.repeat(1000));
      assert.deepEqual(await new ours.data.CSVDataset(source).columnNames(), ['a', 'b']);
      assert.ok(state.isClosed);
      assert.ok(state.read < 20_000, `${state.read} bytes were read`);
    });
  });

  test('what is no source is refused', () => {
    for (const call of [
      () => new ours.data.CSVDataset(5),
      () => new ours.data.CSVDataset(),
      () => new ours.data.TextLineDataset(null),
      () => ours.data.csv(5),
      () => ours.data.csv(null),
      () => ours.data.csv(new Blob(), 5),
    ]) {
      assert.throws(call, (error) => error.name === 'TfwasmError' && error.code === 'E_INPUT');
    }
  });
});
