// SPDX-License-Identifier: Apache-2.0
#include "kernels/lrn.h"

#include <algorithm>

#include "kernels/map_elements.h"
#include "kernels/thread_pool.h"
#include "kernels/vector_math.h"

namespace tfwasm {

namespace {

constexpr int64_t kBlock = 16;

// Adds the squares of in[first], in[first + 1], ..., clipped to [0, channels).
void AddSquares(const float* in, int64_t first, int64_t channels, float* sums) {
  if (first >= 0 && first + kBlock <= channels) {
    for (int64_t k = 0; k < kBlock; ++k) sums[k] += in[first + k] * in[first + k];
    return;
  }
  const int64_t end = std::min(kBlock, channels - first);
#pragma clang loop vectorize(disable) unroll(disable)
  for (int64_t k = std::max<int64_t>(0, -first); k < end; ++k) {
    sums[k] += in[first + k] * in[first + k];
  }
}

void NormalizeRow(const LrnSpec& spec, int64_t channels, const float* in, float* out) {
  const auto [limit, bias, alpha, beta] = spec;
  const int64_t radius = std::min(limit, channels - 1);
  for (int64_t c = 0; c < channels; c += kBlock) {
    float sums[kBlock] = {};
    for (int64_t offset = -radius; offset <= radius; ++offset) {
      AddSquares(in, c + offset, channels, sums);
    }
    const auto count = static_cast<size_t>(std::min(kBlock, channels - c));
    MapPairs(in + c, sums, out + c, count, [=](float x, float sum) {
      return x * vector_math::Exp(-beta * vector_math::Log(bias + alpha * sum));
    });
  }
}

}  // namespace

void Lrn(const LrnSpec& spec, int64_t rows, int64_t channels, const float* in, float* out) {
  const int64_t window = 2 * std::min(spec.radius, channels) + 20;
  ParallelFor(rows, static_cast<double>(channels * window), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      NormalizeRow(spec, channels, in + i * channels, out + i * channels);
    }
  });
}

}  // namespace tfwasm
