// SPDX-License-Identifier: Apache-2.0
// The command line, as a process.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { ROOT } from '../../tools/lib/paths.mjs';
import { run } from './run.mjs';
import { fileOf, filesOf, inspect, makeModel, outputOf, skip, tf } from './small-models.mjs';

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

describe('the command line', { skip }, () => {
  let folder;
  let expected;
  const at = (name) => path.join(folder, name);
  const convert = (...args) => run('tfwasm', ['convert', ...args], { cwd: folder });

  before(async () => {
    await tf.ready();
    folder = mkdtempSync(path.join(tmpdir(), 'tfwasm-cli-'));
    const model = makeModel();
    expected = outputOf(tf, model);
    writeFileSync(at('model.h5'), await fileOf(model, 'h5'));
    writeFileSync(at('model.keras'), await fileOf(model, 'keras'));
    mkdirSync(at('layers'));
    for (const [name, bytes] of await filesOf(model)) writeFileSync(path.join(folder, 'layers', name), bytes);
    writeFileSync(at('labels.json'), '["a", "b"]');
  });
  after(() => folder && rmSync(folder, { recursive: true }));

  async function checkOutputs(url) {
    const model = await tf.loadLayersModel(url);
    assert.deepEqual(outputOf(tf, model), expected);
    model.dispose();
  }

  test('writes a model.json and weights, and tells what it did', async () => {
    const { code, stdout, stderr } = await convert('model.h5', 'web');
    assert.equal(code, 0, stderr);
    assert.deepEqual(readdirSync(at('web')).sort(), ['group1-shard1of1.bin', 'model.json']);
    await checkOutputs(`file://${at('web')}/model.json`);
    assert.deepEqual(Object.keys(readJson(at('web/model.json'))), [
      'format',
      'generatedBy',
      'convertedBy',
      'modelTopology',
      'weightsManifest',
    ]);
    assert.deepEqual(stderr.split('\n'), ['reading model.h5', 'converting', 'writing web', '']);
    for (const part of [/Dense 2/, /group1-shard1of1\.bin, [\d,]+ bytes/, /tf\.loadLayersModel/])
      assert.match(stdout, part);
  });

  test('shards, groups of layers, metadata; an older model is replaced', async () => {
    const flags = ['--weight_shard_size_bytes', '100', '--metadata', 'labels:labels.json'];
    assert.equal((await convert('model.h5', 'split', ...flags)).code, 0);
    const { weightsManifest, userDefinedMetadata } = readJson(at('split/model.json'));
    assert.deepEqual(userDefinedMetadata, { labels: ['a', 'b'] });
    const [{ paths }] = weightsManifest;
    assert.ok(paths.length > 2 && paths.at(-1) === `group1-shard${paths.length}of${paths.length}.bin`);
    assert.ok(paths.slice(0, -1).every((name) => readFileSync(at(`split/${name}`)).length === 100));
    await checkOutputs(`file://${at('split')}/model.json`);
    assert.equal((await convert('model.keras', 'split', '--split_weights_by_layer')).code, 0);
    const groups = readJson(at('split/model.json')).weightsManifest;
    assert.ok(groups.length > 3);
    for (const { weights } of groups) assert.equal(new Set(weights.map(({ name }) => name.split('/')[0])).size, 1);
    const names = groups.flatMap((group) => group.paths);
    assert.deepEqual(readdirSync(at('split')).sort(), [...names, 'model.json'].sort());
    await checkOutputs(`file://${at('split')}/model.json`);
  });

  test('files of Keras, with the extension that they have to have', async () => {
    assert.equal((await convert('layers', 'out.h5')).code, 0);
    await checkOutputs(`file://${at('out.h5')}`);
    assert.equal((await convert('layers/model.json', 'deep/out', '--output_format=keras_keras')).code, 0);
    await checkOutputs(`file://${at('deep/out.keras')}`);
  });

  test('a model can be converted in place', async () => {
    cpSync(at('layers'), at('in-place'), { recursive: true });
    const flags = ['--output_format=tfjs_layers_model', '--quantize_float16'];
    assert.equal((await convert('in-place', 'in-place', ...flags)).code, 0);
    assert.equal(readJson(at('in-place/model.json')).weightsManifest[0].weights[0].quantization.dtype, 'float16');
  });

  test('a failed conversion leaves the older model as it is', async () => {
    assert.equal((await convert('model.h5', 'kept')).code, 0);
    const before = readdirSync(at('kept')).map((name) => readFileSync(at(`kept/${name}`), 'hex'));
    const { code, stderr } = await convert('model.h5', 'kept', '--quantize_uint8=*', '--quantize_float16=*');
    assert.equal(code, 1);
    assert.match(stderr, /E_INPUT: the weight '.*' matches patterns of float16 and uint8/);
    assert.deepEqual(
      readdirSync(at('kept')).map((name) => readFileSync(at(`kept/${name}`), 'hex')),
      before,
    );
  });

  test('--json has the error of every weight, --quiet nothing', async () => {
    const { stdout, stderr } = await convert('model.h5', 'json', '--quantize_uint8', '--json', '--verify', '--quiet');
    assert.equal(stderr, '');
    const { weights, files, differences, outputFormat } = JSON.parse(stdout);
    assert.equal(outputFormat, 'tfjs_layers_model');
    assert.ok(weights.every(({ maxError, quantization }) => maxError < 0.01 && quantization.dtype === 'uint8'));
    assert.equal(path.basename(files.at(-1).path), 'model.json');
    assert.ok(differences[0].difference > 0 && differences[0].difference < 0.05);
    const quiet = await convert('model.h5', 'json', '--quiet');
    assert.deepEqual(quiet, { code: 0, stdout: '', stderr: '' });
    const failed = await convert('none.h5', 'json', '--json', '-q');
    assert.equal(JSON.parse(failed.stdout).error.code, 'E_FILE');
    assert.equal(failed.code, 1);
  });

  test('--verify compares the source with the result', async () => {
    for (const [input, output] of [
      ['model.keras', 'verified'],
      ['layers', 'verified.h5'],
    ]) {
      const { stdout, code } = await convert(input, output, '--verify');
      assert.equal(code, 0);
      assert.match(stdout, /verified +sum: largest difference 0\.00, largest value \d/);
    }
  });

  const FLAGS_OF_TENSORFLOWJS = [
    '--input_format=keras',
    '--output_format=tfjs_layers_model',
    '--saved_model_tags=serve',
    '--quantize_float16=a',
    '--quantize_uint8=b',
    '--quantize_uint16=c',
    '--split_weights_by_layer',
    '--weight_shard_size_bytes=4194304',
    '--skip_op_check',
    '--strip_debug_ops=True',
    '--use_structured_outputs_names=True',
    '--output_node_names=x',
    '--metadata=labels:labels.json',
    '--experiments=True',
  ];
  test('tensorflowjs_converter takes all flags', async () => {
    const flags = [...FLAGS_OF_TENSORFLOWJS, 'model.h5', 'alias'];
    const { code, stderr } = await run('tensorflowjs_converter', flags, { cwd: folder });
    assert.equal(code, 0, stderr);
    const deprecated = ['--quantization_bytes', '2', 'model.h5', 'alias'];
    const older = await run('tensorflowjs_converter', deprecated, { cwd: folder });
    assert.match(older.stderr, /deprecated: use --quantize_uint16/);
    assert.equal(readJson(at('alias/model.json')).weightsManifest[0].weights[0].quantization.dtype, 'uint16');
  });

  const CONFLICTS = [
    [[], 1, /path of the input is missing/],
    [['model.h5'], 1, /path of the output is missing/],
    [['model.h5', 'a', 'b'], 1, /3 paths instead of 2/],
    [['layers', 'x.h5', '--output_format=keras', '--weight_shard_size_bytes=9'], 1, /is for models of TensorFlow.js/],
    [['layers', 'x.h5', '--weight_shard_size_bytes=0'], 1, /must be positive, not 0/],
    [['model.h5', 'x', '--weight_shard_size_bytes=a'], 2, /a whole number, not 'a'/],
    [['model.h5', 'x', '--quantization_bytes=1', '--quantize_uint8'], 1, /cannot be used with --quantize_uint8/],
    [['model.h5', 'x', '--quantization_bytes=3'], 1, /is 1 or 2, not 3/],
    [['model.h5', 'x', '--quantize_uint8', '--quantize_uint16'], 1, /only one dtype/],
    [['model.h5', 'x', '--input_format=keras', '--signature_name=a'], 1, /is for tf_saved_model and tf_hub/],
    [['model.h5', 'x', '--output_format=tfjs_layers_model', '--control_flow_v2'], 1, /is for tfjs_graph_model/],
    [['model.h5', 'x', '--input_format=onnx'], 2, /--input_format is one of/],
    [['model.h5', 'x', '--output_format=keras_saved_model'], 1, /only TensorFlow can trace/],
    [['model.h5', 'x', '--input_format=tf_saved_model'], 1, /is a Keras file, not a SavedModel/],
    [['model.h5', 'x', '--metadata=labels.json'], 1, /a list of key:path/],
    [['model.h5', 'x', '--metadata=a:none.json'], 1, /cannot read the metadata in none.json/],
    [['model.h5', 'x', '--metadata=a:model.h5'], 1, /is no JSON/],
    [['model.h5', 'x', '--unknown'], 2, /no flag --unknown; see tfwasm convert --help/],
    [['model.h5', 'labels.json'], 1, /it is a file, not a folder/],
    [['none.h5', 'x'], 1, /cannot read .*none.h5: there is no such file/],
    [['labels.json', 'x'], 1, /labels.json/],
  ];
  for (const [args, wanted, message] of CONFLICTS) {
    test(`${args.join(' ')} ends with ${wanted}`, async () => {
      const { code, stderr, stdout } = await convert(...args);
      assert.equal(code, wanted, stderr);
      assert.match(stderr, message);
      assert.match(stderr, /^((reading|converting|writing)[^\n]*\n)*E_[A-Z]+: [^\n]+\n$/);
      assert.equal(stdout, '');
      assert.ok(!existsSync(at('x')));
    });
  }

  test('inspect, bench', async () => {
    const text = await run('tfwasm', ['inspect', 'model.keras'], { cwd: folder });
    assert.match(text.stdout, /inner \(Sequential\).*inner_dense \(Dense\)/s);
    const json = await run('tfwasm', ['inspect', 'layers', '--json'], { cwd: folder });
    assert.deepEqual(JSON.parse(json.stdout), await inspect(`file://${folder}/layers`));
    for (const model of ['model.h5', 'layers', 'layers/model.json']) {
      const bench = await run('tfwasm', ['bench', model, '--runs=3', '--json'], { cwd: folder });
      const { runs, fastest, slowest } = JSON.parse(bench.stdout);
      assert.ok(runs === 3 && fastest > 0 && fastest <= slowest);
    }
    for (const command of ['inspect', 'bench']) assert.equal((await run('tfwasm', [command])).code, 2);
  });

  test('the wizard asks, prints the command, and runs it', async () => {
    const answers = [
      'nothing-there',
      'model.h5',
      '1',
      'uint8',
      '*/kernel',
      '',
      'no',
      'labels:labels.json',
      'wizard',
      '',
    ];
    const input = answers.join('\n');
    const dry = await run('tensorflowjs_wizard', ['--dryrun'], { cwd: folder, input });
    assert.equal(dry.code, 0, dry.stderr);
    assert.equal(
      dry.stdout,
      "tfwasm convert --input_format=keras --output_format=tfjs_layers_model '--quantize_uint8=*/kernel' --metadata=labels:labels.json model.h5 wizard\n",
    );
    assert.ok(!existsSync(at('wizard')));
    const real = await run('tfwasm', ['wizard'], { cwd: folder, input });
    assert.equal(real.code, 0, real.stderr);
    assert.ok(existsSync(at('wizard/model.json')));
    const again = await run('tfwasm', ['wizard'], { cwd: folder, input: `${input}no\nwizard2\n` });
    assert.equal(again.code, 0, again.stderr);
    assert.ok(existsSync(at('wizard2/model.json')));
    const ended = await run('tfwasm', ['wizard'], { cwd: folder, input: 'model.h5\n' });
    assert.match(ended.stderr, /E_INPUT: there are no more answers/);
    assert.equal(ended.code, 1);
  });

  test('Ctrl+C ends it', async () => {
    const asking = await run('tfwasm', ['wizard', 'model.h5'], { cwd: folder, interruptAt: /Convert it to/ });
    assert.equal(asking.code, 130, asking.stderr);
    const writing = await run('tfwasm', ['convert', 'model.h5', 'none'], { cwd: folder, interruptAt: /reading/ });
    // The conversion may have been faster.
    assert.ok(writing.code === 130 ? readdirSync(folder).every((name) => name !== 'none') : writing.code === 0);
  });

  test('help and versions need nothing but the command itself', async () => {
    const bin = at('package/bin');
    cpSync(path.join(ROOT, 'bin'), bin, { recursive: true });
    mkdirSync(at('package/dist'));
    cpSync(path.join(ROOT, 'dist/cli.js'), at('package/dist/cli.js'));
    writeFileSync(at('package/package.json'), '{"type": "module"}');
    const { version } = readJson(path.join(ROOT, 'package.json'));
    for (const [script, args] of [
      ['tfwasm', ['--version']],
      ['tensorflowjs_converter', ['-v']],
    ]) {
      const { stdout, code } = await run(script, args, { bin });
      assert.equal(stdout, `tfwasm ${version}, compatible with tensorflowjs 4.22.0\n`);
      assert.equal(code, 0);
    }
    for (const [script, args, text] of [
      ['tfwasm', ['--help'], /tfwasm convert INPUT OUTPUT/],
      ['tfwasm', ['convert', '--help'], /--quantize_uint8 \[PATTERNS\]/],
      ['tensorflowjs_converter', ['--help'], /usage: tensorflowjs_converter INPUT OUTPUT/],
      ['tensorflowjs_wizard', ['-h'], /--dryrun/],
    ]) {
      const { stdout, stderr, code } = await run(script, args, { bin });
      assert.match(stdout, text);
      assert.deepEqual({ stderr, code }, { stderr: '', code: 0 });
    }
    assert.equal((await run('tfwasm', [], { bin })).code, 2);
    assert.equal((await run('tfwasm', ['fly'], { bin })).code, 2);
  });
});
