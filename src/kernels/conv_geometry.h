// SPDX-License-Identifier: Apache-2.0
// Window positions of convolutions and poolings, by TensorFlow's rules.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/error.h"

namespace tfwasm {

enum class Padding { kValid, kSame, kExplicit };

// A window along one spatial axis.
struct WindowAxis {
  int64_t size = 1;
  int64_t stride = 1;
  int64_t dilation = 1;
  Padding padding = Padding::kValid;
  // Padding::kExplicit only.
  int64_t before = 0;
  int64_t after = 0;
  // Whether a window that is larger than the padded input gives an empty output. Else it is an
  // error, except if the excess is less than the stride.
  bool may_exceed = false;

  // The number of input positions from the first to the last tap.
  int64_t extent() const { return (size - 1) * dilation + 1; }
};

// The output size and padding of a WindowAxis for one input size.
struct AxisGeometry {
  int64_t output = 0;
  int64_t before = 0;
  int64_t after = 0;
};

// Throws E_SHAPE if the window exceeds the padded input and may not.
inline AxisGeometry ResolveAxis(const WindowAxis& axis, int64_t input) {
  AxisGeometry geometry;
  if (axis.padding == Padding::kSame) {
    geometry.output = (input + axis.stride - 1) / axis.stride;
    const int64_t covered = (geometry.output - 1) * axis.stride + axis.extent();
    const int64_t total = std::max<int64_t>(0, covered - input);
    geometry.before = total / 2;
    geometry.after = total - geometry.before;
    return geometry;
  }
  if (axis.padding == Padding::kExplicit) {
    geometry.before = axis.before;
    geometry.after = axis.after;
  }
  const int64_t padded = input + geometry.before + geometry.after;
  if (padded - axis.extent() + axis.stride < 0) {
    if (axis.may_exceed) return geometry;
    Throw(Code::kShape, "a window over ", axis.extent(), " elements does not fit an input of ",
          padded, " (padding included)");
  }
  geometry.output = (padded - axis.extent() + axis.stride) / axis.stride;
  return geometry;
}

// The windows of a 2D convolution or pooling.
struct Window2d {
  WindowAxis height;
  WindowAxis width;
};

// The axis with its padding for one input size made explicit.
inline WindowAxis WithExplicitPadding(WindowAxis axis, const AxisGeometry& geometry) {
  axis.padding = Padding::kExplicit;
  axis.before = geometry.before;
  axis.after = geometry.after;
  return axis;
}

// XNNPACK's indirection buffer has a pointer for every tap of every output pixel, and its size is
// computed with 32 bits on wasm32. Throws E_LIMIT if it would be unreasonably large.
inline void CheckIndirectionSize(const Window2d& window, int64_t out_height, int64_t out_width) {
  constexpr double kMaxPointers = 1 << 27;
  const double pointers = static_cast<double>(window.height.size) *
                          static_cast<double>(window.width.size) *
                          (static_cast<double>(out_height) * static_cast<double>(out_width) + 64);
  if (pointers > kMaxPointers) {
    Throw(Code::kLimit, "a window of ", window.height.size, "x", window.width.size,
          " over an output of ", out_height, "x", out_width, " is too large");
  }
}

// Like CheckIndirectionSize, for a transposed convolution, which rounds the columns of each stride
// phase up to a tile.
inline void CheckTransposedIndirectionSize(const Window2d& window, int64_t out_height,
                                           int64_t out_width) {
  constexpr int64_t kMostTile = 16;
  CheckIndirectionSize(window, out_height, out_width + kMostTile * window.width.stride);
}

}  // namespace tfwasm
