// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/image_sampling.h"

namespace tfwasm {

namespace {

// The samples of a crop along one axis: position = first * (in - 1) + i * step.
struct CropAxis {
  CropAxis(float first, float last, int64_t in, int64_t out)
      : in(in), out(out), span(static_cast<float>(in - 1)), first(first), last(last) {}

  float Position(int64_t i) const {
    if (out == 1) return 0.5f * (first + last) * span;
    return (first + (last - first) * Share(i)) * span;
  }
  // The derivative of the position in `last` is span * Share(i), in `first` span * (1 - Share(i)).
  float Share(int64_t i) const {
    return out == 1 ? 0.5f : static_cast<float>(i) / static_cast<float>(out - 1);
  }
  bool IsInside(float position) const { return position >= 0 && position <= span; }

  int64_t in, out;
  float span, first, last;
};

struct Corner {
  Corner(float position, int64_t in)
      : low(static_cast<int64_t>(std::floor(position))),
        high(std::min(low + 1, in - 1)),
        fraction(position - std::floor(position)) {}

  int64_t low, high;
  float fraction;
};

// Calls fn(box, row, column, y, x, axes...) for every sample that lies in its image.
template <typename F>
void ForEachSample(const CropAndResize& crop, const float* boxes, const F& fn) {
  const SamplingSpec& spec = crop.spec;
  for (int64_t box = 0; box < crop.num_boxes; ++box) {
    const float* b = boxes + 4 * box;
    const CropAxis rows(b[0], b[2], spec.in_height, spec.out_height);
    const CropAxis columns(b[1], b[3], spec.in_width, spec.out_width);
    for (int64_t i = 0; i < spec.out_height; ++i) {
      const float y = rows.Position(i);
      if (!rows.IsInside(y)) continue;
      for (int64_t k = 0; k < spec.out_width; ++k) {
        const float x = columns.Position(k);
        if (columns.IsInside(x)) fn(box, i, k, y, x, rows, columns);
      }
    }
  }
}

}  // namespace

void CropAndResize::ImageGradient(const float* boxes, const int32_t* indices, const float* dy,
                                  float* dimages) const {
  const int64_t channels = spec.channels;
  const int64_t image_size = spec.in_height * spec.in_width * channels;
  std::memset(dimages, 0, static_cast<size_t>(spec.batch * image_size) * sizeof(float));
  ForEachSample(
      *this, boxes,
      [&](int64_t box, int64_t i, int64_t k, float y, float x, const CropAxis&, const CropAxis&) {
        const float* from = dy + ((box * spec.out_height + i) * spec.out_width + k) * channels;
        float* image = dimages + indices[box] * image_size;
        const auto add = [&](int64_t row, int64_t column, float weight) {
          float* to = image + (row * spec.in_width + column) * channels;
          for (int64_t c = 0; c < channels; ++c) to[c] += weight * from[c];
        };
        if (!spec.is_bilinear) {
          return add(static_cast<int64_t>(std::round(y)), static_cast<int64_t>(std::round(x)),
                     1.0f);
        }
        const Corner row(y, spec.in_height);
        const Corner column(x, spec.in_width);
        add(row.low, column.low, (1 - row.fraction) * (1 - column.fraction));
        add(row.low, column.high, (1 - row.fraction) * column.fraction);
        add(row.high, column.low, row.fraction * (1 - column.fraction));
        add(row.high, column.high, row.fraction * column.fraction);
      });
}

void CropAndResize::BoxGradient(const float* images, const float* boxes, const int32_t* indices,
                                const float* dy, float* dboxes) const {
  std::memset(dboxes, 0, static_cast<size_t>(4 * num_boxes) * sizeof(float));
  if (!spec.is_bilinear) return;
  const int64_t channels = spec.channels;
  ForEachSample(
      *this, boxes,
      [&](int64_t box, int64_t i, int64_t k, float y, float x, const CropAxis& rows,
          const CropAxis& columns) {
        const float* from = dy + ((box * spec.out_height + i) * spec.out_width + k) * channels;
        const float* image = images + indices[box] * spec.in_height * spec.in_width * channels;
        const Corner row(y, spec.in_height);
        const Corner column(x, spec.in_width);
        float along_y = 0;
        float along_x = 0;
        for (int64_t c = 0; c < channels; ++c) {
          const auto at = [&](int64_t r, int64_t col) {
            return image[(r * spec.in_width + col) * channels + c];
          };
          const float top_left = at(row.low, column.low);
          const float top_right = at(row.low, column.high);
          const float bottom_left = at(row.high, column.low);
          const float bottom_right = at(row.high, column.high);
          along_y += from[c] * ((1 - column.fraction) * (bottom_left - top_left) +
                                column.fraction * (bottom_right - top_right));
          along_x += from[c] * ((1 - row.fraction) * (top_right - top_left) +
                                row.fraction * (bottom_right - bottom_left));
        }
        float* to = dboxes + 4 * box;
        const float last_row = rows.Share(i);
        const float last_column = columns.Share(k);
        const float first_row = rows.out == 1 ? 0.5f : 1 - last_row;
        const float first_column = columns.out == 1 ? 0.5f : 1 - last_column;
        to[0] += along_y * rows.span * first_row;
        to[1] += along_x * columns.span * first_column;
        to[2] += along_y * rows.span * last_row;
        to[3] += along_x * columns.span * last_column;
      });
}

}  // namespace tfwasm
