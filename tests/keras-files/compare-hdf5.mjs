// SPDX-License-Identifier: Apache-2.0
// Compares trees of HDF5 files, ours and those of jsfive.
import assert from 'node:assert/strict';
import { Dataset, File } from 'jsfive';

/** Attributes and datasets have to be equal to the last bit. */
export function assertSameFile(ours, other, where) {
  assert.equal(ours.kind, other.kind, where);
  assert.deepEqual(new Map(ours.attributes), new Map(other.attributes), where);
  if (ours.kind === 'group') {
    assert.deepEqual([...ours.children.keys()].sort(), [...other.children.keys()].sort(), where);
    for (const [name, child] of ours.children) assertSameFile(child, other.children.get(name), `${where}/${name}`);
    return;
  }
  assert.deepEqual([ours.type, [...ours.shape]], [other.type, [...other.shape]], where);
  if (ours.type === 'string') assert.deepEqual(ours.strings(), other.strings(), where);
  else assert.ok(Buffer.from(ours.bytes()).equals(Buffer.from(other.bytes())), where);
}

/** A file as jsfive reads it, as a tree like ours. */
export function readWithJsfive(bytes) {
  return fromJsfive(new File(bytes.slice().buffer, 'file'));
}

const TYPES = { '<f4': ['float32', Float32Array], '<f8': ['float64', Float64Array], '<i8': ['int64', BigInt64Array] };

function fromJsfive(node) {
  const attributes = new Map(Object.entries(node.attrs).map(([name, value]) => [name, trimmed(value)]));
  if (!(node instanceof Dataset)) {
    return {
      kind: 'group',
      attributes,
      children: new Map(node.keys.map((name) => [name, fromJsfive(node.get(name))])),
    };
  }
  const [type, Values] = TYPES[node.dtype] ?? [node.dtype];
  const values = () => (type === 'int64' ? node.value.map(BigInt) : node.value);
  return {
    kind: 'dataset',
    attributes,
    shape: node.shape,
    type,
    bytes: () => new Uint8Array(Values.from(values()).buffer),
  };
}

/** jsfive keeps the padding of strings. */
function trimmed(value) {
  if (Array.isArray(value)) return value.map(trimmed);
  return typeof value === 'string' ? value.replace(/\0+$/, '') : value;
}
