// SPDX-License-Identifier: Apache-2.0
// The attributes of ops.
import { checkDtype, type DataType } from './dtype.js';

/** An attribute value. Integers are also accepted for float attributes. */
type AttrValue = boolean | number | string | readonly number[] | readonly string[] | GraphAttr;
/** An attribute value in GraphDef format. */
type GraphAttr = { type: string } | { list: { f: readonly number[] } };
export type Attrs = Readonly<Record<string, AttrValue>>;

/** The GraphDef names of dtypes. */
const GRAPH_DTYPES: Readonly<Record<DataType, string>> = {
  float32: 'DT_FLOAT',
  int32: 'DT_INT32',
  bool: 'DT_BOOL',
  string: 'DT_STRING',
  complex64: 'DT_COMPLEX64',
};

/** A dtype as an attribute. */
export const dtypeAttr = (dtype: DataType): { type: string } => ({ type: GRAPH_DTYPES[checkDtype(dtype)] });

/** A list of floats as an attribute. */
export const floatsAttr = (values: readonly number[]): GraphAttr => ({ list: { f: values } });

function attrJson(value: AttrValue): object {
  if (typeof value === 'boolean') return { b: value };
  if (typeof value === 'string') return { s: btoa(String.fromCharCode(...new TextEncoder().encode(value))) };
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return { i: value };
    return { f: Number.isFinite(value) ? value : String(value) };
  }
  if (!Array.isArray(value)) return value;
  if (typeof value[0] === 'string') return { list: { s: value.map((text) => (attrJson(text) as { s: string }).s) } };
  return { list: { i: value } };
}

/** A key for an op with attributes. Building JSON each time would take as long as a small op. */
export function keyOf(op: string, attrs: Attrs | undefined): string {
  let key = op;
  for (const name in attrs) {
    const value = attrs[name];
    // JSON has no NaN and infinities.
    key += ` ${name} ${typeof value === 'number' ? value : JSON.stringify(value)}`;
  }
  return key;
}

export function attrsJson(attrs: Attrs | undefined): string {
  if (!attrs) return '';
  return JSON.stringify(Object.fromEntries(Object.entries(attrs).map(([name, value]) => [name, attrJson(value)])));
}
