// SPDX-License-Identifier: Apache-2.0
// How command lines are read.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { commandLine } from './source.mjs';

const { readCommandLine, UsageError } = commandLine;

const FLAGS = [
  { name: 'input_format', kind: 'text', choices: ['keras', 'tf_hub'] },
  { name: 'quantize_uint8', kind: 'maybe' },
  { name: 'quantize_uint16', kind: 'maybe' },
  { name: 'shard_bytes', kind: 'number' },
  { name: 'skip_op_check', kind: 'boolean' },
  { name: 'version', kind: 'boolean', short: 'v' },
];

const read = (line) => {
  const { flags, rest } = readCommandLine(line.split(' ').filter(Boolean), FLAGS, 2);
  return [Object.fromEntries(flags), rest];
};

describe('command lines', () => {
  const CASES = [
    ['in out', {}, ['in', 'out']],
    ['--input_format keras in out', { input_format: 'keras' }, ['in', 'out']],
    ['in --input-format=keras out', { input_format: 'keras' }, ['in', 'out']],
    ['--input keras in out', { input_format: 'keras' }, ['in', 'out']],
    ['--quantize_uint8 in out', { quantize_uint8: true }, ['in', 'out']],
    ['--quantize_uint8 a*,b in out', { quantize_uint8: 'a*,b' }, ['in', 'out']],
    ['in out --quantize_uint8', { quantize_uint8: true }, ['in', 'out']],
    ['in out --quantize_uint8 a', { quantize_uint8: 'a' }, ['in', 'out']],
    ['--quantize_uint8=a in out', { quantize_uint8: 'a' }, ['in', 'out']],
    ['in --quantize_uint8 a --quantize_uint16 out', { quantize_uint8: 'a', quantize_uint16: true }, ['in', 'out']],
    ['--skip_op_check in out', { skip_op_check: true }, ['in', 'out']],
    ['--skip_op_check True in out', { skip_op_check: true }, ['in', 'out']],
    ['--skip_op_check False in out', { skip_op_check: false }, ['in', 'out']],
    ['--skip_op_check=false in out', { skip_op_check: false }, ['in', 'out']],
    ['--noskip_op_check in out', { skip_op_check: false }, ['in', 'out']],
    ['--no-skip-op-check in out', { skip_op_check: false }, ['in', 'out']],
    ['--shard_bytes 10 in out', { shard_bytes: 10 }, ['in', 'out']],
    ['--shard_bytes=-1 in out', { shard_bytes: -1 }, ['in', 'out']],
    ['-v', { version: true }, []],
    ['in -- --out', {}, ['in', '--out']],
    ['- out', {}, ['-', 'out']],
  ];
  for (const [line, flags, rest] of CASES) test(line, () => assert.deepEqual(read(line), [flags, rest]));

  const REFUSED = [
    ['--nothing in out', /no flag --nothing/],
    ['-x', /no flag -x/],
    ['--quantize_uint in out', /could be --quantize_uint8, --quantize_uint16/],
    ['--input_format onnx in out', /one of keras, tf_hub, not 'onnx'/],
    ['--input_format', /--input_format needs a value/],
    ['--shard_bytes x', /a whole number, not 'x'/],
    ['--shard_bytes 1.5', /a whole number/],
    ['--skip_op_check=perhaps', /true or false, not 'perhaps'/],
  ];
  for (const [line, message] of REFUSED) {
    test(`${line} is refused`, () =>
      assert.throws(
        () => read(line),
        (error) => error instanceof UsageError && message.test(error.message),
      ));
  }
});
