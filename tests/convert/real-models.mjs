// SPDX-License-Identifier: Apache-2.0
// What is known about the real models of tests/convert/real-models.test.mjs.

const lacks = (op) => new RegExp(`^E_OP .* ${op} \\(`);

/** Models that cannot be converted for tfwasm, and what the error says, by folder. */
export const EXPECTED_REFUSALS = {
  'g-bitcast-float32-from-float32-to-int64': lacks('Bitcast'),
  'g-compare-and-bitpack-bool': lacks('CompareAndBitpack'),
  'g-digamma-emptyarraytest-float32': lacks('Digamma'),
  // It asks for the batch statistics of inference, which no framework gives the same values.
  'g-fused-batch-norm-float16-nhwc': /^E_EDGE output 1 of 'FusedBatchNormV3'/,
  'pb-unfrozen': /^E_STATE the graph is not frozen: it has 2 variables/,
};

const RANDOM = 'random numbers differ';

/** Models whose results are not compared, and why. */
export const UNCHECKED = {
  'g-alpha-dropout-rank2-p01': RANDOM,
  'g-dropout-float32-rate-02-seed-123-noise-shape-none': RANDOM,
  'g-multinomial-float32': RANDOM,
  'g-random-normal-rank2-half': RANDOM,
  'g-random-uniform-int-rank1-float16': RANDOM,
  'g-random-uniform-rank3-float32': RANDOM,
};

/**
 * SavedModels: options, and feeds with the expected results (`equal`), or the error (`refused`). Folders may come
 * several times.
 */
export const SAVED_MODELS = [
  { folder: 'hub-v1-derived', shape: [2, 1], feeds: { x: [2, 4] }, equal: { y: [3, 4] } },
  { folder: 'sm-half-plus-two-tf1', shape: [2, 1], feeds: { x: [2, 4] }, equal: { y: [3, 4] } },
  {
    folder: 'sm-half-plus-two-tf1',
    options: { signatureName: 'regress_x2_to_y3' },
    shape: [2, 1],
    feeds: { inputs: [2, 4] },
    equal: { outputs: [4, 5] },
  },
  {
    folder: 'sm-half-plus-two-tf1',
    options: { signatureName: 'regress_x_to_y' },
    shape: [2, 1],
    feeds: { x: [2, 4] },
    equal: { outputs: [3, 4] },
  },
  { folder: 'sm-half-plus-two-tf2', shape: [1], feeds: { x: [2] }, equal: { y: [3] } },
  {
    folder: 'sm-matrix-half-plus-two',
    shape: [1, 3, 3],
    feeds: { x: [2, 4, 6, 8, 10, 12, 14, 16, 18] },
    equal: { y: [3, 4, 5, 6, 7, 8, 9, 10, 11] },
  },
  { folder: 'sm-matmul', feeds: { a: null, b: null } },
  { folder: 'sm-mnist-conv', feeds: { Features: null } },
  { folder: 'sm-t2o-regression', shape: [], feeds: { X: [2] } },
  { folder: 'sm-tfjsnode-int64', feeds: { x: null } },
  { folder: 'sm-tfjsnode-multiout', feeds: { x: null, y: null } },
  { folder: 'sm-tfjsnode-multisig', shape: [], feeds: { x: [2] }, equal: { output_0: [6] } },
  {
    folder: 'sm-tfjsnode-multisig',
    options: { signatureName: 'timestwo' },
    shape: [],
    feeds: { x: [3] },
    equal: { output_0: [6] },
  },
  { folder: 'sm-tfjsnode-times3', shape: [], feeds: { x: [2] }, equal: { output_0: [6] } },
  { folder: 'sm-rust-regression-tf2', options: { signatureName: 'w' }, feeds: {} },
  { folder: 'sm-rust-regression-tf2', options: { signatureName: 'train' }, refused: /^E_STATE/ },
  { folder: 'sm-rust-regression-tf2', refused: /^E_INPUT .*'b' \(\), 'train' \(x, y\), 'w' \(\)/ },
  { folder: 'sm-dtln', refused: /^E_STATE .*'lstm\/Variable'/ },
  { folder: 'sm-dtln', options: { freezeState: true }, feeds: null },
  { folder: 'sm-counter', refused: /^E_INPUT/ },
  { folder: 'sm-counter', options: { signatureName: 'incr_counter' }, refused: /^E_STATE/ },
  { folder: 'sm-cfv1', feeds: null },
  { folder: 'sm-string', refused: lacks('ReduceJoin') },
  { folder: 'sm-taxi-serving', refused: lacks('AsString') },
  { folder: 'sm-tft-tf2-hash', feeds: null },
  { folder: 'sm-tfx-keras', feeds: {} },
  { folder: 'pair-basic-pitch/saved_model', feeds: null },
];
