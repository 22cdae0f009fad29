// SPDX-License-Identifier: Apache-2.0
// Damaged and hostile files: an error with a code, at once.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { zipSync } from 'fflate';

import { readVariable, smallModel } from './small-model.mjs';
import { coded, hdf5, keras } from './source.mjs';

const CONFIG = { class_name: 'Functional' };
const write = (format) =>
  keras.writeKerasFile({ format, kerasVersion: '3.5.0', modelConfig: CONFIG, root: smallModel(), readVariable });

/** Rejects with this error in less than a second. */
async function assertRefused(bytes, ...expected) {
  const start = Date.now();
  await assert.rejects(readAll(bytes), coded(...expected));
  assert.ok(Date.now() - start < 1000);
}

async function readAll(bytes) {
  const file = await keras.readKerasFile(bytes);
  for (const { weights } of file.layers ?? []) for (const { array } of weights) array.read();
  const objects = file.root ? [file.root] : [];
  for (const { variables, children } of objects) {
    for (const array of variables.values()) array.read();
    objects.push(...children.values());
  }
}

const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const u64 = (bytes, at) => Number(viewOf(bytes).getBigUint64(at, true));
const setU64 = (bytes, at, value) => viewOf(bytes).setBigUint64(at, BigInt(value), true);
const find = (bytes, text, from = 0) => Buffer.from(bytes).indexOf(text, from, 'latin1');

/** A file with one group, or more, and the addresses of the parts of the root. */
function smallFile(...names) {
  const root = hdf5.makeGroup();
  for (const name of names) hdf5.groupAt(root, name);
  const bytes = hdf5.writeHdf5(root);
  return { bytes, header: u64(bytes, 64), tree: u64(bytes, 80), table: u64(bytes, u64(bytes, 80) + 32) };
}

describe('HDF5 files', () => {
  test('that are truncated', async () => {
    const bytes = await write('h5');
    for (let length = 0; length < bytes.length; length += length < 100 ? 7 : 997) {
      await assertRefused(bytes.subarray(0, length), 'E_FILE');
    }
  });

  test('that are something else', async () => {
    await assertRefused(new Uint8Array(), 'E_FILE', /cannot read the file: it is neither .* but empty/);
    await assertRefused(Buffer.from('<!doctype html>'), 'E_FILE', /begins with "<!doctype html>"/);
    await assert.rejects(keras.readKerasFile('text'), coded('E_INPUT'));
  });

  test('with links', async () => {
    const { bytes, table } = smallFile('a');
    viewOf(bytes).setUint32(table + 8 + 16, 2, true);
    await assertRefused(bytes, 'E_FILE', /'a' is a link/);
  });

  test('with groups in a cycle', async () => {
    const { bytes, table, header } = smallFile('a');
    setU64(bytes, table + 16, header);
    await assertRefused(bytes, 'E_FILE', /the group '\/a' is in a cycle/);
  });

  test('with a group of two names', async () => {
    const { bytes, table } = smallFile('a', 'b');
    setU64(bytes, table + 16, u64(bytes, table + 56));
    await assertRefused(bytes, 'E_FILE', /in a cycle, or has two names/);
  });

  test('with two things of one name', async () => {
    const { bytes, table } = smallFile('a', 'b');
    setU64(bytes, table + 8, u64(bytes, table + 48));
    await assertRefused(bytes, 'E_FILE', /'b' occurs twice/);
  });

  test('with a tree that is its own child', async () => {
    const { bytes, tree } = smallFile('a');
    bytes[tree + 5] = 1;
    setU64(bytes, tree + 32, tree);
    await assertRefused(bytes, 'E_FILE', /wrong kind or level/);
  });

  test('with a tree whose branches are all the same', async () => {
    const { bytes, tree } = smallFile('a');
    const levels = 7;
    const [node, children] = [544, 32];
    const bomb = new Uint8Array(bytes.length + levels * node);
    bomb.set(bytes);
    for (let level = 1; level <= levels; ++level) {
      const at = bytes.length + (level - 1) * node;
      bomb.set(bytes.subarray(tree, tree + 24), at);
      bomb.set([level, children], at + 5);
      for (let i = 0; i < children; ++i) setU64(bomb, at + 32 + 16 * i, level === 1 ? tree : at - node);
    }
    setU64(bomb, find(bomb, '\x11\0\x10\0', u64(bytes, 64)) + 8, bomb.length - node);
    await assertRefused(bomb, 'E_LIMIT', /the same bytes too often/);
  });

  test('with many names for one long text', async () => {
    const long = 'x'.repeat(500_000);
    const { bytes } = smallFile(long, ...Array.from({ length: 400 }, (_, i) => `n${i}`));
    const offset = find(bytes, long) - u64(bytes, u64(bytes, 88) + 24);
    let count = 0;
    for (let at = find(bytes, 'SNOD'); at >= 0; at = find(bytes, 'SNOD', at + 1)) {
      for (let i = 0; i < 8; ++i) {
        setU64(bytes, at + 8 + 40 * i, offset + count);
        count += 1;
      }
    }
    await assertRefused(bytes, 'E_LIMIT', /the same bytes too often/);
  });

  test('with deeply nested groups', async () => {
    await assertRefused(smallFile('a/'.repeat(100)).bytes, 'E_LIMIT', /more than 64 nested groups/);
  });

  test('with an object header that goes on in itself', async () => {
    const { bytes, header } = smallFile('a');
    // The only message becomes a reference to the block that it is in.
    viewOf(bytes).setUint16(header + 2, 1000, true);
    viewOf(bytes).setUint16(header + 16, 16, true);
    setU64(bytes, header + 24, header + 16);
    setU64(bytes, header + 32, 24);
    await assertRefused(bytes, 'E_FILE');
  });

  for (const [what, patch, code] of [
    ['shapes that are too large', (bytes, at) => setU64(bytes, at + 8, 2 ** 40), 'E_FILE'],
    [
      'shapes whose product is too large',
      (bytes, at) => [8, 16].map((axis) => setU64(bytes, at + axis, 2 ** 62)),
      'E_FILE',
    ],
    ['values outside the file', (bytes, at) => setU64(bytes, find(bytes, '\x03\x01', at + 60) + 2, 2 ** 50), 'E_FILE'],
    ['values in other files', (bytes, at) => bytes.set([7], find(bytes, '\x05\0\x08\0', at)), 'E_FILE'],
    ['too many dimensions', (bytes, at) => bytes.set([200], at + 1), 'E_FILE'],
  ]) {
    test(`with ${what}`, async () => {
      const bytes = await write('h5');
      // The first message of a dataset is its shape, here [2, 3].
      const at = find(bytes, '\x01\x02\x01\0\0\0\0\0\x02\0\0\0\0\0\0\0\x03');
      assert.ok(at > 0);
      patch(bytes, at);
      await assertRefused(bytes, code);
    });
  }

  test('with texts outside their heap', async () => {
    const bytes = await write('h5');
    const heap = find(bytes, 'GCOL');
    for (const [at, value] of [
      [heap + 8, 2 ** 40],
      [heap + 24, 2 ** 40],
      [heap + 16, 77],
    ]) {
      const damaged = bytes.slice();
      setU64(damaged, at, value);
      await assertRefused(damaged, 'E_FILE');
    }
  });
});

describe('HDF5 files with chunks', () => {
  const original = new Uint8Array(readFileSync(new URL('fixtures/chunked.weights.h5', import.meta.url)));
  /** The first tree of chunks, and its first child: [size, skipped filters, start along each axis, element], address. */
  const tree = find(original, 'TREE\x01');
  const key = tree + 24;
  const child = key + 8 + 8 * 4;

  test('are read if they are as they were', () => readAll(original));

  for (const [what, patch, code, message] of [
    ['wrong checksums', (bytes) => (bytes[u64(bytes, child)] ^= 1), 'E_FILE', /checksum of a chunk is wrong/],
    ['chunks outside the file', (bytes) => setU64(bytes, child, 2 ** 40), 'E_FILE', /outside the file/],
    ['chunks that are too long', (bytes) => viewOf(bytes).setUint32(key, 2 ** 31, true), 'E_FILE', /outside the file/],
    [
      'chunks that are not compressed',
      (bytes) => (bytes[key + 4] = 7),
      'E_FILE',
      /a chunk has \d+ bytes instead of 96/,
    ],
    ['chunks at wrong places', (bytes) => setU64(bytes, key + 8, 1), 'E_FILE', /missing, or at wrong places/],
    ['chunks at the same place', (bytes) => setU64(bytes, key + 8, 3), 'E_FILE', /missing, or at wrong places/],
    ['missing chunks', (bytes) => viewOf(bytes).setUint16(tree + 6, 1, true), 'E_FILE', /missing, or at wrong places/],
    ['a tree that is its own child', (bytes) => (bytes[tree + 5] = 1), 'E_FILE', /no TREE|wrong kind or level/],
    [
      'huge chunks',
      (bytes) => viewOf(bytes).setUint32(find(bytes, '\x03\x02\x04') + 11, 2 ** 31, true),
      'E_FILE',
      /missing/,
    ],
    [
      'chunks of size 0',
      (bytes) => viewOf(bytes).setUint32(find(bytes, '\x03\x02\x04') + 11, 0, true),
      'E_FILE',
      /its shape/,
    ],
    ['unknown filters', (bytes) => (bytes[find(bytes, 'shuffle') - 8] = 99), 'E_FILE', /the filter 99/],
    [
      'a shape that is too large',
      (bytes) => setU64(bytes, find(bytes, '\x01\x03\x01\0\0\0\0\0\x07') + 8, 2 ** 40),
      'E_LIMIT',
      /expand too much/,
    ],
  ]) {
    test(`with ${what}`, async () => {
      const bytes = original.slice();
      patch(bytes);
      await assertRefused(bytes, code, message);
    });
  }
});

describe('ZIP archives', () => {
  const text = (value) => new TextEncoder().encode(value);
  const archive = (files, options = { level: 0 }) => zipSync(files, options);
  const good = async () => archive({ 'config.json': text('{}'), 'model.weights.h5': await write('weights.h5') });
  /** The place of the first entry of the directory. */
  const directory = (bytes) => find(bytes, 'PK\x01\x02');

  test('may be compressed', async () => {
    const bytes = archive(
      { 'config.json': text('{"a":1}'), 'model.weights.h5': await write('weights.h5') },
      { level: 9 },
    );
    const file = await keras.readKerasFile(bytes);
    assert.deepEqual(file.modelConfig, { a: 1 });
    assert.ok(file.root.children.get('layers').children.get('dense').variables.get(0).read().length > 0);
  });

  test('that are truncated', async () => {
    const bytes = await good();
    for (let length = 4; length < bytes.length; length += 997) await assertRefused(bytes.subarray(0, length), 'E_FILE');
  });

  for (const path of ['../x', '/x', 'a/../../x', '..\\x', 'C:\\x', 'a\0b']) {
    test(`with the path ${JSON.stringify(path)}`, () => assertRefused(archive({ [path]: text('x') }), 'E_PATH'));
  }

  for (const [what, patch, code, message] of [
    ['wrong checksums', (view, at) => view.setUint32(at + 16, 1, true), 'E_FILE', /checksum of 'config\.json'/],
    ['encryption', (view, at) => view.setUint16(at + 8, 1, true), 'E_FILE', /'config\.json' is encrypted/],
    ['unknown methods', (view, at) => view.setUint16(at + 10, 14, true), 'E_FILE', /the method 14/],
    [
      'members that are longer than the file',
      (view, at) => view.setUint32(at + 20, 2 ** 31, true),
      'E_FILE',
      /overlap/,
    ],
    ['members of 4 GB', (view, at) => view.setUint32(at + 24, 2 ** 32 - 2, true), 'E_LIMIT', /expands to/],
    [
      'sizes of 64 bits that are missing',
      (view, at) => view.setUint32(at + 24, 2 ** 32 - 1, true),
      'E_LIMIT',
      /expands to/,
    ],
    [
      'members elsewhere',
      (view, at) => view.setUint32(at + 42, 2 ** 31, true),
      'E_FILE',
      /'config\.json' is not there/,
    ],
    ['a damaged directory', (view, at) => view.setUint32(at, 0, true), 'E_FILE', /directory is damaged/],
    [
      'names beyond the directory',
      (view, at) => view.setUint16(at + 28, 65535, true),
      'E_FILE',
      /directory is damaged/,
    ],
  ]) {
    test(`with ${what}`, async () => {
      const bytes = await good();
      patch(viewOf(bytes), directory(bytes));
      await assertRefused(bytes, code, message);
    });
  }

  test('with two members of one name', async () => {
    const bytes = archive({ 'a.json': text('{}'), 'b.json': text('{}') });
    for (let at = find(bytes, 'b.json'); at >= 0; at = find(bytes, 'b.json')) bytes.set(text('a.json'), at);
    await assertRefused(bytes, 'E_FILE', /'a\.json' occurs twice/);
  });

  test('that expand too much', async () => {
    const bytes = archive({ 'model.weights.h5': new Uint8Array(100 * 2 ** 20) }, { level: 9 });
    assert.ok(bytes.length < 200_000);
    await assertRefused(bytes, 'E_LIMIT', /expands to 104857600 bytes/);
  });

  test('whose members are longer, or shorter, than they say', async () => {
    for (const size of [10, 100_000]) {
      const bytes = archive({ 'config.json': new Uint8Array(1000) }, { level: 9 });
      viewOf(bytes).setUint32(directory(bytes) + 24, size, true);
      await assertRefused(bytes, 'E_FILE');
    }
  });
});
