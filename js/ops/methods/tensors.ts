// SPDX-License-Identifier: Apache-2.0
// Functions that return a tensor of any rank.
export { dot, matMul } from '../matrix.js';
export { norm } from '../reduce.js';
export { stridedSlice } from '../shape.js';
export { fft, ifft, irfft, rfft } from '../spectral.js';
