// SPDX-License-Identifier: Apache-2.0
// Framing and short-time Fourier transform of signals.
import { check } from '../core/errors.js';
import { callUser, publicFunction } from '../core/public-function.js';
import { zeros } from '../tensor/factories.js';
import type { Tensor, Tensor1D } from '../tensor/tensor.js';
import { checkInt } from '../tensor/written.js';
import { arg, checkRank } from './arguments.js';
import { add, mul, sub } from './arithmetic.js';
import { range } from './creation.js';
import { gather } from './gather.js';
import { opFunction } from './op-function.js';
import { pad } from './shape.js';
import { rfft } from './spectral.js';
import { cos } from './unary.js';

/** The smallest power of two that is not less than the value. */
export const enclosingPowerOfTwo = publicFunction(
  'enclosingPowerOfTwo',
  (value: number): number => 2 ** Math.max(0, Math.ceil(Math.log2(value))),
);

/** The window a - b * cos over one period, float32 [windowLength]. */
export const cosineWindow = opFunction('cosineWindow', (windowLength: number, a: number, b: number): Tensor1D => {
  // Windows of even length are periodic, those of odd length symmetric.
  const period = windowLength % 2 === 0 ? windowLength : windowLength - 1;
  return sub<Tensor1D>(a, mul(cos(mul(range(0, windowLength), (2 * Math.PI) / period)), b));
});

/** The Hamming window. */
export function hammingWindow(windowLength: number): Tensor1D {
  return cosineWindow(windowLength, 0.54, 0.46);
}

/** The Hann window. */
export function hannWindow(windowLength: number): Tensor1D {
  return cosineWindow(windowLength, 0.5, 0.5);
}

/** The frames of a signal as rows. padEnd includes frames beyond the end, padded with padValue. */
export const frame = opFunction(
  'frame',
  (signal: Tensor1D, frameLength: number, frameStep: number, padEnd = false, padValue = 0): Tensor => {
    const values = arg(signal, 'signal', 'numeric');
    checkRank(values, 'signal', 1);
    const { size } = values;
    check(checkInt(frameLength, 'the length') > 0, () => `the length must be positive, got ${frameLength}`);
    // A step of 0 would give frames without end.
    const least = padEnd || size >= frameLength ? 1 : 0;
    check(checkInt(frameStep, 'the step') >= least, () => `the step must be positive, got ${frameStep}`);
    const count = padEnd ? Math.ceil(size / frameStep) : Math.max(0, Math.floor((size - frameLength) / frameStep) + 1);
    if (count === 0) return zeros([0, frameLength], values.dtype);
    const end = (count - 1) * frameStep + frameLength;
    const padded = end > size ? pad(values, [[0, end - size]], padValue) : values;
    const starts = range(0, count * frameStep, frameStep, 'int32').reshape<'R2'>([count, 1]);
    return gather<Tensor>(padded, add(starts, range(0, frameLength, 1, 'int32')));
  },
);

/** Short-time Fourier transform: rfft of windowed frames. */
export const stft = opFunction(
  'stft',
  (
    signal: Tensor1D,
    frameLength: number,
    frameStep: number,
    fftLength: number = enclosingPowerOfTwo(frameLength),
    windowFn: (length: number) => Tensor1D = hannWindow,
  ): Tensor => rfft(mul(frame(signal, frameLength, frameStep), callUser(windowFn, frameLength)), fftLength),
);
