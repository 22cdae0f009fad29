// SPDX-License-Identifier: Apache-2.0
// Parses shapes and values. No DOM.

/** The number of elements of a shape. */
export const sizeOf = (shape) => shape.reduce((size, dimension) => size * dimension, 1);

/** Parses a shape: "1, 224, 224, 3", with or without brackets; empty for a scalar. */
export function parseShape(text) {
  const inside = text
    .trim()
    .replace(/^\[|\]$/g, '')
    .trim();
  return inside === '' ? [] : inside.split(/[\s,×x]+/).map((part) => (part === '' ? Number.NaN : Number(part)));
}

/** Splits a list of values: texts by line, numbers by spaces and commas. */
export function splitValues(text, dtype) {
  return dtype === 'string' ? text.split('\n') : text.split(/[\s,;]+/).filter((part) => part !== '');
}
