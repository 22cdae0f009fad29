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
  float Share(int64_t i) const {
    return out == 1 ? 0.5f : static_cast<float>(i) / static_cast<float>(out - 1);
  }
  // Adds to the gradients of `first` and `last` from that of a position.
  void AddGradient(int64_t i, float gradient, float& dfirst, float& dlast) const {
    const float moved = gradient * span;
    dfirst += moved * (1 - Share(i));
    dlast += moved * Share(i);
  }
  // How the position moves with `first` and `last`.
  float Moved(int64_t i, float by_first, float by_last) const {
    return span * ((1 - Share(i)) * by_first + Share(i) * by_last);
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

// The four pixels around a position, between which a crop is bilinear.
struct Square {
  struct Slopes {
    float along_y, along_x;
    float twist;  // the derivative of one along the other axis
  };

  Square(const CropAndResize& crop, float y, float x)
      : channels(crop.spec.channels),
        width(crop.spec.in_width),
        row(y, crop.spec.in_height),
        column(x, crop.spec.in_width) {}

  int64_t At(int64_t r, int64_t c) const { return (r * width + c) * channels; }

  Slopes SlopesAt(const float* image, int64_t channel) const {
    const float* values = image + channel;
    const float left = values[At(row.high, column.low)] - values[At(row.low, column.low)];
    const float right = values[At(row.high, column.high)] - values[At(row.low, column.high)];
    const float top = values[At(row.low, column.high)] - values[At(row.low, column.low)];
    const float bottom = values[At(row.high, column.high)] - values[At(row.high, column.low)];
    return {.along_y = (1 - column.fraction) * left + column.fraction * right,
            .along_x = (1 - row.fraction) * top + row.fraction * bottom,
            .twist = right - left};
  }

  // The transpose: adds to the pixels what follows from gradients of the slopes.
  void AddSlopes(float along_y, float along_x, float* image, int64_t channel) const {
    float* values = image + channel;
    const float left = (1 - column.fraction) * along_y;
    const float right = column.fraction * along_y;
    const float top = (1 - row.fraction) * along_x;
    const float bottom = row.fraction * along_x;
    values[At(row.low, column.low)] -= left + top;
    values[At(row.low, column.high)] += top - right;
    values[At(row.high, column.low)] += left - bottom;
    values[At(row.high, column.high)] += right + bottom;
  }

  int64_t channels, width;
  Corner row, column;
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
        const Square square(*this, y, x);
        float along_y = 0;
        float along_x = 0;
        for (int64_t c = 0; c < channels; ++c) {
          const Square::Slopes slopes = square.SlopesAt(image, c);
          along_y += from[c] * slopes.along_y;
          along_x += from[c] * slopes.along_x;
        }
        float* to = dboxes + 4 * box;
        rows.AddGradient(i, along_y, to[0], to[2]);
        columns.AddGradient(k, along_x, to[1], to[3]);
      });
}

void CropAndResize::BoxGradientGradient(const float* images, const float* boxes,
                                        const int32_t* indices, const float* dy, const float* given,
                                        float* dimages, float* dboxes, float* ddy) const {
  const int64_t channels = spec.channels;
  const int64_t image_size = spec.in_height * spec.in_width * channels;
  const auto zero = [](float* data, int64_t count) {
    std::memset(data, 0, static_cast<size_t>(count) * sizeof(float));
  };
  zero(dimages, spec.batch * image_size);
  zero(dboxes, 4 * num_boxes);
  zero(ddy, num_boxes * spec.out_height * spec.out_width * channels);
  if (!spec.is_bilinear) return;
  ForEachSample(
      *this, boxes,
      [&](int64_t box, int64_t i, int64_t k, float y, float x, const CropAxis& rows,
          const CropAxis& columns) {
        const int64_t place = ((box * spec.out_height + i) * spec.out_width + k) * channels;
        const int64_t image = indices[box] * image_size;
        const Square square(*this, y, x);
        const float* moves = given + 4 * box;
        const float by_y = rows.Moved(i, moves[0], moves[2]);
        const float by_x = columns.Moved(k, moves[1], moves[3]);
        float twist = 0;
        for (int64_t c = 0; c < channels; ++c) {
          const Square::Slopes slopes = square.SlopesAt(images + image, c);
          ddy[place + c] = slopes.along_y * by_y + slopes.along_x * by_x;
          twist += dy[place + c] * slopes.twist;
          square.AddSlopes(dy[place + c] * by_y, dy[place + c] * by_x, dimages + image, c);
        }
        float* to = dboxes + 4 * box;
        rows.AddGradient(i, twist * by_x, to[0], to[2]);
        columns.AddGradient(k, twist * by_y, to[1], to[3]);
      });
}

}  // namespace tfwasm
