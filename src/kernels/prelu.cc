// SPDX-License-Identifier: Apache-2.0
#include "kernels/prelu.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "core/error.h"
#include "kernels/simd.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

using Vector = VectorOf<float>;
constexpr size_t kLanes = sizeof(Vector) / sizeof(float);

// As Keras has it, with fewer instructions than a choice between x and slope * x. They differ for
// an infinite slope alone: NaN where x > 0.
float PreluOf(float x, float slope) { return slope * (0 < x ? 0 : x) + (x < 0 ? 0 : x); }

// The minimum and the maximum are those of the bits as integers, for which processors have more
// units.
Vector PreluOf(Vector x, Vector slope) {
  using Bits = VectorOf<int32_t>;
  const auto bits = std::bit_cast<Bits>(x);
  const Bits negative = bits < 0 ? bits : Bits{};
  const Bits positive = bits < 0 ? Bits{} : bits;
  return MultiplyAdd(slope, std::bit_cast<Vector>(negative), std::bit_cast<Vector>(positive));
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

// How many channels there are, if each has its slope and they fill vectors, else 0.
int64_t ChannelsOf(const Shape& x, const Shape& slopes) {
  if (x.rank() == 0) return 0;
  const int64_t channels = x[x.rank() - 1];
  const bool has_slopes = slopes.rank() > 0 && slopes[slopes.rank() - 1] == channels &&
                          slopes.NumElements() == channels;
  return has_slopes && channels % int64_t{kLanes} == 0 ? channels : 0;
}

// kVectors vectors of each of kRows rows, which are `stride` apart: all share the slopes.
template <size_t kRows, size_t kVectors>
inline void RunTile(const float* x, const float* slopes, float* out, size_t stride) {
  Vector slope[kVectors];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < kVectors; ++i) slope[i] = Load<Vector>(slopes + i * kLanes);
#pragma clang loop unroll(full)
  for (size_t row = 0; row < kRows; ++row) {
#pragma clang loop unroll(full)
    for (size_t i = 0; i < kVectors; ++i) {
      const size_t at = row * stride + i * kLanes;
      Store(PreluOf(Load<Vector>(x + at), slope[i]), out + at);
    }
  }
}

// Rows that lie one after the other, kRows at a time as long as there are so many; returns how many
// are left.
template <size_t kRows>
size_t RunRows(const float*& x, const float* slopes, float*& out, size_t channels, size_t rows) {
  constexpr size_t kVectors = 4;
  for (; rows >= kRows; rows -= kRows, x += kRows * channels, out += kRows * channels) {
    size_t c = 0;
    for (; c + kVectors * kLanes <= channels; c += kVectors * kLanes) {
      RunTile<kRows, kVectors>(x + c, slopes + c, out + c, channels);
    }
    for (; c < channels; c += kLanes) {
      RunTile<kRows, 1>(x + c, slopes + c, out + c, channels);
    }
  }
  return rows;
}

// Apart from its caller, whose variables would take up registers.
[[gnu::noinline]] void RunAll(const float* x, const float* slopes, float* out, size_t channels,
                              size_t rows) {
  rows = RunRows<2>(x, slopes, out, channels, rows);
  RunRows<1>(x, slopes, out, channels, rows);
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
