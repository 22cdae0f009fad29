// SPDX-License-Identifier: Apache-2.0
#include "kernels/log_softmax.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/fold.h"
#include "kernels/map_elements.h"
#include "kernels/simd.h"
#include "kernels/thread_pool.h"
#include "kernels/vector_math.h"

namespace tfwasm {

namespace {

// Four vectors. With fewer, the latency of the additions would exceed the time of the exponentials.
constexpr size_t kBlock = 16;

// May miss a NaN; the sum of the exponentials propagates it.
float MaxOf(const float* in, size_t count) {
  const auto max = [](float a, float b) { return a < b ? b : a; };
  float result = in[0];
  size_t i = 0;
  if (count >= kBlock) {
    float lanes[kBlock];
    std::copy_n(in, kBlock, lanes);
    for (i = kBlock; i + kBlock <= count; i += kBlock) {
#pragma clang loop vectorize(enable) vectorize_width(4) interleave_count(4)
      for (size_t k = 0; k < kBlock; ++k) lanes[k] = max(lanes[k], in[i + k]);
    }
    result = FoldLanes<kBlock, float>(lanes, max);
  }
  for (; i < count; ++i) result = max(result, in[i]);
  return result;
}

// The sum of exp(in[i] - max).
float SumOfExp(const float* in, size_t count, float max) {
  using Vector = VectorOf<float>;
  constexpr size_t kVectors = kBlock * sizeof(float) / sizeof(Vector);
  Vector sums[kVectors] = {};
  size_t i = 0;
  for (; i + kBlock <= count; i += kBlock) {
#pragma clang loop unroll(full)
    for (size_t v = 0; v < kVectors; ++v) {
      const auto x = Load<Vector>(in + i + v * (kBlock / kVectors));
      sums[v] += vector_math::ExpOfNegative(x - max);
    }
  }
  float lanes[kBlock];
  std::memcpy(lanes, sums, sizeof(lanes));
  for (size_t k = 0; i + k < count; ++k) lanes[k] += vector_math::ExpOfNegative(in[i + k] - max);
  return FoldLanes<kBlock, float>(lanes, [](float a, float b) { return a + b; });
}

void LogSoftmaxRow(const float* in, float* out, size_t count) {
  const float max = MaxOf(in, count);
  const float log_sum = std::log(SumOfExp(in, count, max));
  // Subtracts the maximum first. Added to a large maximum, the logarithm would be rounded away.
  MapElements(in, out, count, [max, log_sum](float x) { return x - max - log_sum; });
}

}  // namespace

void LogSoftmax(const float* in, float* out, int64_t rows, int64_t columns) {
  // An exponential costs about as much as four elements.
  ParallelFor(rows, 4.0 * static_cast<double>(columns), [&](int64_t begin, int64_t end) {
    for (int64_t offset = begin * columns; offset < end * columns; offset += columns) {
      LogSoftmaxRow(in + offset, out + offset, static_cast<size_t>(columns));
    }
  });
}

}  // namespace tfwasm
