// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "kernels/resize.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

// The two input positions that an output position interpolates.
struct Neighbors {
  int64_t lower;
  int64_t upper;
  float fraction;  // the weight of `upper`
};

std::vector<Neighbors> NeighborsOf(const ResizeSpec& spec, int64_t in, int64_t out) {
  const bool spans_corners = spec.align_corners && out > 1;
  const float scale = spans_corners ? static_cast<float>(in - 1) / static_cast<float>(out - 1)
                                    : static_cast<float>(in) / static_cast<float>(out);
  std::vector<Neighbors> all;
  for (int64_t i = 0; i < out; ++i) {
    const auto position = static_cast<float>(i);
    const float at = spec.half_pixel_centers ? (position + 0.5f) * scale - 0.5f : position * scale;
    const float below = std::floor(at);
    const auto lower = static_cast<int64_t>(below);
    all.push_back({.lower = std::clamp<int64_t>(lower, 0, in - 1),
                   .upper = std::clamp<int64_t>(lower + 1, 0, in - 1),
                   .fraction = at - below});
  }
  return all;
}

}  // namespace

void ResizeBilinearGradient(const ResizeSpec& spec, const float* dy, float* dx) {
  std::memset(dx, 0, static_cast<size_t>(spec.in_elements()) * sizeof(float));
  if (spec.out_elements() == 0 || spec.in_elements() == 0) return;
  const std::vector<Neighbors> rows = NeighborsOf(spec, spec.in_height, spec.out_height);
  const std::vector<Neighbors> columns = NeighborsOf(spec, spec.in_width, spec.out_width);
  const int64_t channels = spec.channels;
  const auto work = static_cast<double>(spec.out_height * spec.out_width * channels * 4);
  ParallelFor(spec.batch, work, [&](int64_t begin, int64_t end) {
    for (int64_t batch = begin; batch < end; ++batch) {
      float* image = dx + batch * spec.in_height * spec.in_width * channels;
      const float* from = dy + batch * spec.out_height * spec.out_width * channels;
      const auto add = [&](int64_t row, int64_t column, float weight) {
        float* to = image + (row * spec.in_width + column) * channels;
        for (int64_t c = 0; c < channels; ++c) to[c] += weight * from[c];
      };
      for (const Neighbors& row : rows) {
        for (const Neighbors& column : columns) {
          add(row.lower, column.lower, (1 - row.fraction) * (1 - column.fraction));
          add(row.lower, column.upper, (1 - row.fraction) * column.fraction);
          add(row.upper, column.lower, row.fraction * (1 - column.fraction));
          add(row.upper, column.upper, row.fraction * column.fraction);
          from += channels;
        }
      }
    }
  });
}

}  // namespace tfwasm
