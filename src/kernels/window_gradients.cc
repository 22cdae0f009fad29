// SPDX-License-Identifier: Apache-2.0
#include "kernels/window_gradients.h"

#include <algorithm>
#include <cstring>

#include "kernels/copy.h"
#include "kernels/depthwise_conv.h"
#include "kernels/scratch.h"
#include "kernels/simd.h"
#include "kernels/thread_pool.h"
#include "kernels/transposed_product.h"
#include "kernels/window_walk.h"

namespace tfwasm {

namespace {

// How many outputs along an axis have a tap that is not in the padding: [first, last).
struct OutputRange {
  OutputRange(const VolumeWindows& windows, int axis, int64_t tap) {
    const auto i = static_cast<size_t>(axis);
    const int64_t stride = windows.axes[i].stride;
    const int64_t offset = windows.Position(axis, 0, tap);
    const auto count_below = [&](int64_t end) {
      return end <= offset ? 0 : std::min(windows.out[i], (end - offset + stride - 1) / stride);
    };
    first = count_below(0);
    last = std::max(first, count_below(windows.in[i]));
  }

  int64_t first;
  int64_t last;
};

// Calls fn(tap, output pixel, input pixel, count) for rows of outputs with the same tap, not in the
// padding. The inputs of neighbours are a stride apart.
template <typename F>
void ForEachRow(const VolumeWindows& windows, const F& fn) {
  for (int64_t line = 0; line < windows.out[0] * windows.out[1]; ++line) {
    const int64_t z = line / windows.out[1];
    const int64_t y = line % windows.out[1];
    for (int64_t tap = 0; tap < windows.taps(); ++tap) {
      const int64_t column = tap % windows.axes[2].size;
      const int64_t row_tap = tap / windows.axes[2].size;
      const int64_t depth = windows.Position(0, z, row_tap / windows.axes[1].size);
      const int64_t row = windows.Position(1, y, row_tap % windows.axes[1].size);
      if (depth < 0 || depth >= windows.in[0] || row < 0 || row >= windows.in[1]) continue;
      const OutputRange range(windows, 2, column);
      const int64_t start = (depth * windows.in[1] + row) * windows.in[2];
      fn(tap, line * windows.out[2] + range.first, start + windows.Position(2, range.first, column),
         range.last - range.first);
    }
  }
}

constexpr auto kLanes = static_cast<int64_t>(kFloatLanes);

// The channels of a whole block, in registers.
struct BlockVectors {
  static constexpr int64_t kVectors = kChannelBlock / kLanes;

  explicit BlockVectors(const float* from) {
#pragma clang loop unroll(full)
    for (int64_t v = 0; v < kVectors; ++v) vectors[v] = Load<FloatVector>(from + v * kLanes);
  }
  void AddProduct(const BlockVectors& a, const BlockVectors& b) {
#pragma clang loop unroll(full)
    for (int64_t v = 0; v < kVectors; ++v) {
      vectors[v] = MultiplyAdd(a.vectors[v], b.vectors[v], vectors[v]);
    }
  }
  void StoreTo(float* to) const {
#pragma clang loop unroll(full)
    for (int64_t v = 0; v < kVectors; ++v) Store(vectors[v], to + v * kLanes);
  }

  FloatVector vectors[kVectors];
};

// Copies `count` channels of each tap of a window, whose pixels have `channels` of them, and zeros
// for the padding.
void CopyWindow(const VolumeWindows& windows, const OutputPlace& place, const float* image,
                int64_t channels, int64_t count, float* to) {
  const int64_t size = windows.axes[2].size;
  const int64_t first = windows.Position(2, place.at[2], 0);
  const int64_t last = windows.Position(2, place.at[2], size - 1);
  const bool is_inside = first >= 0 && last < windows.in[2];
  // Neighbours in the window are neighbours in the image.
  const bool is_joined = is_inside && windows.axes[2].dilation == 1 && channels == count;
  for (int64_t z = 0; z < windows.axes[0].size; ++z) {
    const int64_t depth = windows.Position(0, place.at[0], z);
    for (int64_t y = 0; y < windows.axes[1].size; ++y, to += size * count) {
      const int64_t row = windows.Position(1, place.at[1], y);
      const bool is_row = depth >= 0 && depth < windows.in[0] && row >= 0 && row < windows.in[1];
      if (!is_row || !is_inside) Zero(to, size * count);
      if (!is_row) continue;
      const float* line = image + (depth * windows.in[1] + row) * windows.in[2] * channels;
      if (is_joined) {
        CopyBytes(to, line + first * channels, static_cast<size_t>(size * count) * sizeof(float));
        continue;
      }
      for (int64_t x = 0; x < size; ++x) {
        const int64_t column = first + x * windows.axes[2].dilation;
        if (column < 0 || column >= windows.in[2]) continue;
        CopyBytes(to + x * count, line + column * channels,
                  static_cast<size_t>(count) * sizeof(float));
      }
    }
  }
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
  const uint64_t product_bytes = TransposedProductWorkspace(group_outputs);
  if (is_identity) {
    void* workspace = ScratchSpace(product_bytes);
    for (int64_t group = 0; group < groups; ++group) {
      AddTransposedProduct(all, group_inputs, group_outputs, in + group * group_inputs, inputs,
                           dy + group * group_outputs, outputs, filter + group * group_outputs,
                           outputs, workspace);
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
      auto* workspace = static_cast<char*>(ScratchSpace(product_bytes + bytes));
      auto* rows = reinterpret_cast<float*>(workspace + product_bytes);
      ParallelFor(count, static_cast<double>(columns), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          const int64_t batch = (first + i) / windows.out_pixels();
          const OutputPlace place(windows, (first + i) % windows.out_pixels());
          const float* image = in + batch * windows.in_pixels() * inputs + group * group_inputs;
          CopyWindow(windows, place, image, inputs, group_inputs, rows + i * columns);
        }
      });
      AddTransposedProduct(count, columns, group_outputs, rows, columns,
                           dy + first * outputs + group * group_outputs, outputs,
                           filter + group * group_outputs, outputs, workspace);
    }
  }
}

// With strides of 1, that is a convolution of dy with the filter in reverse order.
void DepthwiseGradient::InputByConvolution(const float* filter, const float* dy, float* dx) const {
  const auto reversed_axis = [&](size_t i) {
    WindowAxis axis = windows.axes[i];
    axis.padding = Padding::kExplicit;
    axis.before = axis.extent() - 1 - windows.before[i];
    axis.after = windows.in[i] - windows.out[i] + windows.before[i];
    return axis;
  };
  const int64_t taps = windows.taps();
  const auto bytes = static_cast<size_t>(channels) * sizeof(float);
  auto* const reversed = static_cast<float*>(ScratchSpace(static_cast<uint64_t>(taps) * bytes));
  for (int64_t tap = 0; tap < taps; ++tap) {
    std::memcpy(reversed + (taps - 1 - tap) * channels, filter + tap * channels, bytes);
  }
  const Conv2dSpec spec{.window = {reversed_axis(1), reversed_axis(2)}};
  const ImageSize image{windows.batch, windows.out[1], windows.out[2]};
  DepthwiseConv(spec, image, channels).Run(dy, reversed, nullptr, dx);
}

void DepthwiseGradient::Input(const float* filter, const float* dy, float* dx) const {
  const auto is_dense = [](const WindowAxis& axis) { return axis.stride == 1; };
  if (multiplier == 1 && std::ranges::all_of(windows.axes, is_dense)) {
    return InputByConvolution(filter, dy, dx);
  }
  Zero(dx, windows.batch * windows.in_pixels() * channels);
  const int64_t step = windows.axes[2].stride * channels;
  const int64_t outputs = channels * multiplier;
  ForEachPart(windows, channels, [&](int64_t batch, int64_t first, int64_t last) {
    float* image = dx + batch * windows.in_pixels() * channels;
    const float* gradients = dy + batch * windows.out_pixels() * outputs;
    ForEachRow(windows, [&](int64_t tap, int64_t out, int64_t in, int64_t count) {
      const float* weights = filter + tap * outputs;
      const float* from = gradients + out * outputs;
      float* to = image + in * channels;
      if (multiplier == 1 && last - first == kChannelBlock) {
        const BlockVectors factors(weights + first);
        for (int64_t i = 0; i < count; ++i, from += outputs, to += step) {
          BlockVectors sums(to + first);
          sums.AddProduct(factors, BlockVectors(from + first));
          sums.StoreTo(to + first);
        }
        return;
      }
      for (int64_t i = 0; i < count; ++i, from += outputs, to += step) {
        for (int64_t c = first; c < last; ++c) {
          for (int64_t j = c * multiplier; j < (c + 1) * multiplier; ++j) {
            to[c] += weights[j] * from[j];
          }
        }
      }
    });
  });
}

void DepthwiseGradient::Filter(const float* in, const float* dy, float* filter) const {
  const int64_t outputs = channels * multiplier;
  Zero(filter, windows.taps() * outputs);
  const int64_t step = windows.axes[2].stride * channels;
  VolumeWindows all = windows;
  all.batch = 1;  // threads share channels only
  ForEachPart(all, channels, [&](int64_t, int64_t first, int64_t last) {
    for (int64_t batch = 0; batch < windows.batch; ++batch) {
      const float* image = in + batch * windows.in_pixels() * channels;
      const float* gradients = dy + batch * windows.out_pixels() * outputs;
      ForEachRow(windows, [&](int64_t tap, int64_t out, int64_t pixel, int64_t count) {
        const float* values = image + pixel * channels;
        const float* from = gradients + out * outputs;
        float* sums = filter + tap * outputs;
        if (multiplier == 1 && last - first == kChannelBlock) {
          BlockVectors block(sums + first);
          for (int64_t i = 0; i < count; ++i, from += outputs, values += step) {
            block.AddProduct(BlockVectors(values + first), BlockVectors(from + first));
          }
          block.StoreTo(sums + first);
          return;
        }
        for (int64_t i = 0; i < count; ++i, from += outputs, values += step) {
          for (int64_t c = first; c < last; ++c) {
            for (int64_t j = c * multiplier; j < (c + 1) * multiplier; ++j) {
              sums[j] += values[c] * from[j];
            }
          }
        }
      });
    }
  });
}

}  // namespace tfwasm
