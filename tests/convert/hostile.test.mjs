// SPDX-License-Identifier: Apache-2.0
// Damaged files: every conversion ends in a model or a TfwasmError that says what is wrong with the file.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { missing } from '../prerequisites.mjs';
import { checkpoint } from './checkpoint.mjs';
import { convert, fileTree } from './convert.mjs';
import { attr, functionDef, graphDef, node, placeholder } from './graph-def.mjs';
import { metaGraph, savedModel } from './saved-model.mjs';

const skip = missing('dist');

/** The corpus of the fuzz target: the first byte says what the rest is. */
const CORPUS = new URL('../fuzz/corpus/convert/', import.meta.url);

/** Numbers from 0 to 2^32, the same in every run. */
function randomNumbers(seed) {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return state % limit;
  };
}

/** `bytes` with one to four changes: bytes replaced, removed, repeated, or the end cut off. */
function damaged(bytes, random) {
  let result = Buffer.from(bytes);
  for (let changes = 1 + random(4); changes > 0 && result.length > 1; --changes) {
    const at = random(result.length);
    const length = 1 + random(8);
    switch (random(5)) {
      case 0:
        result[at] = random(256);
        break;
      case 1:
        result[at] ^= 1 << random(8);
        break;
      case 2:
        result = Buffer.concat([result.subarray(0, at), result.subarray(at + length)]);
        break;
      case 3:
        result = Buffer.concat([result.subarray(0, at + length), result.subarray(at)]);
        break;
      default:
        result = result.subarray(0, at);
    }
  }
  return result;
}

/** What the files of a model are, by the first byte of a file of the corpus. */
const treeOf = {
  g: (bytes) => ({ 'model.pb': bytes }),
  s: (bytes) => ({ 'saved_model.pb': bytes }),
  c: (bytes) => ({ ...variableModel(), 'variables/variables.index': bytes }),
};

/** A model with the variables of the checkpoints in the corpus. */
function variableModel() {
  const float = { T: attr.type('float32') };
  const graph = graphDef([
    placeholder('x', 'float32', [2]),
    node('a', 'VariableV2', [], { dtype: attr.type('float32'), shape: attr.shape([2]) }),
    node('c', 'VariableV2', [], { dtype: attr.type('float32'), shape: attr.shape([2, 2]) }),
    node('sum', 'AddV2', ['x', 'a'], float),
    node('y', 'AddV2', ['sum', 'c'], float),
  ]);
  const tensors = {
    a: { type: 'float32', dims: [2], values: [1, 2] },
    b: { type: 'string', dims: [2], values: ['x', 'yz'] },
    c: {
      type: 'float32',
      dims: [2, 2],
      slices: [
        {
          extents: [
            [0, 1],
            [0, -1],
          ],
          values: [1, 2],
        },
        {
          extents: [
            [1, 1],
            [0, -1],
          ],
          values: [3, 4],
        },
      ],
    },
  };
  const info = { type: 'float32', dims: [2] };
  const signatures = {
    serving_default: { inputs: { x: { name: 'x:0', ...info } }, outputs: { y: { name: 'y:0', ...info } } },
  };
  return {
    'saved_model.pb': savedModel(metaGraph({ graph, signatures })),
    ...checkpoint(tensors),
    ...checkpoint(tensors, { shards: 2 }),
  };
}

describe('damaged files', { skip }, () => {
  const files = readdirSync(CORPUS);
  for (const [index, file] of files.entries()) {
    test(`of ${file} never fail in an unexpected way`, async () => {
      const content = readFileSync(new URL(file, CORPUS));
      const make = treeOf[String.fromCharCode(content[0])];
      const bytes = content.subarray(1);
      const random = randomNumbers(index + 1);
      let converted = 0;
      const count = Number(process.env.TFWASM_DAMAGED ?? 150);
      for (let round = 0; round < count; ++round) {
        const changed = round === 0 ? bytes : damaged(bytes, random);
        try {
          await convert(fileTree(make(changed)), { skipOpCheck: true, target: round % 2 ? 'tfwasm' : 'tfjs' });
          ++converted;
        } catch (error) {
          const isExpected = error.name === 'TfwasmError' && !['E_INTERNAL', 'E_OOM'].includes(error.code);
          assert.ok(isExpected, `${error.code} ${error.stack} for ${changed.toString('base64')}`);
        }
      }
      assert.ok(converted < count, 'no change did any harm');
    });
  }

  for (const [depth, code] of [
    [60, undefined],
    [1000, 'E_LIMIT'],
  ]) {
    test(`may nest ${depth} calls${code ? ', which is too much' : ''}`, async () => {
      const types = { Tout: attr.types(['float32']) };
      const functions = Array.from({ length: depth }, (_, level) => {
        const body =
          level === 0
            ? node('n', 'Neg', ['v'], { T: attr.type('float32') })
            : node('n', 'PartitionedCall', ['v'], { f: attr.func(`f${level - 1}`), ...types });
        const edge = level === 0 ? 'n:y:0' : 'n:output:0';
        return functionDef(`f${level}`, { v: 'float32' }, { r: 'float32' }, [body], { r: edge });
      });
      const call = node('y', 'PartitionedCall', ['x'], { f: attr.func(`f${depth - 1}`), ...types });
      const files = fileTree({ 'm.pb': graphDef([placeholder('x', 'float32', []), call], functions) });
      if (code) await assert.rejects(convert(files), { code });
      else await convert(files);
    });
  }

  test('of text may nest messages, but not without end', async () => {
    const nested = (depth) => Buffer.from(`node { a: ${'{ b '.repeat(depth)}: 1 ${'}'.repeat(depth)} }`);
    await assert.rejects(convert(fileTree({ 'm.pbtxt': nested(90) })), {
      code: 'E_PROTO',
      message: /node 0 has no name/,
    });
    await assert.rejects(convert(fileTree({ 'm.pbtxt': nested(100_000) })), { code: 'E_LIMIT' });
  });

  test('do not multiply: a graph of calls of calls', async () => {
    const types = { Tout: attr.types(['float32']) };
    const functions = Array.from({ length: 40 }, (_, level) =>
      functionDef(
        `f${level}`,
        { v: 'float32' },
        { r: 'float32' },
        level === 0
          ? [node('n', 'Neg', ['v'], { T: attr.type('float32') })]
          : [
              node('m', 'PartitionedCall', ['v'], { f: attr.func(`f${level - 1}`), ...types }),
              node('n', 'PartitionedCall', ['m:output:0'], { f: attr.func(`f${level - 1}`), ...types }),
            ],
        { r: level === 0 ? 'n:y:0' : 'n:output:0' },
      ),
    );
    const graph = graphDef(
      [placeholder('x', 'float32', []), node('y', 'PartitionedCall', ['x'], { f: attr.func('f39'), ...types })],
      functions,
    );
    await assert.rejects(convert(fileTree({ 'm.pb': graph })), { code: 'E_LIMIT' });
  });
});
