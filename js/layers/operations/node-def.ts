// SPDX-License-Identifier: Apache-2.0
// Nodes of graphs as Keras of TensorFlow 2.0 to 2.3 saves them: JSON of the message NodeDef, or its bytes as a text.
import { isObject, fail } from './values.js';

/** An op with its attributes, in the JSON form of a GraphDef. */
export interface OpNode {
  op: string;
  attr: Record<string, object>;
}

/** Throws E_LAYER if it is malformed. */
export function readNodeDef(nodeDef: unknown): OpNode {
  const node = typeof nodeDef === 'string' ? parseNode(nodeDef) : nodeDef;
  if (!isObject(node) || typeof node['op'] !== 'string') return fail('node_def names no op');
  const attr = node['attr'] ?? {};
  if (!isObject(attr) || !Object.values(attr).every(isObject)) return fail('the attributes of node_def are no objects');
  return { op: node['op'], attr: attr as Record<string, object> };
}

function parseNode(text: string): unknown {
  if (text.trimStart().startsWith('{')) {
    try {
      return JSON.parse(text);
    } catch {
      return fail('node_def is no JSON');
    }
  }
  const attr: Record<string, object> = Object.create(null);
  let op: string | undefined;
  for (const [field, value] of fieldsOf(new TextEncoder().encode(text))) {
    if (field === 2) op = textOf(value);
    if (field === 5) {
      const entry = new Map(fieldsOf(bytesOf(value)));
      attr[textOf(entry.get(1))] = readAttr(bytesOf(entry.get(2)));
    }
  }
  return { op, attr };
}

type FieldValue = number | Uint8Array;

/** The fields of a message, in order. */
function fieldsOf(bytes: Uint8Array): [field: number, value: FieldValue][] {
  const fields: [number, FieldValue][] = [];
  let at = 0;
  const take = (length: number): Uint8Array => {
    if (length > bytes.length - at) fail('node_def ends too early');
    at += length;
    return bytes.subarray(at - length, at);
  };
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = take(1)[0] as number;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, value));
      if (shift > 63n) fail('node_def has a number that is too long');
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const wire = tag & 7;
    if (wire === 0) fields.push([tag >>> 3, varint()]);
    else if (wire === 2) fields.push([tag >>> 3, take(varint())]);
    else if (wire === 5) fields.push([tag >>> 3, take(4)]);
    else if (wire === 1) fields.push([tag >>> 3, take(8)]);
    else fail('node_def is no message');
  }
  return fields;
}

const bytesOf = (value: FieldValue | undefined): Uint8Array =>
  value instanceof Uint8Array ? value : fail('node_def has a field of a wrong kind');

const textOf = (value: FieldValue | undefined): string => new TextDecoder().decode(bytesOf(value));

const base64 = (bytes: Uint8Array) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));

const floatOf = (bytes: Uint8Array): number | string => {
  const value = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getFloat32(0, true);
  return Number.isFinite(value) ? value : String(value);
};

/** The message AttrValue as JSON. */
function readAttr(bytes: Uint8Array): object {
  for (const [field, value] of fieldsOf(bytes)) {
    if (field === 1) return { list: readList(bytesOf(value)) };
    const key = (['', '', 's', 'i', 'f', 'b', 'type', 'shape'] as const)[field];
    if (key) return { [key]: readScalar(key, value) };
    fail('node_def has an attribute of a kind that is not supported');
  }
  return {};
}

function readScalar(key: string, value: FieldValue): unknown {
  if (key === 's') return base64(bytesOf(value));
  if (key === 'f') return floatOf(bytesOf(value));
  if (key === 'b') return value !== 0;
  if (key !== 'shape') return value;
  const dims = fieldsOf(bytesOf(value)).filter(([field]) => field === 2);
  return { dim: dims.map(([, dim]) => ({ size: new Map(fieldsOf(bytesOf(dim))).get(1) ?? 0 })) };
}

/** Lists of numbers are packed. */
function readList(bytes: Uint8Array): Record<string, unknown[]> {
  const list: Record<string, unknown[]> = {};
  for (const [field, value] of fieldsOf(bytes)) {
    const key = (['', '', 's', 'i', 'f', 'b', 'type', 'shape'] as const)[field];
    if (!key) return fail('node_def has a list of a kind that is not supported');
    list[key] = [...(list[key] ?? []), ...elementsOf(key, value)];
  }
  return list;
}

function elementsOf(key: string, value: FieldValue): unknown[] {
  if (key === 's' || key === 'shape' || typeof value === 'number') return [readScalar(key, value)];
  if (key !== 'f') return unpack(value).map((number) => (key === 'b' ? number !== 0 : number));
  return Array.from({ length: Math.floor(value.length / 4) }, (_, i) => floatOf(value.subarray(4 * i, 4 * i + 4)));
}

function unpack(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 127) << shift;
    shift += 7n;
    if (shift > 70n) fail('node_def has a number that is too long');
    if (byte >= 128) continue;
    numbers.push(Number(BigInt.asIntN(64, value)));
    value = 0n;
    shift = 0n;
  }
  return numbers;
}
