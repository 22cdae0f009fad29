// SPDX-License-Identifier: Apache-2.0
#include "kernels/int8_quantization.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

constexpr float kLargestWeight = 127;
constexpr float kLeast = -128;
constexpr float kLevels = 255;

// For these loops per element. A number of operations, compared with products.
constexpr double kWorkPerElement = 2;

// Values per thread's share of the search for a range.
constexpr int64_t kBlock = int64_t{1} << 14;

struct Extremes {
  float min = 0;
  float max = 0;
  uint32_t magnitude = 0;  // the largest, as bits: NaN exceeds infinity
};

Extremes FindExtremes(const float* values, int64_t count) {
  constexpr int64_t kLanes = 16;
  float mins[kLanes] = {};
  float maxs[kLanes] = {};
  uint32_t magnitudes[kLanes] = {};
  const auto look = [&](const float* from, int64_t width) {
    for (int64_t i = 0; i < width; ++i) {
      mins[i] = from[i] < mins[i] ? from[i] : mins[i];
      maxs[i] = maxs[i] < from[i] ? from[i] : maxs[i];
      const uint32_t magnitude = std::bit_cast<uint32_t>(from[i]) & 0x7fffffff;
      magnitudes[i] = magnitudes[i] < magnitude ? magnitude : magnitudes[i];
    }
  };
  for (; count >= kLanes; count -= kLanes, values += kLanes) look(values, kLanes);
  look(values, count);
  return {.min = *std::min_element(mins, mins + kLanes),
          .max = *std::max_element(maxs, maxs + kLanes),
          .magnitude = *std::max_element(magnitudes, magnitudes + kLanes)};
}

Extremes FindExtremesInParallel(const float* values, int64_t count) {
  if (count <= kBlock) return FindExtremes(values, count);
  std::vector<Extremes> parts(static_cast<size_t>((count + kBlock - 1) / kBlock));
  ParallelFor(static_cast<int64_t>(parts.size()), static_cast<double>(kBlock) * kWorkPerElement,
              [&](int64_t begin, int64_t end) {
                for (int64_t i = begin; i < end; ++i) {
                  parts[static_cast<size_t>(i)] =
                      FindExtremes(values + i * kBlock, std::min(kBlock, count - i * kBlock));
                }
              });
  Extremes all;
  for (const Extremes& part : parts) {
    all.min = std::min(all.min, part.min);
    all.max = std::max(all.max, part.max);
    all.magnitude = std::max(all.magnitude, part.magnitude);
  }
  return all;
}

Int8Range RangeOf(const Extremes& extremes) {
  Int8Range range;
  range.is_finite =
      extremes.magnitude < std::bit_cast<uint32_t>(std::numeric_limits<float>::infinity());
  // In double precision: the difference may exceed the largest float.
  const double width = double{extremes.max} - double{extremes.min};
  // Below, the reciprocal of the scale is not finite; all values become zero.
  constexpr double kLeastWidth = 1e-35;
  if (!range.is_finite || width < kLeastWidth) return range;
  range.scale = static_cast<float>(width / kLevels);
  const double zero = kLeast - double{extremes.min} / double{range.scale};
  range.zero_point = static_cast<int32_t>(std::clamp(std::round(zero), -128.0, 127.0));
  return range;
}

// Rounds by adding a number whose unit in the last place is 1.
void Quantize(const float* __restrict values, int64_t count, const Int8Range& range,
              int8_t* __restrict stored) {
  constexpr float kRound = 0x1.8p23F;
  const float factor = 1 / range.scale;
  const auto zero = static_cast<float>(range.zero_point);
  const float least = kLeast - zero;
  const float most = least + kLevels;
  const int32_t offset = std::bit_cast<int32_t>(kRound) - range.zero_point;
  for (int64_t i = 0; i < count; ++i) {
    float scaled = values[i] * factor;
    scaled = scaled < least ? least : scaled;
    scaled = most < scaled ? most : scaled;
    stored[i] = static_cast<int8_t>(std::bit_cast<int32_t>(scaled + kRound) - offset);
  }
}

}  // namespace

Int8Weights::Int8Weights(int64_t inputs, int64_t outputs, const float* weights, bool is_transposed)
    : values(static_cast<size_t>(inputs * outputs)), scales(static_cast<size_t>(outputs)) {
  const int64_t input_stride = is_transposed ? 1 : outputs;
  const int64_t output_stride = is_transposed ? inputs : 1;
  for (int64_t output = 0; output < outputs; ++output) {
    const float* from = weights + output * output_stride;
    float largest = 0;
    for (int64_t i = 0; i < inputs; ++i)
      largest = std::max(largest, std::abs(from[i * input_stride]));
    const float scale = largest / kLargestWeight;
    // Denormal weights count as zero.
    const float factor = scale < std::numeric_limits<float>::min() ? 0 : 1 / scale;
    scales[static_cast<size_t>(output)] = factor == 0 ? 1 : scale;
    int8_t* to = values.data() + output * inputs;
    for (int64_t i = 0; i < inputs; ++i) {
      const float scaled = std::round(from[i * input_stride] * factor);
      to[i] = static_cast<int8_t>(std::clamp(scaled, -kLargestWeight, kLargestWeight));
    }
  }
}

Int8Range QuantizeToInt8(const float* values, int64_t count, int8_t* stored) {
  const Int8Range range = RangeOf(FindExtremesInParallel(values, count));
  if (!range.is_finite) {
    std::fill_n(stored, count, int8_t{0});
    return range;
  }
  ParallelFor((count + kBlock - 1) / kBlock, static_cast<double>(kBlock) * kWorkPerElement,
              [&](int64_t begin, int64_t end) {
                const int64_t first = begin * kBlock;
                Quantize(values + first, std::min(count, end * kBlock) - first, range,
                         stored + first);
              });
  return range;
}

}  // namespace tfwasm
