// SPDX-License-Identifier: Apache-2.0
// A model for tests of weights: y = x + the first weight.

const TYPES = {
  float32: 'DT_FLOAT',
  int32: 'DT_INT32',
  bool: 'DT_BOOL',
  string: 'DT_STRING',
  complex64: 'DT_COMPLEX64',
};

/** The model.json for weights with these specs. `groups`: the groups of the manifest. */
export function weightsModel(groups) {
  const specs = groups.flatMap(({ weights }) => weights);
  const type = { type: 'DT_FLOAT' };
  const node = [
    { name: 'x', op: 'Placeholder', attr: { dtype: type, shape: { shape: { unknownRank: true } } } },
    ...specs.map(({ name, dtype, shape }) => ({
      name,
      op: 'Const',
      attr: {
        dtype: { type: TYPES[dtype] },
        value: {
          tensor: { dtype: TYPES[dtype], tensorShape: { dim: shape.map((size) => ({ size: String(size) })) } },
        },
      },
    })),
    { name: 'y', op: 'Identity', input: ['x'], attr: { T: type } },
  ];
  return { format: 'graph-model', modelTopology: { node, versions: { producer: 1 } }, weightsManifest: groups };
}

/** Varying bytes. As float32 they are all finite. */
export function someBytes(count, seed = 1) {
  const values = new Uint32Array(Math.ceil(count / 4));
  let state = seed;
  for (let i = 0; i < values.length; ++i) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = state & 0xbfffffff;
  }
  return Buffer.from(values.buffer).subarray(0, count);
}
