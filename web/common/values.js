// SPDX-License-Identifier: Apache-2.0
// Shapes and values, also as people type them. No DOM.

/** How many elements a shape has. */
export const sizeOf = (shape) => shape.reduce((size, dimension) => size * dimension, 1);

/** A shape as people type it: "1, 224, 224, 3", in brackets or not; nothing for a scalar. */
export function parseShape(text) {
  const inside = text
    .trim()
    .replace(/^\[|\]$/g, '')
    .trim();
  return inside === '' ? [] : inside.split(/[\s,×x]+/).map((part) => (part === '' ? Number.NaN : Number(part)));
}

/** The parts of a list of values: one text a line, or numbers between spaces and commas. */
export function splitValues(text, dtype) {
  return dtype === 'string' ? text.split('\n') : text.split(/[\s,;]+/).filter((part) => part !== '');
}
