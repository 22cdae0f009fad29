// SPDX-License-Identifier: Apache-2.0
#include "kernels/morphology.h"

#include <limits>

#include "kernels/visit_type.h"

namespace tfwasm {

namespace {

template <typename T>
constexpr T kLeast = std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                                          : std::numeric_limits<T>::lowest();

template <typename T>
void TakeGreater(const T* pixel, int32_t position, int64_t channels, T* values,
                 int32_t* positions) {
  for (int64_t c = 0; c < channels; ++c) {
    const bool is_greater = pixel[c] > values[c];
    values[c] = is_greater ? pixel[c] : values[c];
    positions[c] = is_greater ? position + static_cast<int32_t>(c) : positions[c];
  }
}

template <typename T>
void RunArgmaxPool(const ArgmaxPool& spec, const T* in, T* values, int32_t* positions) {
  const PoolingGeometry& pool = spec.pool;
  const int64_t channels = pool.channels;
  ForEachWindow(pool, [=, &pool, &spec](int64_t batch, int64_t y, int64_t x, int64_t out_pixel) {
    const WindowRange rows(pool.window.height, pool.height, y, pool.in_height);
    const WindowRange columns(pool.window.width, pool.width, x, pool.in_width);
    const int64_t first_pixel = batch * pool.in_height * pool.in_width;
    const int64_t skipped = spec.is_batch_in_index ? 0 : first_pixel;
    T* best = values + out_pixel * channels;
    int32_t* place = positions + out_pixel * channels;
    std::fill_n(best, channels, kLeast<T>);
    const bool is_empty = rows.begin == rows.end || columns.begin == columns.end;
    const int64_t first = first_pixel + rows.begin * pool.in_width + columns.begin;
    for (int64_t c = 0; c < channels; ++c) {
      place[c] = is_empty ? -1 : static_cast<int32_t>((first - skipped) * channels + c);
    }
    for (int64_t row = rows.begin; row < rows.end; ++row) {
      for (int64_t column = columns.begin; column < columns.end; ++column) {
        const int64_t pixel = first_pixel + row * pool.in_width + column;
        TakeGreater(in + pixel * channels, static_cast<int32_t>((pixel - skipped) * channels),
                    channels, best, place);
      }
    }
  });
}

// Unsigned, since int32 sums may overflow.
float Sum(float a, float b) { return a + b; }
int32_t Sum(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
}

template <typename T>
void RunDilation(const PoolingGeometry& pool, const T* in, const T* filter, T* out) {
  const int64_t channels = pool.channels;
  const WindowAxis& rows = pool.window.height;
  const WindowAxis& columns = pool.window.width;
  ForEachWindow(pool, [=, &pool](int64_t batch, int64_t y, int64_t x, int64_t out_pixel) {
    T* best = out + out_pixel * channels;
    std::fill_n(best, channels, kLeast<T>);
    for (int64_t tap_y = 0; tap_y < rows.size; ++tap_y) {
      const int64_t row = y * rows.stride - pool.height.before + tap_y * rows.dilation;
      if (row < 0 || row >= pool.in_height) continue;
      for (int64_t tap_x = 0; tap_x < columns.size; ++tap_x) {
        const int64_t column = x * columns.stride - pool.width.before + tap_x * columns.dilation;
        if (column < 0 || column >= pool.in_width) continue;
        const int64_t place = (batch * pool.in_height + row) * pool.in_width + column;
        const T* pixel = in + place * channels;
        const T* weights = filter + (tap_y * columns.size + tap_x) * channels;
        for (int64_t c = 0; c < channels; ++c) {
          const T sum = Sum(pixel[c], weights[c]);
          best[c] = sum > best[c] ? sum : best[c];
        }
      }
    }
  });
}

}  // namespace

void ArgmaxPool::Run(const void* in, void* values, int32_t* positions) const {
  VisitNumber(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    RunArgmaxPool(*this, static_cast<const T*>(in), static_cast<T*>(values), positions);
  });
}

void Dilation::Run(const void* in, const void* filter, void* out) const {
  VisitNumber(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    RunDilation(pool, static_cast<const T*>(in), static_cast<const T*>(filter),
                static_cast<T*>(out));
  });
}

}  // namespace tfwasm
