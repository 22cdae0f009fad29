// SPDX-License-Identifier: Apache-2.0
// Conversions to graph models by convert(), inspect() and the command line. What they do to graphs is tested in
// tests/convert/.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { attr, constant, graphDef, node, placeholder } from '../convert/graph-def.mjs';
import { metaGraph, savedModel } from '../convert/saved-model.mjs';
import { run } from './run.mjs';
import { convert, filesOfArtifacts, inspect, skip, tarOf, tf, zipOf } from './small-models.mjs';

const FLOAT = { T: attr.type('float32') };

/** y = x * w + b, z = -x */
const NODES = [
  placeholder('x', 'float32', [-1, 2]),
  constant('w', 'float32', [2, 2], [1, 2, 3, 4]),
  constant('b', 'float32', [2], [0.5, -10]),
  node('product', 'MatMul', ['x', 'w'], FLOAT),
  node('y', 'BiasAdd', ['product', 'b'], FLOAT),
  node('z', 'Neg', ['x'], FLOAT),
];
const FROZEN = new Uint8Array(graphDef(NODES));

const info = (name) => ({ name: `${name}:0`, type: 'float32', dims: [-1, 2] });
const SAVED = new Uint8Array(
  savedModel(
    metaGraph({
      graph: graphDef(NODES),
      signatures: {
        serving_default: { inputs: { image: info('x') }, outputs: { scores: info('y') } },
        negate: { inputs: { image: info('x') }, outputs: { negated: info('z') } },
      },
    }),
  ),
);

async function predict(source) {
  const model = await tf.loadGraphModel(source);
  const result = [model.predict(tf.tensor2d([[1, 1]]))].flat().map((tensor) => Array.from(tensor.dataSync()));
  model.dispose();
  return result;
}

const Y = [4.5, -4];

describe('conversions to graph models', { skip }, () => {
  let folder;
  const at = (name) => path.join(folder, name);
  const command = (...args) => run('tfwasm', ['convert', ...args], { cwd: folder });
  before(async () => {
    await tf.ready();
    folder = mkdtempSync(path.join(tmpdir(), 'tfwasm-graph-'));
    writeFileSync(at('model.pb'), FROZEN);
    mkdirSync(at('saved'));
    writeFileSync(at('saved/saved_model.pb'), SAVED);
  });
  after(() => folder && rmSync(folder, { recursive: true }));

  test('a frozen graph, by all its outputs or by one', async () => {
    const converted = await convert(FROZEN);
    assert.equal(converted.report.inputFormat, 'tf_frozen_model');
    assert.deepEqual(await predict(converted), [Y, [-1, -1]]);
    assert.deepEqual(converted.report.ops.byOp._FusedMatMul, 1);
    assert.ok(converted.report.ops.before >= converted.report.ops.after);
    assert.deepEqual(
      converted.report.inputs.map(({ name, dtype, shape }) => [name, dtype, shape]),
      [['x', 'float', [null, 2]]],
    );
    assert.deepEqual(await predict(await convert(FROZEN, { outputNodeNames: ['z'] })), [[-1, -1]]);
  });

  test('a SavedModel, in a Map, in archives, in a folder, and by its file', async () => {
    const files = new Map([['saved_model.pb', SAVED]]);
    const sources = [
      files,
      zipOf(new Map([['model/saved_model.pb', SAVED]])),
      new Uint8Array(gzipSync(tarOf(files))),
      `file://${at('saved')}`,
      `file://${at('saved/saved_model.pb')}`,
    ];
    for (const source of sources) {
      const converted = await convert(source);
      assert.equal(converted.report.inputFormat, 'tf_saved_model');
      assert.deepEqual(
        converted.report.outputs.map(({ name }) => name),
        ['scores'],
      );
      assert.deepEqual(await predict(converted), [Y]);
    }
    assert.deepEqual(await predict(await convert(files, { signatureName: 'negate' })), [[-1, -1]]);
    const inspected = await inspect(files);
    assert.equal(inspected.format, 'tf_saved_model');
    assert.deepEqual(
      inspected.weights.map(({ shape }) => shape),
      [[2, 2], [2]],
    );
  });

  test('a graph as text', async () => {
    const text = `# a comment
      node { name: "x" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } } }
      node { name: "y" op: "Neg" input: "x" attr { key: "T" value { type: DT_FLOAT } } }`;
    const bytes = new TextEncoder().encode(text);
    for (const source of [bytes, new File([bytes], 'graph.pbtxt'), new Map([['graph.pbtxt', bytes]])]) {
      assert.deepEqual(await predict(await convert(source)), [[-1, -1]]);
    }
  });

  test('a graph model of TensorFlow.js, to quantize it', async () => {
    const plain = await convert(FROZEN, { metadata: { labels: ['a'] } });
    const files = filesOfArtifacts(plain.load());
    const quantized = await convert(files, { quantize: { uint16: ['w'] } });
    assert.equal(quantized.report.inputFormat, 'tfjs_graph_model');
    assert.deepEqual(quantized.userDefinedMetadata, { labels: ['a'] });
    const { w, b } = Object.fromEntries(quantized.weightSpecs.map((spec) => [spec.name, spec]));
    assert.equal(w.quantization.dtype, 'uint16');
    assert.equal(b.quantization, undefined);
    const [[y]] = await predict(quantized);
    assert.ok(Math.abs(y - Y[0]) < 1e-3);
    assert.equal(quantized.report.weightBytes.before - quantized.report.weightBytes.after, 8);
    const renamed = new Map([...files].map(([name, bytes]) => [name === 'model.json' ? 'pose.json' : name, bytes]));
    assert.deepEqual(await predict(await convert(renamed)), [Y, [-1, -1]]);
  });

  test('the codes of quantized weights are those of layers models', async () => {
    const { cases } = JSON.parse(readFileSync(new URL('quantized.json', import.meta.url), 'utf8'));
    const weights = cases.map(({ values }, i) => constant(`w${i}`, 'float32', [values.length], values));
    const uses = cases.map((_, i) => node(`y${i}`, 'Mul', ['x', `w${i}`], FLOAT));
    const bytes = new Uint8Array(graphDef([placeholder('x', 'float32', [-1, 1]), ...weights, ...uses]));
    for (const dtype of ['float16', 'uint8', 'uint16']) {
      const { weightSpecs, weightData } = await convert(bytes, { quantize: { [dtype]: true } });
      const Codes = dtype === 'uint8' ? Uint8Array : Uint16Array;
      let offset = 0;
      for (const { name, shape, quantization } of weightSpecs) {
        const wanted = cases[Number(name.slice(1))][dtype];
        const end = offset + shape[0] * Codes.BYTES_PER_ELEMENT;
        const codes = [...new Codes(weightData.slice(offset, end))];
        offset = end;
        if (dtype === 'float16') assert.deepEqual(codes, wanted, name);
        // Adding 0 makes 0 of -0.
        else if (wanted)
          assert.deepEqual({ codes, scale: quantization.scale, min: quantization.min + 0 }, wanted, name);
      }
    }
  });

  test('on the command line', async () => {
    const { stdout, stderr, code } = await command(
      'saved',
      'web',
      '--quantize_uint8',
      '--verify',
      '--signature_name=negate',
    );
    assert.equal(code, 0, stderr);
    for (const part of [/ops +\d+ -> \d+: /, /inputs +image: float \[\?, 2\]/, /verified .* 0\.00/, /loadGraphModel/]) {
      assert.match(stdout, part);
    }
    assert.deepEqual(await predict(`file://${at('web')}`), [[-1, -1]]);
    const flags = ['--input_format=tf_frozen_model', '--output_node_names=y', '--saved_model_tags=serve'];
    assert.equal((await run('tensorflowjs_converter', [...flags, 'model.pb', 'frozen'], { cwd: folder })).code, 0);
    assert.deepEqual(await predict(`file://${at('frozen')}`), [Y]);
  });

  test('ops that the target lacks are listed, unless they are accepted', async () => {
    writeFileSync(at('unknown.pb'), graphDef([...NODES, node('u', 'NoSuchOp', ['y'], FLOAT)]));
    const refused = await command('unknown.pb', 'unknown');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /E_OP: .*NoSuchOp/);
    const { stdout, code } = await command('unknown.pb', 'unknown', '--skip_op_check');
    assert.equal(code, 0);
    assert.match(stdout, /warning +the target has no op NoSuchOp, which 1 nodes need, such as 'u'/);
  });

  test('damaged files, and options that do not go with them', async () => {
    const refused = [
      [FROZEN.subarray(0, 50), {}, 'E_PROTO'],
      [new Map([['saved_model.pb', SAVED.subarray(0, 90)]]), {}, 'E_PROTO'],
      [new Map([['saved_model.pb', SAVED]]), { signatureName: 'none' }, 'E_INPUT'],
      [new Map([['saved_model.pb', SAVED]]), { outputFormat: 'keras' }, 'E_INPUT'],
      [FROZEN, { inputFormat: 'keras' }, 'E_INPUT'],
      [FROZEN, { quantize: { uint8: ['w'], float16: ['w'] } }, 'E_INPUT'],
      [FROZEN, { weightShardSizeBytes: 0 }, 'E_INPUT'],
    ];
    for (const [i, [source, options, code]] of refused.entries()) {
      await assert.rejects(convert(source, options), (error) => error.code === code, `case ${i}`);
    }
  });
});
