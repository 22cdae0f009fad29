// SPDX-License-Identifier: Apache-2.0
// Layers on images and signals: what they compute, and what random ones do in training and in inference.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { assertClose } from './close.mjs';
import { skip, tf } from './small-models.mjs';
import { loadTfjsLayers } from './tfjs.mjs';

const tfjs = loadTfjsLayers();
const training = { training: true };
const ramp = (shape, scale = 1) =>
  tf.tensor(
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => scale * i),
    shape,
  );
const sinc = (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** [radius, weight], as the documentation of tf.image.resize describes them. */
const FILTERS = {
  bilinear: [1, (x) => 1 - x],
  bicubic: [2, (x) => (x < 1 ? 1.5 * x ** 3 - 2.5 * x ** 2 + 1 : -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2)],
  mitchellcubic: [
    2,
    (x) => (x < 1 ? 7 * x ** 3 - 12 * x ** 2 + 16 / 3 : (-7 / 3) * x ** 3 + 12 * x ** 2 - 20 * x + 32 / 3) / 6,
  ],
  gaussian: [1.5, (x) => Math.exp(-(x ** 2) / (2 * 0.5 ** 2))],
  lanczos3: [3, (x) => sinc(x) * sinc(x / 3)],
  lanczos5: [5, (x) => sinc(x) * sinc(x / 5)],
};

function resizeRow(row, size, method, antialias = false) {
  const step = row.length / size;
  return Array.from({ length: size }, (_, i) => {
    const weights = row.map((_, k) => {
      if (method === 'area') return Math.max(0, Math.min((i + 1) * step, k + 1) - Math.max(i * step, k));
      const [radius, weight] = FILTERS[method];
      const x = Math.abs(k + 0.5 - (i + 0.5) * step) / (antialias ? Math.max(step, 1) : 1);
      return x < radius ? weight(x) : 0;
    });
    const sum = weights.reduce((a, b) => a + b);
    return row.reduce((total, value, k) => total + (value * weights[k]) / sum, 0);
  });
}

const resizeOnce = (rows, [height, width], ...options) => {
  const wide = rows.map((row) => resizeRow(row, width, ...options));
  const columns = wide[0].map((_, k) =>
    resizeRow(
      wide.map((row) => row[k]),
      height,
      ...options,
    ),
  );
  return Array.from({ length: height }, (_, i) => columns.map((column) => column[i]));
};

describe('layers on images', { skip }, () => {
  before(() => tf.ready());

  for (const method of ['area', ...Object.keys(FILTERS)]) {
    test(`Resizing, ${method}`, () => {
      const rows = [
        [1, 8, 2, 9, 4, 7],
        [3, 3, 0, 5, 5, 1],
        [9, 2, 6, 4, 8, 8],
        [0, 1, 1, 7, 2, 6],
      ];
      const x = tf.tensor4d([rows.map((row) => row.map((value) => [value, -value]))]);
      for (const [height, width] of [
        [2, 4],
        [7, 9],
        [4, 3],
      ]) {
        for (const antialias of method === 'area' ? [false] : [false, true]) {
          const layer = tf.layers.resizing({ height, width, interpolation: method, antialias });
          const expected = resizeOnce(rows, [height, width], method, antialias);
          assertClose(
            layer.apply(x).arraySync(),
            expected.map((row) => row.map((value) => [value, -value])),
            1e-4,
          );
          const model = tf.sequential({
            layers: [tf.layers.resizing({ ...layer.getConfig(), batchInputShape: [null, null, null, 2] })],
          });
          assert.deepEqual(model.outputs[0].shape, [null, height, width, 2]);
          assertClose(model.predict(tf.concat([x, x])).slice([1, 0, 0, 0], [1, -1, -1, -1]), layer.apply(x), 1e-5);
        }
      }
    });
  }

  test('Resizing: nearest, one image, channels first, the ratio of the sides', () => {
    const layer = tf.layers.resizing({ height: 2, width: 2, interpolation: 'nearest' });
    assert.deepEqual(
      layer
        .apply(ramp([4, 4, 1]))
        .arraySync()
        .flat(3),
      [5, 7, 13, 15],
    );
    const first = tf.layers.resizing({ height: 2, width: 2, interpolation: 'nearest', dataFormat: 'channels_first' });
    assert.deepEqual(
      first
        .apply(ramp([1, 2, 4, 4]))
        .arraySync()
        .flat(4),
      [5, 7, 13, 15, 21, 23, 29, 31],
    );
    assert.deepEqual(layer.apply(ramp([1, 4, 4, 1]).toInt()).dtype, 'float32');
    const cropped = tf.layers.resizing({ height: 2, width: 2, cropToAspectRatio: true });
    assert.deepEqual(
      cropped
        .apply(ramp([1, 2, 4, 1]))
        .arraySync()
        .flat(4),
      [1, 2, 5, 6],
    );
    const padded = tf.layers.resizing({ height: 4, width: 4, padToAspectRatio: true, fillValue: 9 });
    assert.deepEqual(
      padded
        .apply(ramp([1, 2, 4, 1]))
        .arraySync()
        .flat(4),
      [9, 9, 9, 9, 0, 1, 2, 3, 4, 5, 6, 7, 9, 9, 9, 9],
    );
  });

  test('CenterCrop', () => {
    const layer = tf.layers.centerCrop({ height: 2, width: 2 });
    assert.deepEqual(
      layer
        .apply(ramp([1, 4, 5, 1]))
        .arraySync()
        .flat(4),
      [6, 7, 11, 12],
    );
    // Smaller images are cropped to the ratio of the sides, and resized.
    const large = tf.layers.centerCrop({ height: 4, width: 4 }).apply(ramp([1, 2, 4, 1]));
    const smart = tf.layers.resizing({ height: 4, width: 4, cropToAspectRatio: true }).apply(ramp([1, 2, 4, 1]));
    assert.deepEqual(large.arraySync(), smart.arraySync());
  });

  test('Rescaling', () => {
    const layer = tf.layers.rescaling({ scale: 1 / 127.5, offset: -1 });
    assertClose(layer.apply(tf.tensor1d([0, 255, 51], 'int32')).arraySync(), [-1, 1, -0.6], 1e-6);
    const channels = tf.layers.rescaling({ scale: [1, 2], offset: [0, 5] });
    assert.deepEqual(channels.apply(ramp([2, 2])).arraySync(), [
      [0, 7],
      [2, 11],
    ]);
    assert.deepEqual(channels.getConfig().offset, [0, 5]);
  });

  test('they agree with TensorFlow.js', { skip: tfjs ? false : 'tfjs-layers is not installed' }, () => {
    const values = Array.from({ length: 64 }, (_, i) => Math.sin(i));
    const compare = (name, config, shape) => {
      const expected = tfjs.layers.layers[name](config).apply(tfjs.core.tensor(values, shape));
      const actual = tf.layers[name](config).apply(tf.tensor(values, shape));
      assert.deepEqual(actual.shape, expected.shape);
      assertClose(actual.arraySync(), expected.arraySync(), 1e-6);
    };
    compare('rescaling', { scale: 2, offset: 0.5 }, [4, 16]);
    compare('centerCrop', { height: 2, width: 4 }, [1, 4, 8, 2]);
    // Resizing has its pixels at other places there: Keras has their centers at halves.
    const theirs = tfjs.layers.layers.randomWidth({ factor: [0.5, 0.5], seed: 1 });
    const expected = theirs.apply(tfjs.core.tensor(values, [1, 4, 8, 2]));
    const width = tf.layers.randomWidth({ factor: [0.5, 0.5], seed: 1 });
    assert.deepEqual(width.apply(tf.tensor(values, [1, 4, 8, 2])).shape, expected.shape);
    assert.throws(() => tf.layers.randomWidth({ factor: -2 }), { code: 'E_LAYER' });
  });

  /** Random layers whose numbers are all equal: [factory, config, input, output]. */
  const fixed = [
    [
      'randomTranslation',
      { heightFactor: [0.5, 0.5], widthFactor: [0, 0], fillMode: 'constant', fillValue: 7 },
      [2, 2, 1],
      [1, 2, 3, 4],
      [7, 7, 1, 2],
    ],
    [
      'randomTranslation',
      { heightFactor: [0, 0], widthFactor: [0.5, 0.5], fillMode: 'nearest' },
      [2, 2, 1],
      [1, 2, 3, 4],
      [1, 1, 3, 3],
    ],
    [
      'randomTranslation',
      { heightFactor: [0, 0], widthFactor: [-0.5, -0.5], fillMode: 'wrap' },
      [2, 2, 1],
      [1, 2, 3, 4],
      [2, 1, 4, 3],
    ],
    ['randomTranslation', { heightFactor: [0, 0], widthFactor: [0.5, 0.5] }, [1, 4, 1], [1, 2, 3, 4], [2, 1, 1, 2]],
    // Positive angles turn counterclockwise.
    ['randomRotation', { factor: [0.25, 0.25], interpolation: 'nearest' }, [2, 2, 1], [1, 2, 3, 4], [2, 4, 1, 3]],
    ['randomRotation', { factor: [0.5, 0.5] }, [2, 2, 1], [1, 2, 3, 4], [4, 3, 2, 1]],
    [
      'randomZoom',
      { heightFactor: [-0.5, -0.5] },
      [4, 4, 1],
      Array.from({ length: 16 }, (_, i) => i),
      [3.75, 4.25, 4.75, 5.25, 5.75, 6.25, 6.75, 7.25, 7.75, 8.25, 8.75, 9.25, 9.75, 10.25, 10.75, 11.25],
    ],
    ['randomShear', {}, [2, 2, 1], [1, 2, 3, 4], [1, 2, 3, 4]],
    ['randomPerspective', { factor: [1, 1], scale: 0 }, [2, 2, 1], [1, 2, 3, 4], [1, 2, 3, 4]],
    ['randomBrightness', { factor: [0.1, 0.1] }, [1, 2, 1], [10, 250], [35.5, 255]],
    ['randomBrightness', { factor: [-0.5, -0.5], valueRange: [0, 1] }, [1, 2, 1], [0.25, 0.75], [0, 0.25]],
    ['randomContrast', { factor: [0, 0] }, [1, 2, 1], [10, 250], [10, 250]],
    ['randomGrayscale', { factor: 1 }, [1, 1, 3], [100, 50, 200], [82.04, 82.04, 82.04]],
    ['randomGrayscale', { factor: 0 }, [1, 1, 3], [100, 50, 200], [100, 50, 200]],
    ['randomColorDegeneration', { factor: [0.5, 0.5] }, [1, 1, 3], [100, 50, 200], [91.02, 66.02, 141.02]],
    ['randomSaturation', { factor: [0.5, 0.5] }, [1, 1, 3], [100, 50, 200], [100, 50, 200]],
    ['randomSaturation', { factor: [0, 0] }, [1, 1, 3], [100, 50, 200], [200, 200, 200]],
    ['randomHue', { factor: [0, 0] }, [1, 1, 3], [100, 50, 200], [100, 50, 200]],
    ['randomHue', { factor: [1, 1] }, [1, 1, 3], [200, 50, 50], [50, 200, 200]],
    ['randomInvert', { factor: [1, 1] }, [1, 2, 1], [10, 250], [245, 5]],
    ['randomSharpness', { factor: [0.5, 0.5] }, [1, 2, 1], [10, 250], [10, 250]],
    ['randomSharpness', { factor: [0, 0] }, [3, 3, 1], [0, 0, 0, 0, 13, 0, 0, 0, 0], [1, 1, 1, 1, 5, 1, 1, 1, 1]],
    ['randomPosterization', { factor: [4, 4] }, [1, 2, 1], [37, 250], [32, 240]],
    ['randomPosterization', { factor: [1, 1], valueRange: [0, 1] }, [1, 2, 1], [0.25, 0.75], [0, 128 / 255]],
    ['solarization', {}, [1, 2, 1], [10, 250], [245, 5]],
    ['solarization', { thresholdFactor: [1, 1] }, [1, 2, 1], [10, 250], null],
    ['equalization', {}, [1, 4, 1], [10, 10, 20, 30], [0, 0, 128, 255]],
    ['equalization', { bins: 2, valueRange: [0, 1] }, [1, 2, 1], [0.5, 0.5], [0.5, 0.5]],
    ['autoContrast', {}, [1, 3, 1], [50, 100, 75], [0, 255, 127.5]],
    ['autoContrast', { valueRange: [0, 1] }, [1, 2, 1], [0.5, 0.5], [0.5, 0.5]],
    ['randomErasing', { factor: [1, 1], scale: [1, 1], fillValue: 3 }, [2, 2, 1], [1, 2, 4, 5], [3, 3, 3, 3]],
    ['randomErasing', { factor: [1, 1], scale: [0, 0] }, [2, 2, 1], [1, 2, 4, 5], [1, 2, 4, 5]],
    ['randomGaussianBlur', { factor: [1, 1], sigma: [0, 0] }, [1, 3, 1], [1, 5, 2], [1, 5, 2]],
    [
      'randomColorJitter',
      { brightnessFactor: [0.1, 0.1], saturationFactor: [0.5, 0.5], hueFactor: 0 },
      [1, 1, 3],
      [100, 50, 200],
      [125.5, 75.5, 225.5],
    ],
    ['randomCrop', { height: 2, width: 2 }, [2, 2, 1], [1, 2, 3, 4], [1, 2, 3, 4]],
  ];

  for (const [name, config, shape, input, output] of fixed) {
    test(`${name} ${JSON.stringify(config)}`, () => {
      const layer = tf.layers[name](config);
      const x = tf.tensor(input, [1, ...shape]);
      if (output) assertClose(layer.apply(x, training).arraySync(), output, 2e-2);
      else
        assert.ok(
          layer
            .apply(x, training)
            .arraySync()
            .flat(4)
            .every((value) => value >= 0 && value <= 255),
        );
      if (shape.at(-1) === 1) {
        const first = tf.layers[name]({ ...config, dataFormat: 'channels_first' });
        const y = first.apply(x.reshape([1, 1, ...shape.slice(0, 2)]), training);
        assert.deepEqual(y.shape, [1, 1, ...shape.slice(0, 2)]);
        if (output) assertClose(y.arraySync(), output, 2e-2);
      }
      assert.deepEqual(layer.apply(tf.tensor(input, shape), training).shape, shape);
      const again = tf.layers[name](layer.getConfig());
      assert.deepEqual(again.getConfig(), layer.getConfig());
    });
  }

  const random = {
    ...Object.fromEntries(fixed.map(([name]) => [name, { factor: 0.3 }])),
    ...{ randomFlip: {}, randomHeight: { factor: 0.3 }, randomWidth: { factor: 0.3 }, randomShear: { xFactor: 0.5 } },
    ...{ randomTranslation: { heightFactor: 0.3, widthFactor: 0.3 }, randomZoom: { heightFactor: 0.3 } },
    ...{ randomPosterization: { factor: 6 }, randomErasing: {}, randomGaussianBlur: {}, randomPerspective: {} },
    ...{ randomColorJitter: { hueFactor: 0.5 }, solarization: { additionFactor: 0.5 }, randomInvert: {} },
  };
  for (const name of ['equalization', 'autoContrast', 'randomCrop']) delete random[name];

  for (const [name, config] of Object.entries(random)) {
    test(`${name} changes images only in training, each time otherwise, and as its seed says`, () => {
      const x = tf.tensor(
        Array.from({ length: 2400 }, (_, i) => (i * 83) % 256),
        [2, 20, 20, 3],
      );
      const layer = tf.layers[name](config);
      assert.deepEqual(layer.apply(x, { training: false }).arraySync(), x.arraySync());
      const shape = [null, null, null, 3];
      const model = tf.sequential({ layers: [tf.layers[name]({ ...config, batchInputShape: shape })] });
      assert.deepEqual(model.predict(x).arraySync(), x.arraySync());
      assert.equal(model.outputs[0].shape.at(-1), 3);
      // By itself, as in Keras, a layer is training unless it is told otherwise.
      const runs = Array.from({ length: 20 }, (_, i) => JSON.stringify(layer.apply(x, i ? training : {}).arraySync()));
      assert.ok(new Set(runs).size > 1);
      assert.ok(runs.some((run) => run !== JSON.stringify(x.arraySync())));
      const seeded = () => {
        const made = tf.layers[name]({ ...config, seed: 7 });
        return [made.apply(x, training), made.apply(x, training)].map((y) => y.arraySync());
      };
      assert.deepEqual(seeded(), seeded());
      model.dispose();
    });
  }

  test('random numbers are spread evenly', () => {
    const count = 4000;
    const images = tf.fill([count, 1, 1, 1], 100);
    const shares = tf.layers.randomBrightness({ factor: [-0.2, 0.3] }).apply(images, training);
    const values = shares
      .arraySync()
      .flat(4)
      .map((value) => (value - 100) / 255);
    const mean = values.reduce((a, b) => a + b) / count;
    assert.ok(values.every((value) => value >= -0.2001 && value <= 0.3001));
    // Five standard errors of a uniform distribution.
    assert.ok(Math.abs(mean - 0.05) < (5 * 0.5) / Math.sqrt(12 * count), `${mean}`);
    const flips = tf.layers
      .randomFlip({ mode: 'horizontal' })
      .apply(tf.tile(tf.tensor4d([[[[0], [1]]]]), [count, 1, 1, 1]), training);
    const flipped = flips.arraySync().filter(([[[first]]]) => first === 1).length / count;
    assert.ok(Math.abs(flipped - 0.5) < 2.5 / Math.sqrt(count), `${flipped}`);
    const crops = tf.layers
      .randomCrop({ height: 1, width: 1 })
      .apply(tf.tile(ramp([1, 2, 2, 1]), [count, 1, 1, 1]), training);
    const counts = [0, 0, 0, 0];
    for (const value of crops.arraySync().flat(4)) counts[value] += 1;
    assert.ok(
      counts.every((n) => Math.abs(n / count - 0.25) < (5 * 0.433) / Math.sqrt(count)),
      `${counts}`,
    );
  });

  test('RandomCrop and models in inference', () => {
    const layer = tf.layers.randomCrop({ height: 2, width: 2 });
    const smart = tf.layers.resizing({ height: 2, width: 2, cropToAspectRatio: true });
    const x = ramp([1, 4, 6, 1]);
    assert.deepEqual(layer.apply(x, { training: false }).arraySync(), smart.apply(x).arraySync());
    assert.deepEqual(layer.apply(ramp([1, 1, 1, 1]), training).shape, [1, 2, 2, 1]);
    const model = tf.sequential({
      layers: [tf.layers.randomWidth({ factor: 0.5, inputShape: [4, 6, 1] }), tf.layers.globalAveragePooling2d()],
    });
    assert.deepEqual(model.outputs[0].shape, [null, 1]);
    assertClose(model.predict(x).arraySync(), [[11.5]], 1e-5);
  });

  test('hostile configs', () => {
    for (const [name, config] of [
      ['resizing', { height: 0, width: 1 }],
      ['resizing', { height: 1.5, width: 1 }],
      ['resizing', { height: 2 ** 30, width: 1 }],
      ['resizing', { height: 1, width: 1, interpolation: 'cubic' }],
      ['resizing', { height: 1, width: 1, cropToAspectRatio: true, padToAspectRatio: true }],
      ['centerCrop', { height: 2 }],
      ['rescaling', {}],
      ['rescaling', { scale: 'half' }],
      ['randomFlip', { mode: 'diagonal' }],
      ['randomZoom', {}],
      ['randomZoom', { heightFactor: 3 }],
      ['randomZoom', { heightFactor: [1, 2, 3] }],
      ['randomRotation', { factor: 'far' }],
      ['randomRotation', { factor: 0.1, fillMode: 'mirror' }],
      ['randomContrast', { factor: -0.5 }],
      ['randomBrightness', { factor: 0.1, valueRange: [1, 1] }],
      ['randomBrightness', { factor: 0.1, valueRange: 7 }],
      ['randomGaussianBlur', { kernelSize: 4 }],
      ['randomErasing', { fillValue: [1, 2] }],
      ['equalization', { bins: 1e9 }],
      ['melSpectrogram', { fftLength: 8, sequenceLength: 9 }],
      ['melSpectrogram', { fftLength: 2 ** 40 }],
      ['melSpectrogram', { window: 'kaiser' }],
      ['stftSpectrogram', { frameLength: 0 }],
      ['stftSpectrogram', { frameLength: 8, window: [1, 2] }],
    ]) {
      assert.throws(() => tf.layers[name](config), { code: 'E_LAYER' }, `${name} ${JSON.stringify(config)}`);
    }
    const large = tf.layers.resizing({ height: 2 ** 23, width: 2 ** 23, interpolation: 'bicubic' });
    assert.throws(() => large.apply(ramp([1, 64, 64, 1])), { name: 'TfwasmError' });
    assert.throws(() => tf.layers.randomHue({ factor: 0.5 }).apply(ramp([1, 2, 2, 1]), training), { code: 'E_SHAPE' });
    assert.throws(() => tf.layers.centerCrop({ height: 1, width: 1 }).apply(ramp([2, 2])), { code: 'E_SHAPE' });
  });
});
