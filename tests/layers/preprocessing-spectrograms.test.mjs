// SPDX-License-Identifier: Apache-2.0
// Spectrograms of signals, against sums that are written out.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { assertClose } from './close.mjs';
import { skip, tf } from './small-models.mjs';

describe('spectrograms', { skip }, () => {
  before(() => tf.ready());
  const signal = Array.from({ length: 40 }, (_, i) => Math.sin(0.5 * i) + 0.25 * Math.cos(1.7 * i));

  /** The spectrum of each frame: [frames][frequencies] of [real, imaginary]. */
  const framesOf = (samples, window, step, size) =>
    Array.from({ length: Math.floor((samples.length - window.length) / step) + 1 }, (_, frame) =>
      Array.from({ length: size / 2 + 1 }, (_, k) => {
        const sum = (f) =>
          window.reduce((total, w, t) => total + w * samples[frame * step + t] * f((-2 * Math.PI * k * t) / size), 0);
        return [sum(Math.cos), sum(Math.sin)];
      }),
    );

  const hann = (size, period) =>
    Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / period));

  test('MelSpectrogram', () => {
    const [size, step, length, rate, bins, low, high] = [16, 8, 12, 100, 3, 1, 50];
    const padded = [...signal.slice(1, 9).reverse(), ...signal, ...signal.slice(-9, -1).reverse()];
    const window = [0, 0, ...hann(length, length), 0, 0];
    const magnitudes = framesOf(padded, window, step, size).map((frame) => frame.map(([a, b]) => Math.hypot(a, b)));
    const mel = (frequency) => 2595 * Math.log10(1 + frequency / 700);
    const edge = (i) => mel(low) + ((mel(high) - mel(low)) * i) / (bins + 1);
    const weight = (k, bin) => {
      const place = mel((k * rate) / size);
      const [left, center, right] = [edge(bin), edge(bin + 1), edge(bin + 2)];
      return k === 0 ? 0 : Math.max(0, Math.min((place - left) / (center - left), (right - place) / (right - center)));
    };
    const melOf = (power) =>
      Array.from({ length: bins }, (_, bin) =>
        magnitudes.map((frame) => frame.reduce((sum, value, k) => sum + value ** power * weight(k, bin), 0)),
      );
    const config = { fftLength: size, sequenceStride: step, sequenceLength: length, samplingRate: rate };
    const all = { ...config, numMelBins: bins, minFreq: low, maxFreq: high };
    const x = tf.tensor2d([signal, signal]);
    const plain = tf.layers.melSpectrogram({ ...all, powerToDb: false, magExp: 1 });
    assertClose(plain.apply(x).arraySync()[1], melOf(1), 1e-4);
    const decibels = melOf(2).map((row) => row.map((power) => 10 * Math.log10(Math.max(power, 1e-10))));
    const least = Math.max(...decibels.flat()) - 20;
    const layer = tf.layers.melSpectrogram({ ...all, topDb: 20 });
    const expected = decibels.map((row) => row.map((value) => Math.max(value, least)));
    assertClose(layer.apply(x).arraySync()[0], expected, 1e-3);
    assert.deepEqual(layer.apply(tf.tensor1d(signal)).shape, [3, 6]);
    const symbol = tf.input({ shape: [null] });
    assert.deepEqual(layer.apply(symbol).shape, [null, 3, null]);
    assert.deepEqual(tf.layers.melSpectrogram(layer.getConfig()).getConfig(), layer.getConfig());
  });

  test('STFTSpectrogram', () => {
    const [length, step] = [8, 4];
    const window = hann(length, length - 1);
    const norm = Math.sqrt(window.reduce((sum, w) => sum + w * w, 0));
    const frames = framesOf(
      signal,
      window.map((w) => w / norm),
      step,
      length,
    );
    const power = frames.map((frame) => frame.map(([a, b]) => a * a + b * b));
    const x = tf.tensor3d([signal.map((value) => [value, 2 * value])]);
    const config = { frameLength: length, frameStep: step };
    const run = (options) => tf.layers.stftSpectrogram({ ...config, ...options }).apply(x);
    const firstOf = (y) => y.slice([0, 0, 0], [1, -1, length / 2 + 1]).arraySync()[0];
    assertClose(
      firstOf(run({ mode: 'real' })),
      frames.map((frame) => frame.map(([a]) => a)),
      1e-5,
    );
    assertClose(
      firstOf(run({ mode: 'imag' })),
      frames.map((frame) => frame.map(([, b]) => b)),
      1e-5,
    );
    const magnitude = power.map((frame) => frame.map((value) => Math.sqrt(Math.max(value, 1e-7))));
    assertClose(firstOf(run({ mode: 'magnitude' })), magnitude, 1e-4);
    assertClose(
      firstOf(run({})),
      magnitude.map((frame) => frame.map((value) => Math.log(Math.max(value, 1e-7)))),
      1e-2,
    );
    const sided = power.map((frame) => frame.map((value, k) => (k === 0 || k === length / 2 ? value : 2 * value)));
    assertClose(firstOf(run({ mode: 'psd' })), sided, 1e-4);
    assert.deepEqual(run({ mode: 'stft' }).shape, [1, 9, 20]);
    assert.deepEqual(run({ expandDims: true, padding: 'same' }).shape, [1, 10, 5, 2]);
    const first = tf.layers.stftSpectrogram({ ...config, dataFormat: 'channels_first', mode: 'real' });
    assertClose(
      first
        .apply(x.transpose([0, 2, 1]))
        .arraySync()[0]
        .slice(0, 5),
      frames[0].map((_, k) => frames.map((frame) => frame[k][0])),
      1e-5,
    );
    const layer = tf.layers.stftSpectrogram({ ...config, window: null, scaling: null, inputShape: [40, 1] });
    const model = tf.sequential({ layers: [layer] });
    assert.deepEqual(
      layer.getWeights().map(({ shape }) => shape),
      [
        [8, 1, 5],
        [8, 1, 5],
      ],
    );
    assertClose(layer.getWeights()[0].slice([0, 0, 1], [3, 1, 1]).arraySync(), [1, Math.SQRT1_2, 0], 1e-6);
    assert.deepEqual(model.outputs[0].shape, [null, 9, 5]);
    assert.deepEqual(tf.layers.stftSpectrogram(layer.getConfig()).getConfig(), layer.getConfig());
  });
});
