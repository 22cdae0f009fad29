// SPDX-License-Identifier: Apache-2.0
#include "kernels/fft.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "kernels/trigonometry.h"

namespace tfwasm {

namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr int64_t kMostElements = int64_t{1} << 26;
constexpr int kLargestRadix = 13;

// Radix 4 first: later steps have longer inner loops, which the slower odd radices need more.
std::vector<int> Factor(int64_t size, int64_t& rest) {
  std::vector<int> radices;
  rest = size;
  for (const int radix : {4, 2, 3, 5, 7, 11, kLargestRadix}) {
    for (; rest > 1 && rest % radix == 0; rest /= radix) radices.push_back(radix);
  }
  return radices;
}

int64_t WorkSize(int64_t size) {
  if (size > kMostElements) {
    Throw(Code::kLimit, "a Fourier transform of ", size, " elements is too long");
  }
  if (MixedRadixFft::Supports(size)) return size;
  return static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(2 * size - 1)));
}

// (a.re + i a.im) *= (re + i im)
void MultiplyBy(SplitComplex a, const float* __restrict re, const float* __restrict im,
                int64_t count) {
  float* __restrict ar = a.re;
  float* __restrict ai = a.im;
  for (int64_t i = 0; i < count; ++i) {
    const float x = ar[i];
    const float y = ai[i];
    ar[i] = x * re[i] - y * im[i];
    ai[i] = x * im[i] + y * re[i];
  }
}

// One step of Stockham's algorithm. Transforms the `radix` rows of each group of x [radix, groups,
// stride], multiplies by twiddle factors (powers of `turn`), and stores them as y [groups, radix,
// stride].
struct Step {
  int64_t groups;
  int64_t stride;
  int64_t turn;  // the step in the table of roots per group
  const float* cos;
  const float* sin;
  int64_t size;

  void Radix4(SplitComplex x, SplitComplex y) const;
  void Radix(int radix, SplitComplex x, SplitComplex y) const;
};

void Step::Radix4(SplitComplex x, SplitComplex y) const {
  const int64_t row = groups * stride;
  for (int64_t p = 0; p < groups; ++p) {
    float c[4];
    float s[4];
    for (int64_t k = 1; k < 4; ++k) {
      c[k] = cos[p * k * turn];
      s[k] = -sin[p * k * turn];
    }
    const float* __restrict xr = x.re + p * stride;
    const float* __restrict xi = x.im + p * stride;
    float* __restrict yr = y.re + 4 * p * stride;
    float* __restrict yi = y.im + 4 * p * stride;
    for (int64_t q = 0; q < stride; ++q) {
      const float even_re = xr[q] + xr[q + 2 * row];
      const float even_im = xi[q] + xi[q + 2 * row];
      const float diff_re = xr[q] - xr[q + 2 * row];
      const float diff_im = xi[q] - xi[q + 2 * row];
      const float odd_re = xr[q + row] + xr[q + 3 * row];
      const float odd_im = xi[q + row] + xi[q + 3 * row];
      // -i times the difference.
      const float turned_re = xi[q + row] - xi[q + 3 * row];
      const float turned_im = xr[q + 3 * row] - xr[q + row];
      const float re[4] = {even_re + odd_re, diff_re + turned_re, even_re - odd_re,
                           diff_re - turned_re};
      const float im[4] = {even_im + odd_im, diff_im + turned_im, even_im - odd_im,
                           diff_im - turned_im};
      yr[q] = re[0];
      yi[q] = im[0];
      for (int64_t k = 1; k < 4; ++k) {
        yr[q + k * stride] = re[k] * c[k] - im[k] * s[k];
        yi[q + k * stride] = re[k] * s[k] + im[k] * c[k];
      }
    }
  }
}

void Step::Radix(int radix, SplitComplex x, SplitComplex y) const {
  const int64_t root = size / radix;
  for (int64_t p = 0; p < groups; ++p) {
    for (int64_t k = 0; k < radix; ++k) {
      float* __restrict yr = y.re + (radix * p + k) * stride;
      float* __restrict yi = y.im + (radix * p + k) * stride;
      std::fill_n(yr, stride, 0.0f);
      std::fill_n(yi, stride, 0.0f);
      for (int64_t j = 0; j < radix; ++j) {
        // The DFT root and the twiddle factor combined.
        const int64_t at = (j * k % radix * root + p * k * turn) % size;
        const float c = cos[at];
        const float s = -sin[at];
        const float* __restrict xr = x.re + (j * groups + p) * stride;
        const float* __restrict xi = x.im + (j * groups + p) * stride;
        for (int64_t q = 0; q < stride; ++q) {
          yr[q] += xr[q] * c - xi[q] * s;
          yi[q] += xr[q] * s + xi[q] * c;
        }
      }
    }
  }
}

}  // namespace

bool MixedRadixFft::Supports(int64_t size) {
  int64_t rest;
  Factor(size, rest);
  return rest <= 1;
}

MixedRadixFft::MixedRadixFft(int64_t size) : size_(size) {
  int64_t rest;
  radices_ = Factor(size, rest);
  const auto count = static_cast<size_t>(size);
  cos_.resize(count);
  sin_.resize(count);
  for (size_t k = 0; k < count; ++k) {
    const double angle = 2 * kPi * static_cast<double>(k) / static_cast<double>(size);
    cos_[k] = static_cast<float>(Cosine(angle));
    sin_[k] = static_cast<float>(Sine(angle));
  }
}

void MixedRadixFft::Run(SplitComplex data, SplitComplex work) const {
  SplitComplex x = data;
  SplitComplex y = work;
  Step step{.groups = size_,
            .stride = 1,
            .turn = 1,
            .cos = cos_.data(),
            .sin = sin_.data(),
            .size = size_};
  for (const int radix : radices_) {
    step.groups /= radix;
    if (radix == 4) {
      step.Radix4(x, y);
    } else {
      step.Radix(radix, x, y);
    }
    step.stride *= radix;
    step.turn *= radix;
    std::swap(x, y);
  }
  if (x.re == data.re) return;
  std::copy_n(x.re, size_, data.re);
  std::copy_n(x.im, size_, data.im);
}

Fft::Fft(int64_t size) : size_(size), work_size_(WorkSize(size)), core_(work_size_) {
  if (work_size_ != size_) PrepareChirp();
}

void Fft::PrepareChirp() {
  const auto count = static_cast<size_t>(size_);
  const auto wrapped = static_cast<size_t>(work_size_);
  chirp_re_.resize(count);
  chirp_im_.resize(count);
  filter_re_.resize(wrapped);
  filter_im_.resize(wrapped);
  for (size_t k = 0; k < count; ++k) {
    // Reducing the square modulo the period keeps the angle precise.
    const uint64_t square = static_cast<uint64_t>(k) * k % (2 * count);
    const double angle = kPi * static_cast<double>(square) / static_cast<double>(size_);
    chirp_re_[k] = static_cast<float>(Cosine(angle));
    chirp_im_[k] = static_cast<float>(-Sine(angle));
    for (const size_t place : {k, (wrapped - k) % wrapped}) {
      filter_re_[place] = chirp_re_[k];
      filter_im_[place] = -chirp_im_[k];
    }
  }
  std::vector<float> work(2 * wrapped);
  core_.Run({filter_re_.data(), filter_im_.data()}, {work.data(), work.data() + wrapped});
  // Includes the factor 1 / size of the inverse transform.
  for (float& value : filter_re_) value /= static_cast<float>(work_size_);
  for (float& value : filter_im_) value /= static_cast<float>(work_size_);
}

void Fft::Run(SplitComplex data, SplitComplex work) const {
  if (chirp_re_.empty()) return core_.Run(data, work);
  MultiplyBy(data, chirp_re_.data(), chirp_im_.data(), size_);
  std::fill(data.re + size_, data.re + work_size_, 0.0f);
  std::fill(data.im + size_, data.im + work_size_, 0.0f);
  core_.Run(data, work);
  MultiplyBy(data, filter_re_.data(), filter_im_.data(), work_size_);
  core_.Run({data.im, data.re}, {work.im, work.re});
  MultiplyBy(data, chirp_re_.data(), chirp_im_.data(), size_);
}

}  // namespace tfwasm
