// SPDX-License-Identifier: Apache-2.0
// Fourier transforms along the last dimension.
import { check } from '../core/errors.js';
import { run } from '../tensor/call.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkInt, ints } from '../tensor/written.js';
import { arg, floatArg } from './arguments.js';
import { real } from './creation.js';
import { opFunction } from './op-function.js';

const lastDimension = (x: Tensor): number => (x.shape as number[])[x.rank - 1] ?? 0;

/** The discrete Fourier transform of complex64 values. */
export const fft = opFunction('fft', (input: Tensor): Tensor => run('FFT', [arg(input, 'input', 'complex64')]));

/** The inverse of fft. */
export const ifft = opFunction('ifft', (input: Tensor): Tensor => run('IFFT', [arg(input, 'input', 'complex64')]));

/**
 * The Fourier transform of real values. Returns only the non-redundant fftLength / 2 + 1 values.
 *
 * @param fftLength The last dimension is truncated or zero-padded to it.
 */
export const rfft = opFunction('rfft', (input: Tensor, fftLength?: number | null): Tensor => {
  const x = floatArg(input, 'input');
  const length = fftLength ?? lastDimension(x);
  check(checkInt(length, 'the length') > 0, () => `the length must be positive, got ${length}`);
  return run('RFFT', [x, ints([length])]);
});

/** The inverse of rfft: n values give 2 * (n - 1). */
export const irfft = opFunction('irfft', (input: Tensor): Tensor => {
  const x = arg(input, 'input', 'complex64');
  const length = lastDimension(x);
  return length === 1 ? real(x) : run('IRFFT', [x, ints([2 * (length - 1)])]);
});
