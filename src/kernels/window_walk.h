// SPDX-License-Identifier: Apache-2.0
// How kernels of gradients walk over windows.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "kernels/thread_pool.h"
#include "kernels/window_gradients.h"

namespace tfwasm {

// The coordinates of an output position.
struct OutputPlace {
  OutputPlace() = default;
  OutputPlace(const VolumeWindows& windows, int64_t pixel)
      : at{pixel / (windows.out[1] * windows.out[2]), pixel / windows.out[2] % windows.out[1],
           pixel % windows.out[2]} {}

  std::array<int64_t, VolumeWindows::kAxes> at{};
};

// Calls fn(tap, input pixel) for the taps of a window that are not in the padding, in raster order.
template <typename F>
void ForEachTap(const VolumeWindows& windows, const OutputPlace& place, const F& fn) {
  int64_t tap = 0;
  for (int64_t z = 0; z < windows.axes[0].size; ++z) {
    const int64_t depth = windows.Position(0, place.at[0], z);
    for (int64_t y = 0; y < windows.axes[1].size; ++y) {
      const int64_t row = windows.Position(1, place.at[1], y);
      const bool is_row = depth >= 0 && depth < windows.in[0] && row >= 0 && row < windows.in[1];
      if (!is_row) {
        tap += windows.axes[2].size;
        continue;
      }
      const int64_t first = (depth * windows.in[1] + row) * windows.in[2];
      for (int64_t x = 0; x < windows.axes[2].size; ++x, ++tap) {
        const int64_t column = windows.Position(2, place.at[2], x);
        if (column >= 0 && column < windows.in[2]) fn(tap, first + column);
      }
    }
  }
}

// Calls fn(place, pixel) for all output positions in raster order. Divides nothing.
template <typename F>
void ForEachOutput(const VolumeWindows& windows, const F& fn) {
  OutputPlace place;
  auto& [z, y, x] = place.at;
  int64_t pixel = 0;
  for (z = 0; z < windows.out[0]; ++z) {
    for (y = 0; y < windows.out[1]; ++y) {
      for (x = 0; x < windows.out[2]; ++x) fn(place, pixel++);
    }
  }
}

// The channels that a thread works on at a time.
inline constexpr int64_t kChannelBlock = 16;

// Calls fn(batch, first channel, last channel) for parts that different threads may work on, since
// windows of one image overlap.
template <typename F>
void ForEachPart(const VolumeWindows& windows, int64_t channels, const F& fn) {
  const int64_t blocks = (channels + kChannelBlock - 1) / kChannelBlock;
  const auto work = static_cast<double>(windows.out_pixels() * windows.taps() * kChannelBlock);
  ParallelFor(windows.batch * blocks, work, [&](int64_t begin, int64_t end) {
    for (int64_t part = begin; part < end; ++part) {
      const int64_t first = part % blocks * kChannelBlock;
      fn(part / blocks, first, std::min(channels, first + kChannelBlock));
    }
  });
}

inline void Zero(float* data, int64_t count) {
  std::memset(data, 0, static_cast<size_t>(count) * sizeof(float));
}

}  // namespace tfwasm
