// SPDX-License-Identifier: Apache-2.0
#include "kernels/scale_channels.h"

#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

void ScaleRows(const float* in, int64_t rows, int64_t channels, const float* factors,
               const float* terms, float* out) {
  ParallelFor(rows, static_cast<double>(channels), [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const float* x = in + row * channels;
      float* y = out + row * channels;
      for (int64_t c = 0; c < channels; ++c) y[c] = x[c] * factors[c] + terms[c];
    }
  });
}

void ScalePlanes(const float* in, const AxisSplit& split, const float* factors, const float* terms,
                 float* out) {
  const int64_t inner = split.inner;
  ParallelFor(split.outer * split.size, static_cast<double>(inner),
              [&](int64_t begin, int64_t end) {
                for (int64_t row = begin; row < end; ++row) {
                  const float factor = factors[row % split.size];
                  const float term = terms[row % split.size];
                  const float* x = in + row * inner;
                  float* y = out + row * inner;
                  for (int64_t i = 0; i < inner; ++i) y[i] = x[i] * factor + term;
                }
              });
}

}  // namespace

void ScaleChannels(const float* in, const AxisSplit& split, const float* factors,
                   const float* terms, float* out) {
  if (split.inner == 1) return ScaleRows(in, split.outer, split.size, factors, terms, out);
  ScalePlanes(in, split, factors, terms, out);
}

}  // namespace tfwasm
