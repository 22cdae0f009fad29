// SPDX-License-Identifier: Apache-2.0
// Formats attributes of a GraphDef. No DOM.
import { formatShape } from '../common/format.js';

const MAX_ITEMS = 16;

/** "DT_FLOAT" -> "float32" */
export function dtypeName(type) {
  const names = { DT_FLOAT: 'float32', DT_DOUBLE: 'float64', DT_HALF: 'float16', DT_INVALID: 'unknown' };
  const text = String(type);
  return names[text] ?? text.replace(/^DT_/, '').toLowerCase();
}

/** The sizes of a shape attribute, -1 for unknown ones; undefined for unknown rank. */
export function shapeOf(shape) {
  if (!shape || shape.unknownRank) return undefined;
  return (shape.dim ?? []).map(({ size }) => Number(size ?? 0));
}

const showShape = (shape) => formatShape(shapeOf(shape));

/** Bytes in a JSON GraphDef: base64 of UTF-8, or numbers. */
function showBytes(bytes) {
  try {
    const raw = Array.isArray(bytes) ? Uint8Array.from(bytes) : Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(raw);
  } catch {
    return String(bytes);
  }
}

function showTensor({ dtype, tensorShape, ...values }) {
  const [kind, list] = Object.entries(values).find(([name]) => name.endsWith('Val')) ?? [];
  const shown =
    Array.isArray(list) && list.length > 0 && kind !== 'stringVal' ? ` = ${showList(list.map(String))}` : '';
  return `${dtypeName(dtype)} ${showShape(tensorShape)}${shown}`;
}

function showList(items) {
  const more = items.length > MAX_ITEMS ? [`… ${items.length - MAX_ITEMS} more`] : [];
  return `[${[...items.slice(0, MAX_ITEMS), ...more].join(', ')}]`;
}

const KINDS = {
  s: showBytes,
  i: String,
  f: String,
  b: String,
  type: dtypeName,
  shape: showShape,
  tensor: showTensor,
  func: ({ name }) => String(name),
  placeholder: String,
};

/** @param {object} value One attribute: {i: "1"}, {list: {i: [...]}}, ... */
export function showAttribute(value) {
  if (typeof value !== 'object' || value === null) return String(value);
  if (value.list) {
    const [kind, items] = Object.entries(value.list).find(([, list]) => Array.isArray(list)) ?? [];
    return kind && Object.hasOwn(KINDS, kind) ? showList(items.map(KINDS[kind])) : '[]';
  }
  const [kind, content] = Object.entries(value)[0] ?? [];
  return kind && Object.hasOwn(KINDS, kind) ? KINDS[kind](content) : JSON.stringify(value);
}

/**
 * The declared dtype and shapes of a node's outputs.
 *
 * @returns {{dtype: string | undefined, shapes: (number[] | undefined)[]}}
 */
export function declaredOutputs({ op, attributes }) {
  const constant = attributes.value?.tensor;
  const dtype = attributes.DstT?.type ?? attributes.dtype?.type ?? attributes.out_type?.type ?? attributes.T?.type;
  // Comparisons have the attribute T but return bool.
  const known = /^(Equal|NotEqual|Less|Greater|Logical)/.test(op) ? 'bool' : dtype && dtypeName(dtype);
  const inferred = attributes._output_shapes?.list?.shape?.map(shapeOf);
  if (inferred) return { dtype: known, shapes: inferred };
  if (constant) return { dtype: known, shapes: [shapeOf(constant.tensorShape ?? {})] };
  if (op.startsWith('Placeholder') && attributes.shape)
    return { dtype: known, shapes: [shapeOf(attributes.shape.shape)] };
  return { dtype: known, shapes: [] };
}
