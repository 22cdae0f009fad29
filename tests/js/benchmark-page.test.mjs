// SPDX-License-Identifier: Apache-2.0
// The parts of the benchmark page that do not need a browser.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { checkOutputs, differenceOf, maximumDifference } from '../../benchmark-page/correctness.js';
import { flopsOf } from '../../benchmark-page/flops.js';
import { compareLosses } from '../../benchmark-page/measure-training.js';
import { NETS } from '../../benchmark-page/nets.js';
import { checkInput, defaultInput, defaultRange, makeInputs } from '../../benchmark-page/inputs.js';
import { byOp, gigaflops } from '../../benchmark-page/profile.js';
import { parseResults } from '../../benchmark-page/result-file.js';
import { toCsv, toMarkdown } from '../../benchmark-page/report.js';
import { defaultSettings, formatSettings, parseSettings } from '../../benchmark-page/settings.js';

describe('settings in a link', () => {
  test('come back as they were', () => {
    const settings = {
      ...defaultSettings(),
      model: 'https://example.org/a b/model.json?x=1&y=ü',
      variant: 'relaxed',
      threads: 3,
      thread: 'main',
      warmup: 0,
      runs: 7,
      batch: 4,
      seed: 99,
      peers: ['tfjs-wasm', 'tfjs-cpu'],
      check: false,
      run: true,
      inputs: [
        { name: 'a;b%=&', shape: [1, 8], fill: 'values', values: ['1', '2.5', '-3'] },
        { name: 'ids', dtype: 'int32', range: [-2, 7] },
      ],
    };
    assert.deepEqual(parseSettings(`?${formatSettings(settings)}`), { settings, problems: [] });
  });

  test('that are as by default are left out', () => {
    assert.equal(formatSettings(defaultSettings()), '');
    assert.deepEqual(parseSettings(''), { settings: defaultSettings(), problems: [] });
  });

  for (const query of [
    'threads=0',
    'threads=1000',
    'threads=1.5',
    'threads=',
    'runs=-1',
    'runs=1e9',
    'variant=avx',
    'peers=tfjs-wasm,onnx',
    'check=yes',
    'nonsense=1',
    '__proto__=1',
    'constructor=1',
    'input=x;shape=1x-2',
    'input=x;shape=1x2x3x4x5x6x7x8x9',
    'input=x;range=1..',
    'input=x;range=..',
    'input=x;fill=files',
    'input=x;constructor=1',
    'input=%25E0%25A4%25A',
  ]) {
    test(`“${query}” is told of and changes nothing`, () => {
      const { settings, problems } = parseSettings(query);
      assert.deepEqual(settings, defaultSettings());
      assert.equal(problems.length, 1);
      assert.match(problems[0], /in the link is/);
    });
  }
});

describe('inputs', () => {
  const image = { name: 'image', dtype: 'float32', shape: [-1, 8, 8, 3] };

  test('have the batch size where the first dimension is open', () => {
    assert.deepEqual(defaultInput(image, 4).shape, [4, 8, 8, 3]);
    assert.deepEqual(defaultInput({ ...image, shape: [2, -1] }, 4).shape, [2, 1]);
    assert.deepEqual(defaultInput({ ...image, shape: [-1, -1, -1, 3] }, 4).shape, [4, 224, 224, 3]);
  });

  test('have harmless ranges', () => {
    assert.deepEqual(defaultRange({ dtype: 'int32', shape: [1, 64, 64, 3] }), [0, 255]);
    assert.deepEqual(defaultRange({ dtype: 'int32', shape: [1, 64] }), [0, 9]);
    assert.deepEqual(defaultRange(image), [0, 1]);
  });

  for (const [what, change, message] of [
    ['an open dimension', { shape: [1, -1] }, /whole number/],
    ['a dimension of 0', { shape: [0] }, /whole number/],
    ['a fraction', { shape: [1.5] }, /whole number/],
    ['a giant', { shape: [100000, 100000] }, /more than/],
    ['complex numbers', { dtype: 'complex64' }, /complex64/],
    ['a range upside down', { range: [1, 0] }, /lower one first/],
    ['a range that is none', { range: [Number.NaN, 0] }, /two numbers/],
    ['no values', { fill: 'values', values: [] }, /at least one/],
    ['words for numbers', { fill: 'values', values: ['1', 'x'] }, /numbers/],
  ]) {
    test(`refuse ${what}`, () => {
      const spec = { ...defaultInput({ name: 'x', dtype: 'float32', shape: [2, 3] }, 1), ...change };
      assert.throws(() => checkInput(spec), message);
      assert.throws(() => checkInput(spec), /“x”/);
    });
  }

  const tf = { tensor: (values, shape, dtype) => ({ values: Array.from(values), shape, dtype }) };
  const make = (spec) => makeInputs(tf, [{ name: 'x', range: [0, 1], ...spec }], 5);

  test('repeat values until the tensor is full', () => {
    const { values } = make({ dtype: 'int32', shape: [2, 3], fill: 'values', values: ['7', '8'] });
    assert.deepEqual(values, [7, 8, 7, 8, 7, 8]);
    assert.deepEqual(make({ dtype: 'string', shape: [3], fill: 'values', values: ['a'] }).values, ['a', 'a', 'a']);
  });

  test('are zeros', () => {
    assert.deepEqual(make({ dtype: 'float32', shape: [2], fill: 'zeros' }).values, [0, 0]);
    assert.deepEqual(make({ dtype: 'string', shape: [2], fill: 'zeros' }).values, ['', '']);
  });

  test('are random, and the same for every engine', () => {
    for (const dtype of ['float32', 'int32', 'bool', 'string']) {
      const spec = { dtype, shape: [50], fill: 'random', range: [0, 3] };
      assert.deepEqual(make(spec), make(spec));
      assert.ok(new Set(make(spec).values).size > 1, dtype);
    }
  });

  test('go by name when there are several', () => {
    const specs = ['a', 'b'].map((name) => ({ name, dtype: 'float32', shape: [3], fill: 'random', range: [0, 1] }));
    const { a, b } = makeInputs(tf, specs, 1);
    assert.notDeepEqual(a.values, b.values);
  });
});

describe('correctness', () => {
  for (const [what, values, expected, absolute, relative] of [
    ['equal outputs', [1, 2], [1, 2], 0, 0],
    ['zeros', [0, 0], [0, 0], 0, 0],
    ['relative to the largest value', [100, 99], [100, 100], 1, 0.01],
    ['NaN', [Number.NaN, 1], [1, 1], Number.NaN, Number.NaN],
    ['NaN in both', [Number.NaN, 1], [Number.NaN, 1], 0, 0],
    ['infinity in both', [Number.POSITIVE_INFINITY], [Number.POSITIVE_INFINITY], 0, 0],
    ['infinity in one', [Number.POSITIVE_INFINITY], [1], Number.NaN, Number.NaN],
    ['other sizes', [1], [1, 2], Number.NaN, Number.NaN],
    ['equal strings', ['a', 'b'], ['a', 'b'], 0, 0],
    ['other strings', ['a', 'b'], ['a', 'c'], Number.NaN, Number.NaN],
  ]) {
    test(what, () => assert.deepEqual(differenceOf(values, expected), { absolute, relative }));
  }

  test('is that of the worst output', () => {
    assert.equal(maximumDifference([[1], [100, 99]], [[1], [100, 100]]), 0.01);
    assert.equal(maximumDifference([[1], [2]], [[1]]), Number.NaN);
    assert.equal(maximumDifference([[Number.NaN], [2]], [[1], [2]]), Number.NaN);
  });

  test('fails beyond a thousandth, and for NaN', () => {
    const check = (value) =>
      checkOutputs([{ name: 'y', shape: [1], dtype: 'float32', values: [value] }], [{ values: [1] }], 'r');
    assert.deepEqual(
      [1.0009, 1.0011, Number.NaN].map((value) => check(value).passed),
      [true, false, false],
    );
    assert.equal(checkOutputs([], [{ values: [1] }], 'r').passed, false);
  });

  test('is judged by how much two backends of the reference differ', () => {
    const outputs = (value) => [{ name: 'y', shape: [1], dtype: 'float32', values: [value] }];
    const check = (value, second) => checkOutputs(outputs(value), outputs(1), 'r', outputs(second));
    // The second one differs by 0.01.
    assert.equal(check(1.04, 1.01).passed, true);
    assert.equal(check(1.06, 1.01).passed, false);
    assert.ok(Math.abs(check(1.04, 1.01).outputs[0].tolerance - 0.05) < 1e-9);
    // A second one that agrees or fails does not make the check stricter or looser.
    for (const second of [1, Number.NaN]) {
      assert.deepEqual(
        [1.0009, 1.0011, Number.NaN].map((value) => check(value, second).passed),
        [true, false, false],
      );
    }
  });
});

describe('floating point operations', () => {
  for (const [op, inputs, outputs, expected] of [
    [
      'Conv2D',
      [
        [1, 8, 8, 4],
        [3, 3, 4, 16],
      ],
      [[1, 8, 8, 16]],
      2 * 8 * 8 * 16 * 9 * 4,
    ],
    ['_FusedConv2D', [[1, 8, 8, 4], [1, 1, 4, 16], [16]], [[1, 8, 8, 16]], 2 * 8 * 8 * 16 * 4],
    [
      'DepthwiseConv2dNative',
      [
        [1, 8, 8, 4],
        [3, 3, 4, 2],
      ],
      [[1, 8, 8, 8]],
      2 * 8 * 8 * 8 * 9,
    ],
    ['Conv2DBackpropInput', [[4], [2, 2, 5, 4], [1, 8, 8, 4]], [[1, 16, 16, 5]], 2 * 8 * 8 * 4 * 4 * 5],
    [
      'MatMul',
      [
        [5, 7],
        [7, 3],
      ],
      [[5, 3]],
      2 * 5 * 3 * 7,
    ],
    [
      'MatMul',
      [
        [7, 5],
        [7, 3],
      ],
      [[5, 3]],
      2 * 5 * 3 * 7,
    ],
    [
      'BatchMatMulV2',
      [
        [2, 5, 7],
        [2, 7, 3],
      ],
      [[2, 5, 3]],
      2 * 2 * 5 * 3 * 7,
    ],
    ['Mul', [[4, 4], []], [[4, 4]], 16],
    ['Mean', [[1, 8, 8, 4], [2]], [[1, 4]], 256],
    ['Softmax', [[1, 10]], [[1, 10]], null],
    ['MatMul', [], [], null],
    ['MatMul', [[3]], [[3]], null],
    ['constructor', [[3]], [[3]], null],
  ]) {
    test(`${op} of ${JSON.stringify(inputs)}`, () => assert.equal(flopsOf(op, inputs, outputs), expected));
  }

  test('are summed up by op, where all are defined', () => {
    const node = (op, milliseconds, flops) => ({ op, milliseconds, flops });
    const ops = byOp([node('A', 1, 10), node('B', 6, null), node('A', 2, 20), node('B', 1, 5)]);
    assert.deepEqual(ops, [
      { op: 'B', count: 2, milliseconds: 7, flops: null, share: 0.7 },
      { op: 'A', count: 2, milliseconds: 3, flops: 30, share: 0.3 },
    ]);
    assert.equal(gigaflops({ flops: 2e6, milliseconds: 2 }), 1);
    assert.equal(gigaflops({ flops: null, milliseconds: 2 }), null);
    assert.equal(gigaflops({ flops: 5, milliseconds: 0 }), null);
  });
});

/** A result of runBenchmark(), reduced to the fields under test. */
function sampleResult(change = {}) {
  const summary = {
    count: 3,
    median: 2,
    mean: 2,
    ci95: 0.5,
    p90: 2.8,
    p99: 2.98,
    min: 1,
    max: 3,
    standardDeviation: 1,
  };
  const engine = { library: 'tfwasm 0', variant: 'simd', threads: 1, thread: 'worker', load: 10, first: 5 };
  return {
    format: 'tfwasm-benchmark',
    formatVersion: 1,
    date: '2026-01-02T03:04:05.000Z',
    settings: { runs: 3, inputs: [{ shape: [1, 2] }] },
    environment: { browser: 'B 1', cores: 8, isolated: true, features: ['simd'] },
    timerResolution: 0.005,
    model: { name: '=m|1' },
    engines: [
      { id: 'tfwasm-auto', name: 'tfwasm', ...engine, warmups: [9], samples: [1, 2, 3], summary },
      {
        id: 'tfjs-wasm',
        name: 'tfjs wasm',
        ...engine,
        warmups: [9],
        samples: [2, 4, 6],
        summary: { ...summary, median: 4 },
      },
      { id: 'tfjs-webgl', name: 'tfjs webgl', warmups: [], samples: [], error: 'no GPU' },
    ],
    comparisons: [{ id: 'tfjs-wasm', verdict: 'faster', ratio: 2, low: 1.5, high: 2.5, p: 0.01 }],
    correctness: { reference: 'tfjs cpu', outputs: [{ name: 'y', relative: 1e-7 }], passed: true },
    warnings: ['tfjs webgl takes no part: no GPU'],
    void: null,
    ...change,
  };
}

describe('training', () => {
  const optimizer = () => null;
  /** Makes tensors that have only a shape. */
  const tf = {
    tensor: (_, shape) => ({ shape }),
    variable: (tensor) => tensor,
    fill: (shape) => ({ shape }),
    zeros: (shape) => ({ shape }),
    tensor1d: () => ({}),
    oneHot: () => ({}),
    cast: () => ({}),
    train: { sgd: optimizer, adam: optimizer, momentum: optimizer },
  };

  // A layer's products have two gradients, the first layer's only one.
  const dense = [128 * 784 * 512, 128 * 512 * 512, 128 * 512 * 10];
  const conv = [64 * 26 ** 2 * 32 * 9, 64 * 11 ** 2 * 64 * 32 * 9, 64 * 1600 * 128, 64 * 128 * 10];
  const lstm = [0, 100 * 32 * (64 + 128) * 512, 32 * 128 * 10];
  // Depthwise convolutions, then 1x1: height, channels in and out.
  const blocks = [
    [48, 32, 64],
    [24, 64, 128],
    [24, 128, 128],
    [12, 128, 256],
    [12, 256, 256],
    [6, 256, 512],
    [6, 512, 512],
  ];
  const separable = blocks.map(([height, inputs, outputs]) => 16 * height ** 2 * inputs * (9 + outputs));
  const mobilenet = [16 * 48 ** 2 * 32 * 27, ...separable, 16 * 512 * 10];
  for (const [net, [first, ...others]] of Object.entries({ dense, conv, lstm, mobilenet })) {
    test(`counts the operations of the net ${net}`, () => {
      const rest = others.reduce((sum, count) => sum + count, 0);
      assert.deepEqual(NETS[net](tf).flops, { forward: 2 * (first + rest), step: 2 * (2 * first + 3 * rest) });
    });
  }

  test('compares the losses that both engines have', () => {
    const results = [[2, 1, 0.5], [2, 1.01], [2, Number.NaN, 0.5], [2]].map((losses) => ({ losses }));
    compareLosses(results);
    const differences = results.map(({ difference }) => difference);
    assert.ok(Math.abs(differences[1] - 0.005) < 1e-12);
    assert.deepEqual([differences[0], differences[2], differences[3]], [0, Number.NaN, 0]);
  });
});

describe('a result', () => {
  test('as Markdown has the numbers and the claim', () => {
    const text = toMarkdown(sampleResult());
    assert.match(
      text,
      /\| tfwasm \(simd, 1 thread\) \| 2.00 \| 2.00 ± 0.500 \| 2.80 \| 2.98 \| 1.00 \| 10.0 \| 5.00 \| 15.0 \|/,
    );
    assert.match(text, /tfwasm is 2.00× as fast as tfjs wasm \(95 % interval 1.50× to 2.50×\)/);
    assert.match(text, /Outputs agree/);
    assert.match(text, /^- B 1; 8 logical processors; cross-origin isolated; wasm simd; timer 0.005 ms; tfwasm 0\.$/m);
    assert.ok(text.includes('=m\\|1'));
  });

  test('makes no claim when outputs are wrong or the tab was hidden', () => {
    const wrong = { reference: 'tfjs cpu', outputs: [{ name: 'y', relative: 0.5 }], passed: false };
    for (const change of [{ correctness: wrong }, { void: 'The tab was hidden.' }]) {
      const text = toMarkdown(sampleResult(change));
      assert.doesNotMatch(text, /as fast as/);
      assert.doesNotMatch(text, /2\.00×/);
    }
    assert.match(toMarkdown(sampleResult({ correctness: wrong })), /Outputs differ/);
  });

  test('as CSV has every run, and no formulas', () => {
    const lines = toCsv(sampleResult()).trim().split('\n');
    assert.equal(lines[0], 'model,engine,library,variant,threads,thread,kind,run,milliseconds');
    assert.equal(lines.length, 1 + 2 * (1 + 1 + 1 + 3));
    assert.ok(lines.includes("'=m|1,tfwasm-auto,tfwasm 0,simd,1,worker,timed,3,3"));
  });

  test('comes back from a file, alone or in a report of many', () => {
    const result = sampleResult();
    assert.deepEqual(parseResults(JSON.stringify(result), 'a.json'), [result]);
    const report = {
      format: 'tfwasm-benchmark-report',
      formatVersion: 1,
      results: [{ threads: 1, models: [{ result }] }],
    };
    assert.deepEqual(parseResults(JSON.stringify(report), 'a.json'), [result]);
  });

  for (const [what, text, message] of [
    ['no JSON', '{', /a.json is not JSON/],
    ['null', 'null', /not a result/],
    ['another object', '{"engines":[]}', /not a result/],
    ['another version', JSON.stringify({ ...sampleResult(), formatVersion: 9 }), /another version/],
    ['no engines', JSON.stringify(sampleResult({ engines: [] })), /not a result/],
    [
      'words for times',
      JSON.stringify(sampleResult({ engines: [{ id: 'a', name: 'b', samples: ['1'] }] })),
      /not a result/,
    ],
    [
      'negative times',
      JSON.stringify(sampleResult({ engines: [{ id: 'a', name: 'b', samples: [-1] }] })),
      /not a result/,
    ],
    ['a report of nothing', '{"format":"tfwasm-benchmark-report","results":[]}', /not a result/],
    ['a broken report', '{"format":"tfwasm-benchmark-report","results":[{"models":[{}]}]}', /not a result/],
  ]) {
    test(`is refused when the file is ${what}`, () => assert.throws(() => parseResults(text, 'a.json'), message));
  }
});
