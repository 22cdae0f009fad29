// SPDX-License-Identifier: Apache-2.0
#include "kernels/int8_quantization.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "kernels/simd.h"
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
  constexpr int64_t kVectors = 2;  // so that comparisons need not wait for each other
  constexpr auto kLanes = static_cast<int64_t>(kFloatLanes);
  FloatVector mins[kVectors] = {};
  FloatVector maxs[kVectors] = {};
  VectorOf<uint32_t> magnitudes[kVectors] = {};
  const auto look = [&](const float* from) {
    for (int64_t i = 0; i < kVectors; ++i) {
      const auto x = Load<FloatVector>(from + i * kLanes);
      mins[i] = x < mins[i] ? x : mins[i];
      maxs[i] = maxs[i] < x ? x : maxs[i];
      const auto magnitude = std::bit_cast<VectorOf<uint32_t>>(x) & 0x7fffffffU;
      magnitudes[i] = magnitudes[i] < magnitude ? magnitude : magnitudes[i];
    }
  };
  constexpr int64_t kStep = kVectors * kLanes;
  for (; count >= kStep; count -= kStep, values += kStep) look(values);
  float rest[kStep] = {};
  std::copy_n(values, count, rest);
  look(rest);
  Extremes all;
  for (int64_t i = 0; i < kStep; ++i) {
    all.min = std::min(all.min, mins[i / kLanes][i % kLanes]);
    all.max = std::max(all.max, maxs[i / kLanes][i % kLanes]);
    all.magnitude = std::max(all.magnitude, magnitudes[i / kLanes][i % kLanes]);
  }
  return all;
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
class Quantizer {
 public:
  explicit Quantizer(const Int8Range& range)
      : factor_(1 / range.scale),
        least_(kLeast - static_cast<float>(range.zero_point)),
        most_(least_ + kLevels),
        offset_(std::bit_cast<int32_t>(kRound) - range.zero_point) {}

  void Run(const float* values, int64_t count, int8_t* stored) const {
    for (; count >= kBytes; count -= kBytes, values += kBytes, stored += kBytes) {
      Store(Quantize(values), stored);
    }
    if (count == 0) return;
    float rest[kBytes] = {};
    std::copy_n(values, count, rest);
    const Bytes bytes = Quantize(rest);
    std::copy_n(reinterpret_cast<const int8_t*>(&bytes), count, stored);
  }

 private:
  using Ints = VectorOf<int32_t>;
  using Bytes = VectorOf<int8_t>;
  static constexpr float kRound = 0x1.8p23F;
  static constexpr int64_t kBytes = 16;

  // The lowest bytes are the numbers.
  Bytes QuantizeFour(const float* values) const {
    FloatVector scaled = Load<FloatVector>(values) * factor_;
    const auto least = All<FloatVector>(least_);
    const auto most = All<FloatVector>(most_);
    scaled = scaled < least ? least : scaled;
    scaled = most < scaled ? most : scaled;
    return std::bit_cast<Bytes>(std::bit_cast<Ints>(scaled + kRound) - offset_);
  }
  Bytes QuantizeEight(const float* values) const {
    return __builtin_shufflevector(QuantizeFour(values), QuantizeFour(values + kFloatLanes), 0, 4,
                                   8, 12, 16, 20, 24, 28, 0, 4, 8, 12, 16, 20, 24, 28);
  }
  Bytes Quantize(const float* values) const {
    return __builtin_shufflevector(QuantizeEight(values), QuantizeEight(values + 2 * kFloatLanes),
                                   0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
  }

  float factor_;
  float least_;
  float most_;
  int32_t offset_;
};

}  // namespace

Int8Weights::Int8Weights(int64_t inputs, int64_t outputs, const float* weights, bool is_transposed)
    : values(static_cast<size_t>(inputs * outputs)), scales(static_cast<size_t>(outputs)) {
  const int64_t input_stride = is_transposed ? 1 : outputs;
  const int64_t output_stride = is_transposed ? inputs : 1;
  // Some outputs at a time, so that reads are contiguous in TensorFlow's layout.
  constexpr int64_t kBlockOutputs = 16;
  for (int64_t first = 0; first < outputs; first += kBlockOutputs) {
    const int64_t width = std::min(kBlockOutputs, outputs - first);
    const float* const block = weights + first * output_stride;
    float factors[kBlockOutputs] = {};
    for (int64_t i = 0; i < inputs; ++i) {
      for (int64_t j = 0; j < width; ++j) {
        factors[j] = std::max(factors[j], std::abs(block[i * input_stride + j * output_stride]));
      }
    }
    for (int64_t j = 0; j < width; ++j) {
      const float scale = factors[j] / kLargestWeight;
      // Denormal weights count as zero.
      factors[j] = scale < std::numeric_limits<float>::min() ? 0 : 1 / scale;
      scales[static_cast<size_t>(first + j)] = factors[j] == 0 ? 1 : scale;
    }
    int8_t* const to = values.data() + first * inputs;
    for (int64_t i = 0; i < inputs; ++i) {
      for (int64_t j = 0; j < width; ++j) {
        const float scaled = block[i * input_stride + j * output_stride] * factors[j];
        to[j * inputs + i] = static_cast<int8_t>(std::nearbyint(scaled));
      }
    }
  }
}

Int8Range QuantizeToInt8(const float* values, int64_t count, int8_t* stored) {
  const Int8Range range = RangeOf(FindExtremesInParallel(values, count));
  if (!range.is_finite) {
    std::fill_n(stored, count, int8_t{0});
    return range;
  }
  const Quantizer quantizer(range);
  ParallelFor((count + kBlock - 1) / kBlock, static_cast<double>(kBlock) * kWorkPerElement,
              [&](int64_t begin, int64_t end) {
                const int64_t first = begin * kBlock;
                quantizer.Run(values + first, std::min(count, end * kBlock) - first,
                              stored + first);
              });
  return range;
}

}  // namespace tfwasm
