// SPDX-License-Identifier: Apache-2.0
// Post-processing of detectors, for detection.test.mjs.
import { attr, GraphBuilder } from '../graph-builder.mjs';

const FLOAT = { T: attr.type('float32') };
const INT = { T: attr.type('int32') };
const AXIS = { Tidx: attr.type('int32') };

export const CLASSES = 4;
/** Detections per class, and in total. */
const MOST = 6;
const MOST_IN_ALL = 10;

/**
 * SSD post-processing for any number of anchors. Decodes boxes; scores are logits. Each class uses another version of
 * NonMaxSuppression. Returns the best detections of all classes.
 *
 * Inputs: deltas [1, n, 4] and logits [1, n, CLASSES]. Outputs: boxes, scores, classes, count.
 */
export function ssdPostProcessing() {
  const graph = new GraphBuilder();
  graph.input('deltas', 'float32', [1, -1, 4]);
  graph.input('logits', 'float32', [1, -1, CLASSES]);
  for (const value of [0, 1, MOST, MOST_IN_ALL]) graph.int(`i${value}`, value);
  const float = (name, value) => graph.constant(name, 'float32', [], [value]);
  graph.op('rows', 'Squeeze', ['deltas'], { ...FLOAT, squeeze_dims: { list: { i: ['0'] } } });
  addBoxes(graph, float);
  graph.op('plain', 'Squeeze', ['logits'], { ...FLOAT, squeeze_dims: { list: { i: ['0'] } } });
  graph.op('probabilities', 'Sigmoid', ['plain'], FLOAT);
  float('overlap', 0.3);
  float('least', 0.45);
  float('sigma', 0.4);
  const parts = Array.from({ length: CLASSES }, (_, index) => addClass(graph, index));
  for (const [index, part] of ['boxes', 'scores', 'classes'].entries()) {
    const all = parts.map((names) => names[index]);
    graph.op(`all_${part}`, 'ConcatV2', [...all, 'i0'], { ...FLOAT, ...AXIS, N: attr.int(CLASSES) });
  }
  graph.op('found', 'Shape', ['all_scores'], { ...FLOAT, out_type: attr.type('int32') });
  graph.op('k', 'Minimum', ['i10', addElement(graph, 'found_0', 'found', 0)], INT);
  graph.op('best', 'TopKV2', ['all_scores', 'k'], { ...FLOAT, sorted: attr.bool(true) });
  for (const part of ['boxes', 'classes']) addGather(graph, part, `all_${part}`, 'best:1');
  graph.op('scores', 'Identity', ['best'], FLOAT);
  graph.op('count', 'Cast', ['k'], { SrcT: attr.type('int32'), DstT: attr.type('float32') });
  return graph.handler(['boxes', 'scores', 'classes', 'count']);
}

/** Adds "decoded": boxes [n, 4] around anchors along a diagonal, clamped to [0, 1]. */
function addBoxes(graph, float) {
  const binary = (name, op, a, b) => graph.op(name, op, [a, b], FLOAT);
  graph.op('shape', 'Shape', ['rows'], { ...FLOAT, out_type: attr.type('int32') });
  const n = addElement(graph, 'n', 'shape', 0);
  graph.op('steps', 'Range', ['i0', n, 'i1'], AXIS);
  const cast = { SrcT: attr.type('int32'), DstT: attr.type('float32') };
  graph.op('steps_float', 'Cast', ['steps'], cast);
  graph.op('n_float', 'Cast', [n], cast);
  binary('along', 'RealDiv', 'steps_float', 'n_float');
  graph.op('center', 'ExpandDims', ['along', 'i1'], { ...FLOAT, Tdim: attr.type('int32') });
  graph.op('part', 'Split', ['i1', 'rows'], { ...FLOAT, num_split: attr.int(4) });
  float('tenth', 0.1);
  float('fifth', 0.2);
  float('half', 0.5);
  float('zero', 0);
  float('one', 1);
  const corners = { min: [], max: [] };
  for (const [axis, size] of [0, 1].map((index) => [index, 0.3 - 0.1 * index])) {
    const anchor = float(`anchor${axis}`, size);
    binary(`shift${axis}`, 'Mul', axis === 0 ? 'part' : 'part:1', 'tenth');
    binary(`middle${axis}`, 'AddV2', `shift${axis}`, 'center');
    graph.op(`grown${axis}`, 'Exp', [binary(`growth${axis}`, 'Mul', `part:${axis + 2}`, 'fifth')], FLOAT);
    binary(`reach${axis}`, 'Mul', binary(`extent${axis}`, 'Mul', `grown${axis}`, anchor), 'half');
    corners.min.push(binary(`min${axis}`, 'Sub', `middle${axis}`, `reach${axis}`));
    corners.max.push(binary(`max${axis}`, 'AddV2', `middle${axis}`, `reach${axis}`));
  }
  const joined = [...corners.min, ...corners.max, 'i1'];
  graph.op('corners', 'ConcatV2', joined, { ...FLOAT, ...AXIS, N: attr.int(4) });
  binary('decoded', 'Maximum', binary('not_beyond', 'Minimum', 'corners', 'one'), 'zero');
}

/** Adds the detections of one class. Returns the names of its boxes, scores and classes. */
function addClass(graph, index) {
  const name = (part) => `class${index}/${part}`;
  graph.ints(name('begin'), [0, index]);
  graph.ints(name('size'), [-1, 1]);
  const slice = { ...FLOAT, Index: attr.type('int32') };
  graph.op(name('column'), 'Slice', ['probabilities', name('begin'), name('size')], slice);
  graph.op(name('scores'), 'Squeeze', [name('column')], { ...FLOAT, squeeze_dims: { list: { i: ['1'] } } });
  const chosen = name('chosen');
  const inputs = ['decoded', name('scores'), `i${MOST}`, 'overlap', 'least', 'sigma'];
  const version = index + 2;
  const count = { 2: 4, 3: 5, 4: 5, 5: 6 }[version];
  graph.op(chosen, `NonMaxSuppressionV${version}`, inputs.slice(0, count), {
    ...FLOAT,
    ...(version === 4 ? { pad_to_max_output_size: attr.bool(true) } : {}),
  });
  let indices = chosen;
  if (version === 4) {
    // Removes the padding.
    graph.op(name('valid'), 'ExpandDims', [`${chosen}:1`, 'i0'], { ...INT, Tdim: attr.type('int32') });
    graph.ints(name('start'), [0]);
    indices = graph.op(name('indices'), 'Slice', [chosen, name('start'), name('valid')], {
      ...INT,
      Index: attr.type('int32'),
    });
  }
  const boxes = addGather(graph, name('boxes'), 'decoded', indices);
  // V5 returns its own scores.
  const scores = version === 5 ? `${chosen}:1` : addGather(graph, name('kept'), name('scores'), indices);
  graph.op(name('length'), 'Shape', [indices], { ...INT, out_type: attr.type('int32') });
  graph.constant(name('id'), 'float32', [], [index]);
  const fill = { ...FLOAT, index_type: attr.type('int32') };
  return [boxes, scores, graph.op(name('ids'), 'Fill', [name('length'), name('id')], fill)];
}

function addGather(graph, name, values, indices) {
  const types = { Tparams: attr.type('float32'), Tindices: attr.type('int32'), Taxis: attr.type('int32') };
  return graph.op(name, 'GatherV2', [values, indices, 'i0'], types);
}

/** One element of a list of integers. */
function addElement(graph, name, list, index) {
  graph.ints(`${name}/begin`, [index]);
  graph.ints(`${name}/end`, [index + 1]);
  graph.ints(`${name}/step`, [1]);
  return graph.op(name, 'StridedSlice', [list, `${name}/begin`, `${name}/end`, `${name}/step`], {
    ...INT,
    Index: attr.type('int32'),
    shrink_axis_mask: attr.int(1),
  });
}
