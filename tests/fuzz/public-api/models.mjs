// SPDX-License-Identifier: Apache-2.0
// The models that are mutated: small ones with loops, lists, branches, tables, sparse, string and image ops, and real
// ones if they are installed. Each is {name, artifacts}, as an IOHandler loads it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from '../../../tools/lib/paths.mjs';
import { attr, GraphBuilder } from '../../graph-builder.mjs';
import {
  beamSearch,
  longLoop,
  lookupModel,
  lstmAsLoop,
  lstmAsWhile,
  nestedFunctions,
} from '../../parity/control-flow-models.mjs';
import { ssdPostProcessing } from '../../parity/detection-models.mjs';

const FLOAT = { T: attr.type('float32') };
const ints = (...values) => ({ list: { i: values.map(String) } });
const values = (length) => Array.from({ length }, (_, index) => ((index * 7) % 11) / 11 - 0.4);

/** Convolutions, pooling, normalization, and a dense layer. */
function network() {
  const graph = new GraphBuilder();
  graph.input('x', 'float32', [-1, 8, 8, 3]);
  graph.constant('filter', 'float32', [3, 3, 3, 4], values(108));
  graph.constant('deep', 'float32', [3, 3, 4, 1], values(36));
  graph.constant('channels', 'float32', [4], values(4));
  graph.constant('dense', 'float32', [64, 5], values(320));
  graph.constant('slopes', 'float32', [1, 1, 4], values(4));
  graph.ints('flat', [-1, 64]);
  const window = { strides: ints(1, 2, 2, 1), padding: attr.string('SAME') };
  graph.op('conv', 'Conv2D', ['x', 'filter'], { ...FLOAT, ...window, dilations: ints(1, 1, 1, 1) });
  graph.op('norm', 'FusedBatchNormV3', ['conv', ...Array(4).fill('channels')], {
    ...FLOAT,
    epsilon: { f: 0.001 },
    is_training: attr.bool(false),
  });
  graph.op('relu', 'Relu6', ['norm'], FLOAT);
  const step = { strides: ints(1, 1, 1, 1), padding: attr.string('SAME') };
  graph.op('depthwise', 'DepthwiseConv2dNative', ['relu', 'deep'], { ...FLOAT, ...step });
  graph.op('prelu', 'Prelu', ['depthwise', 'slopes'], FLOAT);
  graph.op('pool', 'MaxPool', ['prelu'], { ...FLOAT, ...step, ksize: ints(1, 2, 2, 1) });
  graph.op('sum', 'AddV2', ['pool', 'depthwise'], FLOAT);
  graph.op('flattened', 'Reshape', ['sum', 'flat'], FLOAT);
  graph.op('logits', 'MatMul', ['flattened', 'dense'], { ...FLOAT, transpose_a: attr.bool(false) });
  graph.op('y', 'Softmax', ['logits'], FLOAT);
  return graph.handler(['y']);
}

/** Branches of TensorFlow 1 and 2, with values that only one branch has. */
function branches() {
  const graph = new GraphBuilder();
  graph.input('x', 'float32', [-1]);
  graph.input('p', 'bool', []);
  graph.op('data', 'Switch', ['x', 'p'], FLOAT);
  graph.op('pivot', 'Switch', ['p', 'p'], { T: attr.type('bool') });
  graph.op('on_true', 'Identity', ['pivot:1'], { T: attr.type('bool') });
  graph.constant('one', 'float32', [], [1], ['^on_true']);
  graph.op('more', 'AddV2', ['data:1', 'one'], FLOAT);
  graph.op('less', 'Neg', ['data'], FLOAT);
  graph.op('merged', 'Merge', ['less', 'more'], { ...FLOAT, N: attr.int(2) });
  for (const [name, op] of [
    ['then', 'Square'],
    ['else', 'Abs'],
  ]) {
    graph.function(name, { v: 'float32' }, { r: 'float32' }, (body) => ({
      r: `${body.op('op', op, ['v'], FLOAT)}:y:0`,
    }));
  }
  const types = { Tin: attr.types('float32'), Tout: attr.types('float32') };
  graph.op('if', 'StatelessIf', ['p', 'merged'], {
    ...types,
    then_branch: attr.func('then'),
    else_branch: attr.func('else'),
  });
  const branches = { list: { func: [{ name: 'then' }, { name: 'else' }] } };
  graph.op('case', 'StatelessCase', ['merged:1', 'if'], { ...types, branches });
  graph.op('y', 'Identity', ['case'], FLOAT);
  return graph.handler(['y', 'merged']);
}

/** Image ops on sizes that are inputs. */
function images() {
  const graph = new GraphBuilder();
  graph.input('x', 'float32', [1, -1, -1, 3]);
  graph.input('size', 'int32', [2]);
  graph.constant('boxes', 'float32', [2, 4], [0, 0, 0.5, 0.5, 0.2, 0.1, 0.9, 0.8]);
  graph.ints('which', [0, 0]);
  graph.ints('crop', [3, 4]);
  graph.constant('transform', 'float32', [1, 8], [1, 0.1, 0, 0, 1, 0, 0, 0]);
  graph.constant('fill', 'float32', [], [0]);
  graph.constant('pads', 'int32', [4, 2], [0, 0, 1, 1, 1, 1, 0, 0]);
  graph.op('larger', 'ResizeBilinear', ['x', 'size'], { ...FLOAT, half_pixel_centers: attr.bool(true) });
  graph.op('nearest', 'ResizeNearestNeighbor', ['larger', 'crop'], { ...FLOAT, align_corners: attr.bool(false) });
  graph.op('crops', 'CropAndResize', ['larger', 'boxes', 'which', 'crop'], {
    ...FLOAT,
    method: attr.string('bilinear'),
  });
  graph.op('turned', 'ImageProjectiveTransformV3', ['nearest', 'transform', 'crop', 'fill'], {
    dtype: attr.type('float32'),
    interpolation: attr.string('NEAREST'),
    fill_mode: attr.string('REFLECT'),
  });
  graph.op('padded', 'MirrorPad', ['turned', 'pads'], { ...FLOAT, mode: attr.string('REFLECT') });
  graph.op('y', 'SpaceToBatchND', ['padded', 'block', 'crops2'], { ...FLOAT, Tblock_shape: attr.type('int32') });
  graph.ints('block', [1, 2]);
  graph.constant('crops2', 'int32', [2, 2], [0, 0, 0, 0]);
  return graph.handler(['y', 'crops']);
}

/** Sparse and ragged tensors, strings, and ops whose results have sizes that depend on values. */
function sparse() {
  const graph = new GraphBuilder();
  graph.input('x', 'int32', [-1]);
  graph.input('words', 'string', [-1]);
  graph.constant('space', 'string', [], [' ']);
  graph.constant('pad', 'string', [], ['-']);
  graph.int('zero', 0);
  graph.int('depth', 5);
  graph.ints('splits', [0, 2, 3]);
  graph.op('split', 'StringSplit', ['words', 'space'], { skip_empty: attr.bool(true) });
  graph.op('dense', 'SparseToDense', ['split', 'split:2', 'split:1', 'pad'], {
    T: attr.type('string'),
    Tindices: attr.type('int32'),
    validate_indices: attr.bool(true),
  });
  graph.op('hash', 'StringToHashBucketFast', ['dense'], { num_buckets: attr.int(7) });
  graph.op('unique', 'Unique', ['x'], { T: attr.type('int32'), out_idx: attr.type('int32') });
  graph.op('hot', 'OneHot', ['unique:1', 'depth', 'depth', 'zero'], { T: attr.type('int32'), axis: attr.int(-1) });
  graph.op('where', 'Where', ['hot'], { T: attr.type('int32') });
  graph.op('found', 'GatherNd', ['hot', 'where'], { Tparams: attr.type('int32'), Tindices: attr.type('int32') });
  graph.op('shape', 'Shape', ['hot'], { T: attr.type('int32'), out_type: attr.type('int32') });
  graph.op('scattered', 'ScatterNd', ['where', 'found', 'shape'], {
    T: attr.type('int32'),
    Tindices: attr.type('int32'),
  });
  graph.op('ragged', 'RaggedTensorToTensor', ['wide', 'x', 'zero', 'splits'], {
    T: attr.type('int32'),
    Tindex: attr.type('int32'),
    Tshape: attr.type('int32'),
    num_row_partition_tensors: attr.int(1),
    row_partition_types: { list: { s: [attr.string('ROW_SPLITS').s] } },
  });
  graph.ints('wide', [-1, -1]);
  graph.op('ngrams', 'StringNGrams', ['words', 'splits'], {
    Tsplits: attr.type('int32'),
    separator: attr.string(' '),
    ngram_widths: ints(2),
    left_pad: attr.string('<'),
    right_pad: attr.string('>'),
    pad_width: attr.int(1),
    preserve_short_sequences: attr.bool(false),
  });
  return graph.handler(['hash', 'scattered', 'ragged', 'ngrams']);
}

const SMALL = {
  network,
  branches,
  images,
  sparse,
  lstmAsLoop,
  lstmAsWhile,
  beamSearch,
  nestedFunctions,
  longLoop,
  lookup: () => lookupModel({ byResource: true }),
  ssd: ssdPostProcessing,
};

const REAL = ['antispoof', 'liveness'];

function realModel(name) {
  const base = join(ROOT, 'node_modules/@vladmandic/human/models', name);
  if (!existsSync(`${base}.json`)) return undefined;
  const { weightsManifest, ...rest } = JSON.parse(readFileSync(`${base}.json`, 'utf8'));
  const weightData = new Uint8Array(readFileSync(`${base}.bin`)).buffer;
  return { ...rest, weightSpecs: weightsManifest.flatMap(({ weights }) => weights), weightData };
}

/** @returns {Promise<{name: string, artifacts: object}[]>} */
export async function baseModels() {
  const small = await Promise.all(
    Object.entries(SMALL).map(async ([name, make]) => ({ name, artifacts: await make().load() })),
  );
  const real = REAL.map((name) => ({ name, artifacts: realModel(name) }));
  return [...small, ...real.filter(({ artifacts }) => artifacts)];
}
