// SPDX-License-Identifier: Apache-2.0
// Backward passes of poolings and dilations.
#include <cstring>
#include <limits>
#include <type_traits>

#include "kernels/simd.h"
#include "kernels/window_gradients.h"
#include "kernels/window_walk.h"

namespace tfwasm {

namespace {

constexpr auto kLanes = static_cast<int64_t>(kFloatLanes);

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

  // `dy`: what the maximum gets. `adds`: whether to add to what has been stored.
  FirstMaximum(const float* out, const float* dy, bool adds) : adds_(adds) {
#pragma clang loop unroll(full)
    for (int64_t v = 0; v < kCount; ++v) {
      maximum_[v] = Load<T>(out + v * kStep);
      left_[v] = Load<T>(dy + v * kStep);
    }
  }

  // Stores dy in `to`, or adds it, where `values` are the maximum for the first time.
  void Visit(const float* values, float* to) {
#pragma clang loop unroll(full)
    for (int64_t v = 0; v < kCount; ++v) {
      const auto is_maximum = IsMaximum(Load<T>(values + v * kStep), maximum_[v]);
      float* const sum = to + v * kStep;
      const T gradient = is_maximum ? left_[v] : T{};
      Store<T>(adds_ ? Load<T>(sum) + gradient : gradient, sum);
      left_[v] = is_maximum ? T{} : left_[v];
    }
  }

 private:
  T maximum_[kCount];
  T left_[kCount];
  bool adds_;
};

// Whether each input pixel is in exactly one window.
bool AreTiles(const VolumeWindows& windows) {
  for (size_t i = 0; i < windows.axes.size(); ++i) {
    const WindowAxis& axis = windows.axes[i];
    const bool is_tile = axis.size == axis.stride && axis.dilation == 1;
    if (!is_tile || windows.before[i] != 0 || windows.out[i] * axis.size != windows.in[i]) {
      return false;
    }
  }
  return true;
}

}  // namespace

void PoolGradient::Max(const float* in, const float* out, const float* dy, float* dx) const {
  const bool adds = !AreTiles(windows);
  if (adds) Zero(dx, windows.batch * windows.in_pixels() * channels);
  ForEachPart(windows, channels, [&](int64_t batch, int64_t first, int64_t last) {
    const int64_t offset = batch * windows.in_pixels();
    ForEachOutput(windows, [&](const OutputPlace& window, int64_t pixel) {
      const int64_t place = (batch * windows.out_pixels() + pixel) * channels;
      int64_t c = first;
      const auto visit = [&](auto maximum) {
        ForEachTap(windows, window, [&](int64_t, int64_t at) {
          const int64_t i = (offset + at) * channels + c;
          maximum.Visit(in + i, dx + i);
        });
        c += maximum.kChannels;
      };
      if (last - first == kChannelBlock) {
        visit(FirstMaximum<FloatVector, kChannelBlock / kLanes>(out + place + c, dy + place + c,
                                                                adds));
      }
      while (c + kLanes <= last) {
        visit(FirstMaximum<FloatVector, 1>(out + place + c, dy + place + c, adds));
      }
      while (c < last) visit(FirstMaximum<float, 1>(out + place + c, dy + place + c, adds));
    });
  });
}

void PoolGradient::Take(const float* in, const float* out, const float* values,
                        float* taken) const {
  ForEachPart(windows, channels, [&](int64_t batch, int64_t first, int64_t last) {
    ForEachOutput(windows, [&](const OutputPlace& window, int64_t pixel) {
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
    });
  });
}

void PoolGradient::Average(const float* dy, float* dx) const {
  Zero(dx, windows.batch * windows.in_pixels() * channels);
  ForEachPart(windows, channels, [&](int64_t batch, int64_t first, int64_t last) {
    float* image = dx + batch * windows.in_pixels() * channels;
    ForEachOutput(windows, [&](const OutputPlace& place, int64_t pixel) {
      int64_t count = 0;
      ForEachTap(windows, place, [&](int64_t, int64_t) { ++count; });
      const float share = 1.0f / static_cast<float>(count);
      const float* from = dy + (batch * windows.out_pixels() + pixel) * channels;
      ForEachTap(windows, place, [&](int64_t, int64_t at) {
        float* to = image + at * channels;
        for (int64_t c = first; c < last; ++c) to[c] += from[c] * share;
      });
    });
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
