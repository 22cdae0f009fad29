// SPDX-License-Identifier: Apache-2.0
#include "kernels/window_gradients.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

#include "kernels/scratch.h"
#include "kernels/simd.h"
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

// The channels that a thread works on at a time.
constexpr int64_t kBlock = 16;
constexpr auto kLanes = static_cast<int64_t>(kFloatLanes);

// The channels of a whole block, in registers.
struct BlockVectors {
  static constexpr int64_t kVectors = kBlock / kLanes;

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

// Calls fn(batch, first channel, last channel) for parts that different threads may work on, since
// windows of one image overlap.
template <typename F>
void ForEachPart(const VolumeWindows& windows, int64_t channels, const F& fn) {
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
                           filter + group * group_outputs, outputs, workspace);
    }
  }
}

void DepthwiseGradient::Input(const float* filter, const float* dy, float* dx) const {
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
      if (multiplier == 1 && last - first == kBlock) {
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
        if (multiplier == 1 && last - first == kBlock) {
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

namespace {

// A NaN is the maximum. T: a vector or a scalar.
template <typename T>
auto IsMaximum(T value, T maximum) {
  return (value == maximum) | ((value != value) & (maximum != maximum));
}

// The first maximum of one window, for the channels of kCount times T, a vector or a scalar.
template <typename T, int64_t kCount>
class FirstMaximum {
 public:
  static constexpr int64_t kStep = std::is_same_v<T, float> ? 1 : kLanes;
  static constexpr int64_t kChannels = kCount * kStep;

  // `dy`: what the maximum gets.
  FirstMaximum(const float* out, const float* dy) {
#pragma clang loop unroll(full)
    for (int64_t v = 0; v < kCount; ++v) {
      maximum_[v] = Load<T>(out + v * kStep);
      left_[v] = Load<T>(dy + v * kStep);
    }
  }

  // Adds dy to `to` where `values` are the maximum for the first time.
  void Visit(const float* values, float* to) {
#pragma clang loop unroll(full)
    for (int64_t v = 0; v < kCount; ++v) {
      const auto is_maximum = IsMaximum(Load<T>(values + v * kStep), maximum_[v]);
      float* const sum = to + v * kStep;
      Store<T>(Load<T>(sum) + (is_maximum ? left_[v] : T{}), sum);
      left_[v] = is_maximum ? T{} : left_[v];
    }
  }

 private:
  T maximum_[kCount];
  T left_[kCount];
};

}  // namespace

void PoolGradient::Max(const float* in, const float* out, const float* dy, float* dx) const {
  Zero(dx, windows.batch * windows.in_pixels() * channels);
  ForEachPart(windows, channels, [&](int64_t batch, int64_t first, int64_t last) {
    const int64_t offset = batch * windows.in_pixels();
    for (int64_t pixel = 0; pixel < windows.out_pixels(); ++pixel) {
      const OutputPlace window(windows, pixel);
      const int64_t place = (batch * windows.out_pixels() + pixel) * channels;
      int64_t c = first;
      const auto visit = [&](auto maximum) {
        ForEachTap(windows, window, [&](int64_t, int64_t at) {
          const int64_t i = (offset + at) * channels + c;
          maximum.Visit(in + i, dx + i);
        });
        c += maximum.kChannels;
      };
      if (last - first == kBlock) {
        visit(FirstMaximum<FloatVector, kBlock / kLanes>(out + place + c, dy + place + c));
      }
      while (c + kLanes <= last) {
        visit(FirstMaximum<FloatVector, 1>(out + place + c, dy + place + c));
      }
      while (c < last) visit(FirstMaximum<float, 1>(out + place + c, dy + place + c));
    }
  });
}

void PoolGradient::Take(const float* in, const float* out, const float* values,
                        float* taken) const {
  ForEachPart(windows, channels, [&](int64_t batch, int64_t first, int64_t last) {
    for (int64_t pixel = 0; pixel < windows.out_pixels(); ++pixel) {
      const OutputPlace window(windows, pixel);
      const int64_t place = (batch * windows.out_pixels() + pixel) * channels;
      for (int64_t c = first; c < last; ++c) {
        bool is_found = false;
        taken[place + c] = 0;
        ForEachTap(windows, window, [&](int64_t, int64_t at) {
          const int64_t i = (batch * windows.in_pixels() + at) * channels + c;
          if (is_found || !IsMaximum(in[i], out[place + c])) return;
          is_found = true;
          taken[place + c] = values[i];
        });
      }
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

// Calls fn(position in the input, in the filter, in the output) for the first largest sum of input
// and filter of each window.
template <typename F>
void ForEachLargest(const DilationGradient& dilation, const float* in, const float* filter,
                    const F& fn) {
  const VolumeWindows& windows = dilation.windows;
  for (int64_t i = 0; i < windows.batch * windows.out_pixels(); ++i) {
    const int64_t first = i / windows.out_pixels() * windows.in_pixels();
    const OutputPlace place(windows, i % windows.out_pixels());
    for (int64_t c = 0; c < dilation.channels; ++c) {
      float largest = -std::numeric_limits<float>::infinity();
      int64_t best_weight = -1;
      int64_t best_at = 0;
      ForEachTap(windows, place, [&](int64_t tap, int64_t pixel) {
        const int64_t at = (first + pixel) * dilation.channels + c;
        const int64_t weight = tap * dilation.channels + c;
        const float sum = in[at] + filter[weight];
        if (best_weight >= 0 && !(sum > largest)) return;
        largest = sum;
        best_weight = weight;
        best_at = at;
      });
      if (best_weight >= 0) fn(best_at, best_weight, i * dilation.channels + c);
    }
  }
}

}  // namespace

void DilationGradient::Input(const float* in, const float* filter, const float* dy,
                             float* dx) const {
  Zero(dx, windows.batch * windows.in_pixels() * channels);
  ForEachLargest(*this, in, filter, [&](int64_t at, int64_t, int64_t out) { dx[at] += dy[out]; });
}

void DilationGradient::Filter(const float* in, const float* filter, const float* dy,
                              float* dfilter) const {
  Zero(dfilter, windows.taps() * channels);
  ForEachLargest(*this, in, filter,
                 [&](int64_t, int64_t weight, int64_t out) { dfilter[weight] += dy[out]; });
}

void DilationGradient::Take(const float* in, const float* filter, const float* of_in,
                            const float* of_filter, float* taken) const {
  Zero(taken, windows.batch * windows.out_pixels() * channels);
  ForEachLargest(*this, in, filter, [&](int64_t at, int64_t weight, int64_t out) {
    taken[out] = of_in[at] + of_filter[weight];
  });
}

}  // namespace tfwasm
