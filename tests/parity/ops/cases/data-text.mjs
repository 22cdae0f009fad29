// SPDX-License-Identifier: Apache-2.0
// Strings and random numbers.
import { attr, constant, f32, i32, str } from '../case.mjs';

const hash = (name, values, buckets) => ({
  op: 'StringToHashBucketFast',
  name,
  attrs: { num_buckets: attr.int(buckets) },
  inputs: [values],
});
const split = (name, values, delimiter, skipEmpty) => ({
  op: 'StringSplit',
  name,
  attrs: { skip_empty: attr.bool(skipEmpty) },
  inputs: [values, constant(str([], [delimiter]))],
  outputs: 3,
});
const pythonSplit = (name, text, separator, limit, parts) => ({
  op: 'StringSplitV2',
  name,
  attrs: { maxsplit: attr.int(limit) },
  inputs: [str([1], [text]), constant(str([], [separator]))],
  outputs: 3,
  expected: [
    i32(
      [parts.length, 2],
      parts.flatMap((_, i) => [0, i]),
    ),
    str([parts.length], parts),
    i32([2], [1, parts.length]),
  ],
  source: "Python's str.split",
});
const ngrams = (name, splits, { widths, padding = 0, keep = false }) => ({
  op: 'StringNGrams',
  name,
  attrs: {
    separator: attr.string('|'),
    ngram_widths: attr.ints(...widths),
    left_pad: attr.string('<'),
    right_pad: attr.string('>'),
    pad_width: attr.int(padding),
    preserve_short_sequences: attr.bool(keep),
  },
  inputs: [str([6], ['a', 'b', 'c', 'd', 'e', 'f']), i32([splits.length], splits)],
  outputs: 2,
});
const replace = (name, pattern, rewrite, texts, result, isGlobal = true) => ({
  op: 'StaticRegexReplace',
  name,
  attrs: {
    pattern: attr.string(pattern),
    rewrite: attr.string(rewrite),
    replace_global: attr.bool(isGlobal),
  },
  inputs: [str([texts.length], texts)],
  expected: [str([texts.length], result)],
  source: 'the syntax of RE2 (TensorFlow.js takes the pattern for one of JavaScript)',
});

const STRINGS = [
  hash('short and long', str([4], ['', 'Hello', 'TensorFlow', 'x'.repeat(70)]), 1000),
  hash('UTF-8', str([2, 1], ['\u00e9t\u00e9', '\u{1f600}']), 2147483647),
  hash('one bucket', str([], ['a']), 1),
  { ...hash('no buckets', str([], ['a']), 0), throws: { code: 'E_ATTR', message: /[Nn]umber of buckets/ } },
  split('words', str([3], ['hello world', '', ' a  b']), ' ', true),
  split('empty parts are kept', str([2], ['a,,b,', ',']), ',', false),
  split('several delimiters', str([1], ['a,b;c']), ',;', true),
  split('no delimiter', str([1], ['abc']), '', true),
  { ...split('a scalar', str([], ['a']), ' ', true), throws: { code: 'E_SHAPE', message: /strings/ } },
  pythonSplit('runs of white space', ' a \t b\n', '', -1, ['a', 'b']),
  pythonSplit('a longer separator', 'a<>b<><>c', '<>', -1, ['a', 'b', '', 'c']),
  pythonSplit('a limit', 'a,b,c', ',', 1, ['a', 'b,c']),
  ngrams('two widths, padded', [0, 4, 6], { widths: [3, 2], padding: -1 }),
  ngrams('short rows are kept', [0, 1, 1, 6], { widths: [4], padding: 1, keep: true }),
  ngrams('short rows are dropped', [0, 1, 6], { widths: [3] }),
  {
    ...ngrams('splits past the end', [0, 7], { widths: [2] }),
    throws: { code: 'E_INPUT', message: /split value .* at 1/ },
  },
  replace('punctuation', '[^\\w\\s]', '', ["it's a (test)!", ''], ['its a test', '']),
  replace('groups', '(\\w+) (\\w+)', '\\2 \\1', ['hello world'], ['world hello']),
  replace('the first match only', 'a+', 'b', ['caaat aa'], ['cbt aa'], false),
  replace('empty matches', 'b*', '-', ['abc'], ['-a-c-']),
  replace('UTF-8', '.', '*', ['\u00e9\u{1f600}'], ['**']),
  {
    ...replace('an open group', '(a', '', ['a'], ['a']),
    expected: undefined,
    throws: { code: 'E_ATTR', message: /regular expression/ },
  },
  {
    ...replace('no such group', 'a', '\\1', ['a'], ['a']),
    expected: undefined,
    throws: { code: 'E_ATTR', message: /group 1/ },
  },
];

const shape = constant(i32([2], [2, 3]));
const same = (value) => [f32([2, 3], new Array(6).fill(value))];
const random = (op, name, attrs, expected) => ({
  op,
  name,
  attrs: { dtype: attr.type('DT_FLOAT'), ...attrs },
  inputs: [shape],
  expected,
  source: 'the only values that these attributes admit',
});
const RANDOM = [
  random('RandomUniform', 'one value', { minval: attr.float(3), maxval: attr.float(3) }, same(3)),
  random('RandomUniform', 'int32', { minval: attr.float(5), maxval: attr.float(6), dtype: attr.type('DT_INT32') }, [
    i32([2, 3], [5, 5, 5, 5, 5, 5]),
  ]),
  {
    ...random('RandomUniform', 'strings', { dtype: attr.type('DT_STRING') }),
    throws: { code: 'E_ATTR', message: /dtype/ },
  },
  ...['RandomStandardNormal', 'TruncatedNormal'].flatMap((op) => [
    random(op, 'no deviation', { mean: attr.float(-2), stddev: attr.float(0) }, same(-2)),
    random(op, 'int32', { mean: attr.float(7), stddev: attr.float(0.01), dtype: attr.type('DT_INT32') }, [
      i32([2, 3], [7, 7, 7, 7, 7, 7]),
    ]),
    {
      ...random(op, 'a negative size', {}),
      inputs: [constant(i32([1], [-1]))],
      throws: { code: 'E_SHAPE', message: /dimension 0/ },
    },
  ]),
  {
    ...random('RandomUniformInt', 'bounds as attributes', { minval: attr.int(4), maxval: attr.int(5) }, [
      i32([2, 3], [4, 4, 4, 4, 4, 4]),
    ]),
  },
  {
    ...random('RandomUniformInt', 'bounds as inputs', {}, [i32([2, 3], [-1, -1, -1, -1, -1, -1])]),
    inputs: [shape, i32([], [-1]), i32([], [0])],
  },
  {
    ...random('RandomUniformInt', 'no number between the bounds', {}),
    inputs: [shape, i32([], [1]), i32([], [1])],
    throws: { code: 'E_INPUT', message: /minval/ },
  },
  {
    op: 'Multinomial',
    name: 'one possible class a row',
    inputs: [f32([2, 3], [-Infinity, 0, -Infinity, 9, -Infinity, NaN]), constant(i32([], [4]))],
    expected: [i32([2, 4], [1, 1, 1, 1, 0, 0, 0, 0])],
    source: 'the definition',
  },
  {
    op: 'Multinomial',
    name: 'no samples',
    inputs: [f32([2, 3], 1), constant(i32([], [0]))],
    expected: [i32([2, 0], [])],
    source: 'the definition',
  },
  {
    op: 'Multinomial',
    name: 'a vector of logits',
    inputs: [f32([3], 1), constant(i32([], [1]))],
    throws: { code: 'E_SHAPE', message: /logits/ },
  },
];

export const CASES = [...STRINGS, ...RANDOM];
