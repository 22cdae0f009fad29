// SPDX-License-Identifier: Apache-2.0
// The graph model of a case: the tested op, with placeholders or constants as inputs.

/** The node under test. */
export const NODE = 'node';

const TENSORFLOW_TYPES = {
  float32: 'DT_FLOAT',
  int32: 'DT_INT32',
  bool: 'DT_BOOL',
  string: 'DT_STRING',
  complex64: 'DT_COMPLEX64',
};

/** Which inputs are constants. */
const IS_CONSTANT = {
  mixed: (input) => input.constant === true,
  fed: () => false,
  constant: () => true,
};

export const inputName = (index) => `x${index}`;

/** Whether two kinds give the same model. */
export function isSameModel(testCase, one, other) {
  return inputsOf(testCase).every((input) => IS_CONSTANT[one](input) === IS_CONSTANT[other](input));
}

export const inputsOf = (testCase) => testCase.inputs ?? [];

/** The number of compared outputs. */
export const outputCount = ({ outputs, expected, fetches }) => outputs ?? fetches?.length ?? expected?.length ?? 1;

/**
 * @param {object} testCase see case.mjs
 * @param {'mixed' | 'fed' | 'constant'} kind which inputs are constants: those that the case wraps in
 *     constant(), none, or all
 * @returns {{topology: object, weightSpecs: object[], weightData: Uint8Array,
 *     feeds: Map<string, object>, fetches: string[]}} `feeds`: tensors of the case by node name
 */
export function oneNodeModel(testCase, kind) {
  const nodes = [];
  const constants = [];
  const feeds = new Map();
  for (const [index, input] of inputsOf(testCase).entries()) {
    const name = inputName(index);
    if (IS_CONSTANT[kind](input)) {
      constants.push({ name, input });
      nodes.push(constNode(name, input));
    } else {
      feeds.set(name, input);
      nodes.push({ name, op: 'Placeholder', attr: { dtype: { type: TENSORFLOW_TYPES[input.dtype] } } });
    }
  }
  nodes.push(...(testCase.nodes ?? [testedNode(testCase)]));
  return {
    topology: { node: nodes, library: testCase.library ?? {}, versions: { producer: 1395, minConsumer: 12 } },
    weightSpecs: constants.map(({ name, input }) => ({ name, shape: input.shape, dtype: input.dtype })),
    weightData: Buffer.concat(constants.map(({ input }) => encode(input))),
    feeds,
    fetches: testCase.fetches ?? Array.from({ length: outputCount(testCase) }, (_, index) => `${NODE}:${index}`),
  };
}

function testedNode({ op, attrs, inputs = [] }) {
  return { name: NODE, op, input: inputs.map((_, index) => inputName(index)), attr: attrs ?? {} };
}

function constNode(name, { dtype, shape }) {
  const tensor = {
    dtype: TENSORFLOW_TYPES[dtype],
    tensorShape: { dim: shape.map((size) => ({ size: String(size) })) },
  };
  return { name, op: 'Const', attr: { dtype: { type: TENSORFLOW_TYPES[dtype] }, value: { tensor } } };
}

/** Encodes values as in a weights file. */
function encode({ dtype, data }) {
  if (dtype !== 'string') return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.concat(
    data.flatMap((element) => {
      const bytes = Buffer.from(element);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      return [length, bytes];
    }),
  );
}
