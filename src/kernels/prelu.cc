// SPDX-License-Identifier: Apache-2.0
#include "kernels/prelu.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "core/error.h"
#include "kernels/simd.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

// Keras's formula, which takes fewer instructions than a select between x and slope * x. The two
// differ only for an infinite slope: NaN if x > 0.
float PreluOf(float x, float slope) { return slope * (0 < x ? 0 : x) + (x < 0 ? 0 : x); }

// min(x, 0) and max(x, 0), computed on the bits as integers, for which processors have more
// execution units.
FloatVector PreluOf(FloatVector x, FloatVector slope) {
  using Bits = VectorOf<int32_t>;
  const auto bits = std::bit_cast<Bits>(x);
  const Bits negative = bits < 0 ? bits : Bits{};
  const Bits positive = bits < 0 ? Bits{} : bits;
  return MultiplyAdd(slope, std::bit_cast<FloatVector>(negative),
                     std::bit_cast<FloatVector>(positive));
}

constexpr auto kPrelu = Wide{[](float x, float slope) { return PreluOf(x, slope); }};

BroadcastMap MapFor(const Shape& x, const Shape& slopes) {
  if (!(BroadcastShapes(x, slopes) == x)) {
    Throw(Code::kShape, "the shape ", slopes, " does not broadcast to ", x);
  }
  const std::array<Shape, 2> operands = {x, slopes};
  return BroadcastMap(MapLoopOf<std::remove_const_t<decltype(kPrelu)>, float, float, float>(), x,
                      operands, 1);
}

// The number of channels if each has its own slope and they fill whole vectors, else 0.
int64_t ChannelsOf(const Shape& x, const Shape& slopes) {
  if (x.rank() == 0) return 0;
  const int64_t channels = x[x.rank() - 1];
  const bool has_slopes = slopes.rank() > 0 && slopes[slopes.rank() - 1] == channels &&
                          slopes.NumElements() == channels;
  return has_slopes && channels % int64_t{kFloatLanes} == 0 ? channels : 0;
}

// kVectors vectors in each of kRows rows, `stride` elements apart. All rows share the loaded
// slopes.
template <size_t kRows, size_t kVectors>
inline void RunTile(const float* x, const float* slopes, float* out, size_t stride) {
  FloatVector slope[kVectors];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < kVectors; ++i) slope[i] = Load<FloatVector>(slopes + i * kFloatLanes);
#pragma clang loop unroll(full)
  for (size_t row = 0; row < kRows; ++row) {
#pragma clang loop unroll(full)
    for (size_t i = 0; i < kVectors; ++i) {
      const size_t at = row * stride + i * kFloatLanes;
      Store(PreluOf(Load<FloatVector>(x + at), slope[i]), out + at);
    }
  }
}

// kRows contiguous rows.
template <size_t kRows>
inline void RunRows(const float* x, const float* slopes, float* out, size_t channels) {
  constexpr size_t kVectors = 4;
  size_t c = 0;
  for (; c + kVectors * kFloatLanes <= channels; c += kVectors * kFloatLanes) {
    RunTile<kRows, kVectors>(x + c, slopes + c, out + c, channels);
  }
  for (; c < channels; c += kFloatLanes) {
    RunTile<kRows, 1>(x + c, slopes + c, out + c, channels);
  }
}

// Not inlined: the caller's variables would take up registers.
[[gnu::noinline]] void RunAll(const float* x, const float* slopes, float* out, size_t channels,
                              size_t rows) {
  constexpr size_t kRows = 2;
  for (; rows >= kRows; rows -= kRows, x += kRows * channels, out += kRows * channels) {
    RunRows<kRows>(x, slopes, out, channels);
  }
  if (rows > 0) RunRows<1>(x, slopes, out, channels);
}

}  // namespace

Prelu::Prelu(const Shape& x, const Shape& slopes)
    : map_(MapFor(x, slopes)), channels_(ChannelsOf(x, slopes)) {
  if (channels_ > 0) rows_ = x.NumElements() / channels_;
}

void Prelu::Run(const float* x, const float* slopes, float* out) const {
  if (channels_ == 0) {
    const void* operands[] = {x, slopes};
    return map_.Run(nullptr, operands, out);
  }
  const auto channels = static_cast<size_t>(channels_);
  ParallelFor(rows_, static_cast<double>(channels_), [=, this](int64_t row, int64_t end) {
    RunAll(x + row * channels_, slopes, out + row * channels_, channels,
           static_cast<size_t>(end - row));
  });
}

}  // namespace tfwasm
