// SPDX-License-Identifier: Apache-2.0
// The discrete Fourier transform of any length in O(n log n): mixed-radix FFT for lengths without
// prime factors above 13, Bluestein's algorithm for the rest.
#pragma once

#include <cstdint>
#include <vector>

namespace tfwasm {

// Complex numbers in two arrays.
struct SplitComplex {
  float* re;
  float* im;
};

// For lengths without large prime factors. Stockham's algorithm, which needs no reordering.
class MixedRadixFft {
 public:
  explicit MixedRadixFft(int64_t size);

  static bool Supports(int64_t size);

  // Transforms `data` in place. `work` has the same length.
  void Run(SplitComplex data, SplitComplex work) const;

 private:
  int64_t size_;
  std::vector<int> radices_;
  std::vector<float> cos_;  // of 2 pi k / size
  std::vector<float> sin_;
};

class Fft {
 public:
  // Throws E_LIMIT for more than 2^26 elements.
  explicit Fft(int64_t size);

  // The length of each of the four arrays below, in floats; at least `size`.
  int64_t work_size() const { return work_size_; }

  // In place: y[k] = sum of x[j] exp(-2 pi i j k / size). For the inverse transform without the
  // factor 1 / size, swap the real and imaginary parts.
  void Run(SplitComplex data, SplitComplex work) const;

 private:
  void PrepareChirp();

  int64_t size_;
  int64_t work_size_;
  MixedRadixFft core_;
  // For Bluestein's algorithm: exp(-pi i k^2 / size), and the transform of its conjugate, wrapped
  // around.
  std::vector<float> chirp_re_, chirp_im_, filter_re_, filter_im_;
};

}  // namespace tfwasm
