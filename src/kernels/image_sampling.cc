// SPDX-License-Identifier: Apache-2.0
#include "kernels/image_sampling.h"

#include <algorithm>
#include <cmath>

#include "kernels/thread_pool.h"
#include "kernels/trigonometry.h"

namespace tfwasm {

namespace {

// Calls fn(image or box, row) for each output row.
template <typename F>
void ForEachRow(const SamplingSpec& spec, int64_t results, const F& fn) {
  const auto row_work =
      static_cast<double>(spec.out_width) * (10.0 + 4.0 * static_cast<double>(spec.channels));
  ParallelFor(results * spec.out_height, row_work, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) fn(row / spec.out_height, row % spec.out_height);
  });
}

// One axis of a box: maps positions in the crop to positions in the image.
struct CropAxis {
  CropAxis(float begin, float end, int64_t image, int64_t crop)
      : last(static_cast<float>(image - 1)) {
    if (crop > 1) {
      start = begin * last;
      step = (end - begin) * last / static_cast<float>(crop - 1);
    } else {
      start = 0.5f * (begin + end) * last;
    }
  }

  float At(int64_t i) const { return start + static_cast<float>(i) * step; }
  // False for NaN.
  bool IsInside(float position) const { return position >= 0 && position <= last; }

  float start = 0;
  float step = 0;
  float last;
};

void BlendPixels(const float* const corners[4], float x, float y, int64_t channels, float* out) {
  for (int64_t c = 0; c < channels; ++c) {
    const float top = corners[0][c] + (corners[1][c] - corners[0][c]) * x;
    const float bottom = corners[2][c] + (corners[3][c] - corners[2][c]) * x;
    out[c] = top + (bottom - top) * y;
  }
}

void CropRow(const CropAndResize& crop, const float* image, const float* box, int64_t row,
             float* out) {
  const SamplingSpec& spec = crop.spec;
  const int64_t channels = spec.channels;
  const CropAxis rows(box[0], box[2], spec.in_height, spec.out_height);
  const CropAxis columns(box[1], box[3], spec.in_width, spec.out_width);
  const float y = rows.At(row);
  if (!rows.IsInside(y)) {
    std::fill_n(out, spec.out_width * channels, crop.extrapolation_value);
    return;
  }
  const auto pixel = [&](float at_y, float at_x) {
    return image +
           (static_cast<int64_t>(at_y) * spec.in_width + static_cast<int64_t>(at_x)) * channels;
  };
  for (int64_t i = 0; i < spec.out_width; ++i, out += channels) {
    const float x = columns.At(i);
    if (!columns.IsInside(x)) {
      std::fill_n(out, channels, crop.extrapolation_value);
    } else if (spec.is_bilinear) {
      const float top = std::floor(y);
      const float left = std::floor(x);
      const float* const corners[] = {pixel(top, left), pixel(top, std::ceil(x)),
                                      pixel(std::ceil(y), left), pixel(std::ceil(y), std::ceil(x))};
      BlendPixels(corners, x - left, y - top, channels, out);
    } else {
      std::copy_n(pixel(std::round(y), std::round(x)), channels, out);
    }
  }
}

float Clamp(float position, float last) { return std::min(std::max(position, 0.0f), last); }

float Reflect(float position, float size) {
  const float period = 2 * size;
  if (position < 0) {
    if (position < period) position += period * std::trunc(-position / period);
    return position < -size ? position + period : -position - 1;
  }
  position -= period * std::trunc(position / period);
  return position >= size ? period - position - 1 : position;
}

float Wrap(float position, float size) {
  const float last = size - 1;
  if (position < 0) return position + size * (std::trunc(-position / last) + 1);
  return position - size * std::trunc(position / last);
}

// The position that is read for a position outside of [0, size - 1].
float MapOutside(FillMode mode, float position, int64_t size) {
  const auto length = static_cast<float>(size);
  const float last = length - 1;
  if (mode == FillMode::kConstant || (position >= 0 && position <= last)) return position;
  if (mode == FillMode::kNearest || size <= 1) return Clamp(position, last);
  return Clamp(mode == FillMode::kReflect ? Reflect(position, length) : Wrap(position, length),
               last);
}

// Reads pixels of one image, and the fill value outside of it.
class Sampler {
 public:
  Sampler(const ProjectiveTransform& transform, const float* image, float fill_value)
      : spec_(transform.spec),
        mode_(transform.fill_mode),
        image_(image),
        fill_(fill_value),
        bottom_(static_cast<float>(spec_.in_height)),
        right_(static_cast<float>(spec_.in_width)) {}

  void Fill(float* out) const { std::fill_n(out, spec_.channels, fill_); }

  void Sample(float x, float y, float* out) const {
    x = MapOutside(mode_, x, spec_.in_width);
    y = MapOutside(mode_, y, spec_.in_height);
    // Also excludes NaN and values outside the range of int64_t.
    if (!(x > -1 && x < right_ && y > -1 && y < bottom_)) return Fill(out);
    if (!spec_.is_bilinear) {
      const float* pixel = Pixel(std::round(x), std::round(y));
      if (pixel == nullptr) return Fill(out);
      std::copy_n(pixel, spec_.channels, out);
      return;
    }
    Blend(x, y, out);
  }

 private:
  const float* Pixel(float x, float y) const {
    if (x < 0 || x >= right_ || y < 0 || y >= bottom_) return nullptr;
    return image_ +
           (static_cast<int64_t>(y) * spec_.in_width + static_cast<int64_t>(x)) * spec_.channels;
  }

  void Blend(float x, float y, float* out) const {
    const float left = std::floor(x);
    const float top = std::floor(y);
    const float* corners[] = {Pixel(left, top), Pixel(left + 1, top), Pixel(left, top + 1),
                              Pixel(left + 1, top + 1)};
    // Missing corners read the fill value for every channel.
    int64_t steps[4];
    for (size_t i = 0; i < 4; ++i) {
      steps[i] = corners[i] == nullptr ? 0 : 1;
      if (corners[i] == nullptr) corners[i] = &fill_;
    }
    const float to_right = x - left;
    const float to_bottom = y - top;
    for (int64_t c = 0; c < spec_.channels; ++c) {
      const auto at = [&](size_t i) { return corners[i][c * steps[i]]; };
      const float upper = (1 - to_right) * at(0) + to_right * at(1);
      const float lower = (1 - to_right) * at(2) + to_right * at(3);
      out[c] = (1 - to_bottom) * upper + to_bottom * lower;
    }
  }

  const SamplingSpec& spec_;
  FillMode mode_;
  const float* image_;
  float fill_;
  float bottom_;
  float right_;
};

void TransformRow(const SamplingSpec& spec, const Sampler& sampler, const float* t, int64_t row,
                  float* out) {
  const auto y = static_cast<float>(row);
  for (int64_t i = 0; i < spec.out_width; ++i, out += spec.channels) {
    const auto x = static_cast<float>(i);
    const float k = t[6] * x + t[7] * y + 1;
    if (k == 0) {
      sampler.Fill(out);
    } else {
      sampler.Sample((t[0] * x + t[1] * y + t[2]) / k, (t[3] * x + t[4] * y + t[5]) / k, out);
    }
  }
}

}  // namespace

void CropAndResize::Run(const float* images, const float* boxes, const int32_t* indices,
                        float* out) const {
  const int64_t image_size = spec.in_height * spec.in_width * spec.channels;
  const int64_t row_size = spec.out_width * spec.channels;
  ForEachRow(spec, num_boxes, [&](int64_t box, int64_t row) {
    CropRow(*this, images + indices[box] * image_size, boxes + 4 * box, row,
            out + (box * spec.out_height + row) * row_size);
  });
}

void ProjectiveTransform::Run(const float* images, const float* transforms, float fill_value,
                              float* out) const {
  const int64_t image_size = spec.in_height * spec.in_width * spec.channels;
  const int64_t row_size = spec.out_width * spec.channels;
  ForEachRow(spec, spec.batch, [&](int64_t image, int64_t row) {
    const Sampler sampler(*this, images + image * image_size, fill_value);
    TransformRow(spec, sampler, transforms + (is_shared ? 0 : 8 * image), row,
                 out + (image * spec.out_height + row) * row_size);
  });
}

void Rotation::Run(const float* in, float* out) const {
  const double sine = Sine(radians);
  const double cosine = Cosine(radians);
  const int64_t channels = spec.channels;
  const auto height = static_cast<double>(spec.in_height);
  const auto width = static_cast<double>(spec.in_width);
  ForEachRow(spec, spec.batch, [&](int64_t image, int64_t row) {
    const float* pixels = in + image * spec.in_height * spec.in_width * channels;
    float* to = out + (image * spec.out_height + row) * spec.out_width * channels;
    const double dy = static_cast<double>(row) - center_y;
    for (int64_t i = 0; i < spec.out_width; ++i, to += channels) {
      const double dx = static_cast<double>(i) - center_x;
      const double x = std::floor(dx * cosine - dy * sine + center_x + 0.5);
      const double y = std::floor(dx * sine + dy * cosine + center_y + 0.5);
      const bool is_inside = x >= 0 && x < width && y >= 0 && y < height;
      const float* from = fill;
      if (is_inside) {
        from =
            pixels + (static_cast<int64_t>(y) * spec.in_width + static_cast<int64_t>(x)) * channels;
      }
      std::copy_n(from, channels, to);
    }
  });
}

}  // namespace tfwasm
