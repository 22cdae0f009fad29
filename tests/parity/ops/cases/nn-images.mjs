// SPDX-License-Identifier: Apache-2.0
// Image sampling.
import { DEFINITION, attr, constant, f32, f32In, i32 } from '../case.mjs';

const bad = (code, message) => ({ throws: { code, message } });
const LOOSE = { relative: 1e-4, absolute: 1e-4 };

const crop = (name, { method = 'bilinear', value = 0, size = [3, 4], boxes, indices } = {}, images, rest) => ({
  op: 'CropAndResize',
  name,
  attrs: { method: attr.string(method), extrapolation_value: attr.float(value) },
  inputs: [
    Array.isArray(images) ? f32(images) : images,
    f32([boxes.length / 4, 4], boxes),
    i32([indices.length], indices),
    constant(i32([size.length], size)),
  ],
  tolerance: LOOSE,
  ...rest,
});
const ALL = { boxes: [0, 0, 1, 1], indices: [0] };
const SOME = { boxes: [0.1, 0.2, 0.7, 0.9, 0, 0.5, 0.5, 1], indices: [1, 0] };

const crops = [
  crop('bilinear', SOME, [2, 7, 8, 3]),
  crop('nearest', { ...SOME, method: 'nearest' }, [2, 7, 8, 3]),
  crop('many channels', SOME, [2, 5, 6, 21]),
  crop('the whole image', { ...ALL, size: [4, 5] }, [1, 4, 5, 2]),
  crop('larger than the image', { boxes: [-0.5, -0.25, 1.5, 1.25], indices: [0], value: 7 }, [1, 4, 4, 2]),
  crop(
    'larger than the image, nearest',
    { boxes: [-0.5, -0.25, 1.5, 1.25], indices: [0], value: 7, method: 'nearest' },
    [1, 4, 4, 2],
  ),
  crop('corners in another order', { boxes: [0.9, 0.8, 0.1, 0.2], indices: [0] }, [1, 6, 6, 2]),
  crop('one pixel', { ...SOME, size: [1, 1] }, [2, 7, 8, 3]),
  crop('one column', { ...SOME, size: [4, 1] }, [2, 7, 8, 3]),
  crop('an image of one pixel', ALL, [1, 1, 1, 2]),
  crop('int32', SOME, i32([2, 7, 8, 3])),
  crop('a box of NaN', { boxes: [NaN, 0, 1, 1], indices: [0], value: 5, size: [1, 2] }, [1, 2, 2, 1], {
    expected: [f32([1, 1, 2, 1], [5, 5])],
    source: 'what is nowhere is outside of the image',
  }),
  crop('no boxes', { boxes: [], indices: [] }, [1, 2, 2, 3], { expected: [f32([0, 3, 4, 3], [])], source: DEFINITION }),
  crop('an index out of range', { ...ALL, indices: [1] }, [1, 2, 2, 3], bad('E_INPUT', /box indices.*\[0, 1\), got 1/)),
  crop('an index below 0', { ...ALL, indices: [-1] }, [1, 2, 2, 3], bad('E_INPUT', /box indices.*got -1/)),
  crop('fewer indices than boxes', { ...SOME, indices: [0] }, [1, 2, 2, 3], bad('E_SHAPE', /one index a box/)),
  crop('another method', { ...ALL, method: 'cubic' }, [1, 2, 2, 3], bad('E_ATTR', /'method'.*cubic/)),
  crop('rank 3', ALL, [2, 2, 3], bad('E_SHAPE', /the images must have rank 4/)),
  crop('a size of three', { ...ALL, size: [1, 1, 1] }, [1, 2, 2, 3], bad('E_SHAPE', /the crop size must be two/)),
  crop('a negative size', { ...ALL, size: [-1, 1] }, [1, 2, 2, 3], bad('E_SHAPE', /the crop size.*-1/)),
];

const transform = (name, { method = 'NEAREST', mode = 'CONSTANT', value = 0, size = [5, 6], rows }, images, rest) => ({
  op: 'ImageProjectiveTransformV3',
  name,
  attrs: { interpolation: attr.string(method), fill_mode: attr.string(mode) },
  inputs: [
    Array.isArray(images) ? f32(images) : images,
    f32([rows.length / 8, 8], rows),
    constant(i32([size.length], size)),
    f32([], [value]),
  ],
  tolerance: LOOSE,
  ...rest,
});
const SHEAR = [0.913, 0.217, -1.331, -0.309, 1.207, -0.723, 0, 0];
const PERSPECTIVE = [1.107, 0.113, 0.419, 0.203, 0.811, 0.317, 0.0101, 0.0203];
const FAR = [2.311, 0.417, -9.723, -0.709, 3.133, -8.329, 0, 0];
const EVERY_MODE = ['CONSTANT', 'REFLECT', 'WRAP', 'NEAREST'].flatMap((mode) =>
  ['NEAREST', 'BILINEAR'].map((method) => ({ mode, method })),
);

const transforms = [
  ...EVERY_MODE.map((way) =>
    transform(`far outside: ${way.mode}, ${way.method}`, { ...way, rows: FAR, value: 3 }, [1, 4, 5, 2]),
  ),
  ...EVERY_MODE.map((way) => transform(`a little: ${way.mode}, ${way.method}`, { ...way, rows: SHEAR }, [1, 5, 6, 3])),
  transform('perspective', { method: 'BILINEAR', rows: PERSPECTIVE, size: [4, 9] }, [1, 6, 7, 20]),
  transform('a transform for each image', { rows: [] }, [], {
    attrs: { interpolation: attr.string('BILINEAR') },
    inputs: [
      f32([2, 1, 3, 1], [10, 20, 30, 40, 50, 60]),
      f32([2, 8], [1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0.5, 0, 1, 0, 0, 0]),
      i32([2], [1, 2]),
      f32([], [0]),
    ],
    expected: [f32([2, 1, 2, 1], [20, 30, 45, 55])],
    source: 'the definition; TensorFlow.js transforms the first image only',
  }),
  transform('one transform for all images', { rows: [] }, [], {
    attrs: {},
    inputs: [
      f32([2, 1, 3, 1], [10, 20, 30, 40, 50, 60]),
      f32([1, 8], [1, 0, 1, 0, 1, 0, 0, 0]),
      i32([2], [1, 3]),
      f32([], [7]),
    ],
    expected: [f32([2, 1, 3, 1], [20, 30, 7, 50, 60, 7])],
    source: 'the definition; TensorFlow.js transforms the first image only',
  }),
  transform('int32, nearest', { rows: SHEAR }, [], {
    attrs: { interpolation: attr.string('NEAREST') },
    inputs: [i32([1, 1, 2, 1], [16777217, 2]), f32([1, 8], [1, 0, 0, 0, 1, 0, 0, 0]), i32([2], [1, 3]), f32([], [-4])],
    expected: [i32([1, 1, 3, 1], [16777217, 2, -4])],
    source: DEFINITION,
  }),
  transform('int32, bilinear', { rows: SHEAR }, [], {
    attrs: { interpolation: attr.string('BILINEAR') },
    inputs: [i32([1, 1, 2, 1], [10, 21]), f32([1, 8], [1, 0, 0.5, 0, 1, 0, 0, 0]), i32([2], [1, 2]), f32([], [0])],
    expected: [i32([1, 1, 2, 1], [15, 10])],
    source: 'TensorFlow: rounds toward zero',
  }),
  transform('a line that vanishes', { rows: SHEAR }, [], {
    inputs: [f32([1, 1, 2, 1], [5, 6]), f32([1, 8], [1, 0, 0, 0, 1, 0, -1, 0]), i32([2], [1, 2]), f32([], [9])],
    expected: [f32([1, 1, 2, 1], [5, 9])],
    source: 'TensorFlow: the fill value where the projection is 0',
  }),
  transform(
    'a transform of NaN',
    { rows: [NaN, 0, 0, 0, 1, 0, 0, 0], value: 9, size: [1, 1], mode: 'WRAP' },
    [1, 1, 2, 1],
    {
      expected: [f32([1, 1, 1, 1], [9])],
      source: 'what is nowhere is outside of the image',
    },
  ),
  transform('an image of one pixel', { rows: FAR, mode: 'REFLECT' }, [1, 1, 1, 2]),
  transform('no images', { rows: SHEAR }, [0, 2, 2, 3], { expected: [f32([0, 5, 6, 3], [])], source: DEFINITION }),
  transform(
    'two transforms for three images',
    { rows: [...SHEAR, ...SHEAR] },
    [3, 2, 2, 1],
    bad('E_SHAPE', /the transforms.*\[3,8\]/),
  ),
  transform('another mode', { rows: SHEAR, mode: 'MIRROR' }, [1, 2, 2, 1], bad('E_ATTR', /'fill_mode'.*mirror/)),
  transform(
    'another interpolation',
    { rows: SHEAR, method: 'CUBIC' },
    [1, 2, 2, 1],
    bad('E_ATTR', /'interpolation'.*cubic/),
  ),
  transform('rank 3', { rows: SHEAR }, [2, 2, 1], bad('E_SHAPE', /the images must have rank 4/)),
  transform('a size of three', { rows: SHEAR, size: [2, 2, 2] }, [1, 2, 2, 1], bad('E_SHAPE', /the output shape/)),
];

const floats = (...values) => ({ list: { f: values } });
const rotate = (name, radians, { fill = [0], center = [0.5] }, image, rest) => ({
  op: 'RotateWithOffset',
  name,
  attrs: { radians: attr.float(radians), fill_value: floats(...fill), center: floats(...center) },
  inputs: [image],
  ...rest,
});
const SQUARE = f32([1, 3, 3, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
const rotates = [
  rotate('not at all', 0, {}, f32In([1, 3, 4, 2], 0, 255), {
    expected: [f32In([1, 3, 4, 2], 0, 255)],
    source: DEFINITION,
  }),
  // About pixel (1, 1): (x, y) moves to (2 - x, 2 - y).
  rotate('half a turn', Math.PI, { center: [1 / 3, 1 / 3] }, SQUARE, {
    expected: [f32([1, 3, 3, 1], [9, 8, 7, 6, 5, 4, 3, 2, 1])],
    source: DEFINITION,
  }),
  rotate(
    'colours',
    Math.PI / 2,
    { fill: [1, 2, 3], center: [0, 0] },
    f32([1, 2, 1, 4], [10, 20, 30, 40, 50, 60, 70, 80]),
    {
      expected: [f32([1, 2, 1, 4], [10, 20, 30, 40, 1, 2, 3, 255])],
      source: 'TensorFlow.js: three colours are opaque',
    },
  ),
  rotate('radians of NaN', NaN, {}, SQUARE, bad('E_ATTR', /'radians'/)),
  rotate('two colours of one channel', 1, { fill: [1, 2] }, SQUARE, bad('E_ATTR', /'fill_value'/)),
  rotate('a center of three', 1, { center: [0, 0, 0] }, SQUARE, bad('E_ATTR', /'center'/)),
  rotate('rank 3', 1, {}, f32([3, 3, 1]), bad('E_SHAPE', /the images must have rank 4/)),
];
export const CASES = [...crops, ...transforms, ...rotates];
