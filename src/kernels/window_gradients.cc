// SPDX-License-Identifier: Apache-2.0
#include "kernels/window_gradients.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

#include "kernels/scratch.h"
#include "kernels/thread_pool.h"
#include "kernels/transposed_product.h"

namespace tfwasm {

namespace {

// The coordinates of an output position.
struct OutputPlace {
  OutputPlace(const VolumeWindows& windows, int64_t pixel)
      : at{pixel / (windows.out[1] * windows.out[2]), pixel / windows.out[2] % windows.out[1],
           pixel % windows.out[2]} {}

  std::array<int64_t, VolumeWindows::kAxes> at;
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

// Calls fn(batch, first channel, last channel) for parts that different threads may work on, since
// windows of one image overlap.
template <typename F>
void ForEachPart(const VolumeWindows& windows, int64_t channels, const F& fn) {
  constexpr int64_t kBlock = 16;
  const int64_t blocks = (channels + kBlock - 1) / kBlock;
  const auto work = static_cast<double>(windows.out_pixels() * windows.taps() * kBlock);
  ParallelFor(windows.batch * blocks, work, [&](int64_t begin, int64_t end) {
    for (int64_t part = begin; part < end; ++part) {
      const int64_t first = part % blocks * kBlock;
      fn(part / blocks, first, std::min(channels, first + kBlock));
    }
  });
}

void Zero(float* data, int64_t count) {
  std::memset(data, 0, static_cast<size_t>(count) * sizeof(float));
}

}  // namespace

// Copies the windows of some outputs into rows (im2col) and multiplies these, transposed, by dy.
void ConvFilterGradient::Run(const float* in, const float* dy, float* filter) const {
  const int64_t taps = windows.taps();
  const int64_t columns = taps * group_inputs;
  const int64_t outputs = groups * group_outputs;
  const int64_t inputs = groups * group_inputs;
  Zero(filter, columns * outputs);
  const int64_t all = windows.batch * windows.out_pixels();
  const bool is_identity = taps == 1 && windows.in == windows.out && windows.before[0] == 0 &&
                           windows.before[1] == 0 && windows.before[2] == 0;
  if (is_identity) {
    for (int64_t group = 0; group < groups; ++group) {
      AddTransposedProduct(all, group_inputs, group_outputs, in + group * group_inputs, inputs,
                           dy + group * group_outputs, outputs, filter + group * group_outputs,
                           outputs);
    }
    return;
  }
  // Rows that fit the second-level cache.
  constexpr int64_t kCacheElements = int64_t{1} << 16;
  const int64_t chunk = std::clamp<int64_t>(kCacheElements / columns, 16, 512);
  const auto bytes = static_cast<uint64_t>(chunk * columns) * sizeof(float);
  for (int64_t group = 0; group < groups; ++group) {
    for (int64_t first = 0; first < all; first += chunk) {
      const int64_t count = std::min(chunk, all - first);
      auto* rows = static_cast<float*>(ScratchSpace(bytes));
      ParallelFor(count, static_cast<double>(columns), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          const int64_t batch = (first + i) / windows.out_pixels();
          const OutputPlace place(windows, (first + i) % windows.out_pixels());
          float* row = rows + i * columns;
          Zero(row, columns);
          ForEachTap(windows, place, [&](int64_t tap, int64_t pixel) {
            const float* from =
                in + (batch * windows.in_pixels() + pixel) * inputs + group * group_inputs;
            std::memcpy(row + tap * group_inputs, from,
                        static_cast<size_t>(group_inputs) * sizeof(float));
          });
        }
      });
      AddTransposedProduct(count, columns, group_outputs, rows, columns,
                           dy + first * outputs + group * group_outputs, outputs,
                           filter + group * group_outputs, outputs);
    }
  }
}

void DepthwiseGradient::Input(const float* filter, const float* dy, float* dx) const {
  Zero(dx, windows.batch * windows.in_pixels() * channels);
  ForEachPart(windows, channels, [&](int64_t batch, int64_t first, int64_t last) {
    float* image = dx + batch * windows.in_pixels() * channels;
    for (int64_t out = 0; out < windows.out_pixels(); ++out) {
      const float* from = dy + (batch * windows.out_pixels() + out) * channels * multiplier;
      ForEachTap(windows, OutputPlace(windows, out), [&](int64_t tap, int64_t pixel) {
        const float* weights = filter + tap * channels * multiplier;
        float* to = image + pixel * channels;
        if (multiplier == 1) {
          for (int64_t c = first; c < last; ++c) to[c] += weights[c] * from[c];
          return;
        }
        for (int64_t c = first; c < last; ++c) {
          for (int64_t j = c * multiplier; j < (c + 1) * multiplier; ++j) {
            to[c] += weights[j] * from[j];
          }
        }
      });
    }
  });
}

void DepthwiseGradient::Filter(const float* in, const float* dy, float* filter) const {
  Zero(filter, windows.taps() * channels * multiplier);
  VolumeWindows all = windows;
  all.batch = 1;  // threads share channels only
  ForEachPart(all, channels, [&](int64_t, int64_t first, int64_t last) {
    for (int64_t i = 0; i < windows.batch * windows.out_pixels(); ++i) {
      const int64_t batch = i / windows.out_pixels();
      const float* image = in + batch * windows.in_pixels() * channels;
      const float* from = dy + i * channels * multiplier;
      const OutputPlace place(windows, i % windows.out_pixels());
      ForEachTap(windows, place, [&](int64_t tap, int64_t pixel) {
        const float* values = image + pixel * channels;
        float* sums = filter + tap * channels * multiplier;
        if (multiplier == 1) {
          for (int64_t c = first; c < last; ++c) sums[c] += values[c] * from[c];
          return;
        }
        for (int64_t c = first; c < last; ++c) {
          for (int64_t j = c * multiplier; j < (c + 1) * multiplier; ++j) {
            sums[j] += values[c] * from[j];
          }
        }
      });
    }
  });
}

void PoolGradient::Max(const float* in, const float* out, const float* dy, float* dx) const {
  Zero(dx, windows.batch * windows.in_pixels() * channels);
  ForEachPart(windows, channels, [&](int64_t batch, int64_t first, int64_t last) {
    const int64_t offset = batch * windows.in_pixels();
    constexpr int64_t kMost = 16;
    for (int64_t pixel = 0; pixel < windows.out_pixels(); ++pixel) {
      const int64_t place = (batch * windows.out_pixels() + pixel) * channels;
      // What is left of dy: nothing once the maximum has been found.
      float left[kMost];
      for (int64_t c = first; c < last; ++c) left[c - first] = dy[place + c];
      ForEachTap(windows, OutputPlace(windows, pixel), [&](int64_t, int64_t at) {
        const float* values = in + (offset + at) * channels;
        float* to = dx + (offset + at) * channels;
        for (int64_t c = first; c < last; ++c) {
          const float maximum = out[place + c];
          // A NaN is the maximum.
          const bool is_maximum =
              values[c] == maximum || (values[c] != values[c] && maximum != maximum);
          const float part = is_maximum ? left[c - first] : 0.0f;
          left[c - first] = is_maximum ? 0.0f : left[c - first];
          to[c] += part;
        }
      });
    }
  });
}

void PoolGradient::Average(const float* dy, float* dx) const {
  Zero(dx, windows.batch * windows.in_pixels() * channels);
  ForEachPart(windows, channels, [&](int64_t batch, int64_t first, int64_t last) {
    float* image = dx + batch * windows.in_pixels() * channels;
    for (int64_t pixel = 0; pixel < windows.out_pixels(); ++pixel) {
      const OutputPlace place(windows, pixel);
      int64_t count = 0;
      ForEachTap(windows, place, [&](int64_t, int64_t) { ++count; });
      const float share = 1.0f / static_cast<float>(count);
      const float* from = dy + (batch * windows.out_pixels() + pixel) * channels;
      ForEachTap(windows, place, [&](int64_t, int64_t at) {
        float* to = image + at * channels;
        for (int64_t c = first; c < last; ++c) to[c] += from[c] * share;
      });
    }
  });
}

namespace {

// Calls fn(tap, pixel, channel, dy) for the first largest sum of input and filter of each window.
template <typename F>
void ForEachLargest(const DilationGradient& dilation, const float* in, const float* filter,
                    const float* dy, const F& fn) {
  const VolumeWindows& windows = dilation.windows;
  for (int64_t i = 0; i < windows.batch * windows.out_pixels(); ++i) {
    const int64_t first = i / windows.out_pixels() * windows.in_pixels();
    const OutputPlace place(windows, i % windows.out_pixels());
    for (int64_t c = 0; c < dilation.channels; ++c) {
      float largest = -std::numeric_limits<float>::infinity();
      int64_t best_tap = -1;
      int64_t best_pixel = 0;
      ForEachTap(windows, place, [&](int64_t tap, int64_t pixel) {
        const float sum =
            in[(first + pixel) * dilation.channels + c] + filter[tap * dilation.channels + c];
        if (best_tap >= 0 && !(sum > largest)) return;
        largest = sum;
        best_tap = tap;
        best_pixel = first + pixel;
      });
      if (best_tap >= 0) fn(best_tap, best_pixel, c, dy[i * dilation.channels + c]);
    }
  }
}

}  // namespace

void DilationGradient::Input(const float* in, const float* filter, const float* dy,
                             float* dx) const {
  Zero(dx, windows.batch * windows.in_pixels() * channels);
  ForEachLargest(*this, in, filter, dy, [&](int64_t, int64_t pixel, int64_t c, float value) {
    dx[pixel * channels + c] += value;
  });
}

void DilationGradient::Filter(const float* in, const float* filter, const float* dy,
                              float* dfilter) const {
  Zero(dfilter, windows.taps() * channels);
  ForEachLargest(*this, in, filter, dy, [&](int64_t tap, int64_t, int64_t c, float value) {
    dfilter[tap * channels + c] += value;
  });
}

}  // namespace tfwasm
