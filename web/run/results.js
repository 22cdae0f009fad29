// SPDX-License-Identifier: Apache-2.0
// Displays the outputs of a model.
import { drawSkeleton } from '../draw.js';
import { facts, make } from '../common/dom.js';
import { formatCount, formatNumber, formatShape } from '../common/format.js';
import { table, tableRow } from '../common/tables.js';
import { sizeOf } from '../common/values.js';
import { KEYPOINT_NAMES, mapToPicture, readKeypoints } from '../movenet.js';
import { valueTable } from './value-table.js';
import { describeValues, imageShape, toPicture, topValues } from './statistics.js';

/** Longer results are tables. */
const FIRST_VALUES = 24;
const TOP = 5;

/**
 * @param {object} result
 * @param {string} result.name
 * @param {string} result.dtype
 * @param {number[]} result.shape
 * @param {ArrayLike<number> | string[]} result.values
 * @param {{picture: ImageBitmap, place: object, side: number[]}} [fed] The picture that was fed.
 */
export function resultCard({ name, dtype, shape, values }, fed) {
  const parts = dtype === 'string' ? [] : numericParts({ shape, values, dtype }, fed);
  const isDrawn = parts.some((part) => part.matches('.picture, .top-values'));
  const isLong = sizeOf(shape) > FIRST_VALUES;
  return make(
    'article',
    { class: 'result', 'aria-label': `Result ${name}` },
    make(
      'div',
      { class: 'row' },
      make('h3', {}, make('code', {}, name)),
      make('span', { class: 'badge' }, dtype),
      make('span', { class: 'badge' }, formatShape(shape)),
    ),
    ...parts,
    isLong && !isDrawn
      ? valueTable({ name, shape, show: (index) => showValue(values, dtype, index) })
      : firstValues({ name, dtype, shape, values }),
  );
}

/** The value of one element. Complex ones have two numbers each. */
function showValue(values, dtype, index) {
  if (dtype === 'string') return JSON.stringify(values[index]);
  if (dtype === 'bool') return String(Boolean(values[index]));
  if (dtype !== 'complex64') return formatNumber(values[index]);
  const [real, imaginary] = [values[2 * index], values[2 * index + 1]];
  return `${formatNumber(real)} ${imaginary < 0 ? '−' : '+'} ${formatNumber(Math.abs(imaginary))}i`;
}

function numericParts({ shape, values, dtype }, fed) {
  if (values.length === 0) return [make('p', { class: 'hint' }, 'There are no values in it.')];
  const { min, max, mean, nan, infinite } = describeValues(values);
  const parts = [
    facts([
      ['Values', formatCount(sizeOf(shape))],
      ['Smallest', formatNumber(min)],
      ['Largest', formatNumber(max)],
      ['Mean', formatNumber(mean)],
      ...(nan > 0 ? [['Not a number', formatCount(nan)]] : []),
      ...(infinite > 0 ? [['Infinite', formatCount(infinite)]] : []),
    ]),
  ];
  const image = dtype === 'complex64' ? null : imageShape(shape);
  if (fed && isPose(shape)) parts.push(posePicture(values, fed));
  else if (image) parts.push(picture(values, image));
  else if (dtype !== 'complex64' && isVector(shape)) parts.push(topTable(values));
  return parts;
}

/** A single row of scores, e.g. of classes. */
function isVector(shape) {
  const last = shape.at(-1) ?? 0;
  return last >= 2 && last <= 100000 && shape.slice(0, -1).every((size) => size === 1);
}

const isPose = (shape) => String(shape) === `1,1,${KEYPOINT_NAMES.length},3`;

function posePicture(values, { picture, place, side }) {
  const canvas = make('canvas', { role: 'img', 'aria-label': 'The picture with the joints that were found' });
  const [height, width] = side;
  // Keypoints are relative to the model's input.
  const points = readKeypoints(values).map((point) => ({ ...point, x: point.x * width, y: point.y * height }));
  const fit = { ...place };
  drawSkeleton(canvas, picture, mapToPicture(points, fit, 1));
  return make('figure', { class: 'picture' }, canvas, make('figcaption', {}, 'The joints, drawn over the picture.'));
}

function topTable(values) {
  const top = topValues(values, Math.min(TOP, values.length));
  const finite = top.map(({ value }) => value).filter(Number.isFinite);
  const [low, high] = [Math.min(0, ...finite), Math.max(0, ...finite)];
  const rows = top.map(({ index, value }) =>
    tableRow(
      formatCount(index),
      { number: formatNumber(value) },
      Number.isFinite(value) &&
        make('meter', {
          min: low,
          max: high > low ? high : low + 1,
          value,
          'aria-label': `value ${formatNumber(value)}`,
        }),
    ),
  );
  const bars = make('span', { class: 'visually-hidden' }, 'bar');
  const caption = `The ${top.length} largest`;
  return make(
    'div',
    { class: 'table-scroll top-values' },
    table({ caption, heads: ['index', { number: 'value' }, bars], rows }),
  );
}

function picture(values, image) {
  const canvas = make('canvas', {
    width: image.width,
    height: image.height,
    style: `--ratio: ${image.width / image.height}`,
    role: 'img',
    'aria-label': 'The values as a picture',
  });
  const draw = (channel) => canvas.getContext('2d').putImageData(toPicture(values, image, channel), 0, 0);
  draw(0);
  const color = image.channels === 3 || image.channels === 4;
  const choose = make('input', {
    type: 'number',
    min: 0,
    max: image.channels - 1,
    value: 0,
    oninput: ({ target }) => {
      if (target.validity.valid && target.value !== '') draw(target.valueAsNumber);
    },
  });
  return make(
    'figure',
    { class: 'picture pixels' },
    canvas,
    make(
      'figcaption',
      {},
      `As a picture, ${formatCount(image.width)} × ${formatCount(image.height)}: dark is the smallest value, bright the largest.`,
    ),
    !color && image.channels > 1 && make('label', { class: 'size' }, `Channel, 0 to ${image.channels - 1}`, choose),
  );
}

/** The first values as a text, and all of them as a table. */
function firstValues({ name, dtype, shape, values }) {
  const count = sizeOf(shape);
  const shown = Array.from({ length: Math.min(count, FIRST_VALUES) }, (_, index) => showValue(values, dtype, index));
  const more = count - shown.length;
  const text = make('pre', { class: 'values', tabIndex: 0 }, shown.join(', '), more > 0 ? ', …' : '');
  if (more === 0) return make('details', { open: true }, make('summary', {}, 'Values'), text);
  const all = make('div');
  const fill = () => {
    if (all.childElementCount > 0) return;
    all.append(valueTable({ name, shape, show: (index) => showValue(values, dtype, index) }));
  };
  return make('details', { ontoggle: fill }, make('summary', {}, `All ${formatCount(count)} values`), text, all);
}
