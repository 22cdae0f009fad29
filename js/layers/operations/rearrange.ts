// SPDX-License-Identifier: Apache-2.0
// Patterns of axes: "b (h w) c -> b h w c".
import * as tf from '../../common.js';
import { fail, toInt } from './values.js';

/** Groups of names; a name alone is a group of one. */
function readSide(side: string): string[][] {
  const groups: string[][] = [];
  for (const [, inner, name] of side.matchAll(/\(([^()]*)\)|([^\s()]+)/g)) {
    groups.push(inner === undefined ? [name as string] : inner.split(/\s+/).filter(Boolean));
  }
  return groups;
}

const isAxis = (name: string) => /^[A-Za-z_]\w*$/.test(name);

/** The size of each name. One name of each group may be unknown. */
function sizesOf(groups: readonly string[][], shape: readonly number[], known: Map<string, number>): void {
  for (const [axis, group] of groups.entries()) {
    const size = shape[axis] as number;
    const unknown = group.filter((name) => !known.has(name));
    const product = group.reduce((all, name) => all * (known.get(name) ?? 1), 1);
    if (unknown.length > 1) fail(`the sizes of ${unknown} are unknown`);
    const [name] = unknown;
    if (name !== undefined) known.set(name, size / product);
    if (name === undefined ? product !== size : !Number.isInteger(size / product)) {
      fail(`${group} do not fit the size ${size}`);
    }
  }
}

/** Reorders, joins and splits axes. Throws E_LAYER if the pattern does not fit. */
export function rearrange(x: tf.Tensor, pattern: string, lengths: Readonly<Record<string, unknown>>): tf.Tensor {
  const sides = pattern.split('->').map(readSide);
  const [from, to] = sides as [string[][], string[][]?];
  if (!to || sides.length !== 2) return fail(`"${pattern}" is no pattern: "a b -> b a"`);
  const names = from.flat();
  const isSame = [...names].sort().join() === [...to.flat()].sort().join();
  if (!names.every(isAxis) || new Set(names).size !== names.length || !isSame) {
    fail(`the pattern "${pattern}" is not supported: both sides must have the same names, each once`);
  }
  if (from.length !== x.rank) fail(`the pattern "${pattern}" has ${from.length} axes, but the tensor ${x.rank}`);
  const sizes = new Map(Object.entries(lengths).map(([name, size]) => [name, toInt(size)]));
  sizesOf(from, x.shape, sizes);
  const sizeOf = (name: string) => sizes.get(name) as number;
  const parts = tf.reshape(x, names.map(sizeOf));
  const order = to.flat().map((name) => names.indexOf(name));
  const shape = to.map((group) => group.reduce((all, name) => all * sizeOf(name), 1));
  return tf.reshape(tf.transpose(parts, order), shape);
}
