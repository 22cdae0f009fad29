// SPDX-License-Identifier: Apache-2.0
// The methods that have no op are products with a matrix for each axis, whose rows are the weights
// of the pixels that an output pixel is made from. Kernels and weights: TensorFlow, ResizeArea and
// ScaleAndTranslate; Keys, "Cubic convolution interpolation for digital image processing", 1981;
// Mitchell and Netravali, "Reconstruction filters in computer graphics", 1988.
#include "layers/resampling.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "layers/emit.h"
#include "layers/layer.h"

namespace tfwasm {

namespace {

double Lanczos(double x, double radius) {
  if (x < 1e-3) return 1;
  const double pi_x = std::numbers::pi * x;
  return radius * std::sin(pi_x) * std::sin(pi_x / radius) / (pi_x * pi_x);
}

// A piecewise cubic function: a x^3 + b x^2 + c x + d for x < 1, and the same with other numbers
// up to 2.
double Cubic(double x, const double (&inner)[4], const double (&outer)[4]) {
  const double(&k)[4] = x < 1 ? inner : outer;
  return ((k[0] * x + k[1]) * x + k[2]) * x + k[3];
}

struct Filter {
  std::string_view name;
  double radius;
  // For 0 <= x < radius.
  double (*weight)(double x);
};

constexpr Filter kFilters[] = {
    {"bilinear", 1, [](double x) { return 1 - x; }},
    {"bicubic", 2, [](double x) { return Cubic(x, {1.5, -2.5, 0, 1}, {-0.5, 2.5, -4, 2}); }},
    {"mitchellcubic", 2,
     [](double x) {
       return Cubic(x, {7 / 6.0, -2, 0, 8 / 9.0}, {-7 / 18.0, 2, -10 / 3.0, 16 / 9.0});
     }},
    {"gaussian", 1.5, [](double x) { return std::exp(-2 * x * x); }},
    {"lanczos3", 3, [](double x) { return Lanczos(x, 3); }},
    {"lanczos5", 5, [](double x) { return Lanczos(x, 5); }},
};

// The share of the output pixel that each input pixel has.
void AddArea(double begin, double end, int64_t size, float* row) {
  const auto last = std::min(static_cast<int64_t>(std::ceil(end)), size);
  for (auto i = static_cast<int64_t>(begin); i < last; ++i) {
    const auto place = static_cast<double>(i);
    row[i] =
        static_cast<float>((std::min(end, place + 1) - std::max(begin, place)) / (end - begin));
  }
}

void AddFilter(const Filter& filter, double center, double scale, int64_t size, float* row) {
  const double radius = filter.radius * scale;
  const auto first = std::max(static_cast<int64_t>(std::ceil(center - radius - 0.5)), int64_t{0});
  const auto last = std::min(static_cast<int64_t>(std::floor(center + radius - 0.5)), size - 1);
  double sum = 0;
  const auto weight = [&](int64_t i) {
    const double x = std::abs(static_cast<double>(i) + 0.5 - center) / scale;
    return x < filter.radius ? filter.weight(x) : 0;
  };
  for (int64_t i = first; i <= last; ++i) sum += weight(i);
  for (int64_t i = first; i <= last; ++i) row[i] = static_cast<float>(weight(i) / sum);
}

// [out, in]: row i has the weights of output pixel i.
Tensor WeightsOf(std::string_view method, int64_t in, int64_t out, bool antialias) {
  if (in * out > 1 << 26) Throw(Code::kLimit, "images cannot be resized from ", in, " to ", out);
  Tensor weights(DType::kFloat32, {out, in});
  const auto values = weights.mutable_values<float>();
  std::fill(values.begin(), values.end(), 0.0f);
  const double step = static_cast<double>(in) / static_cast<double>(out);
  const double scale = antialias ? std::max(step, 1.0) : 1.0;
  const auto* filter = std::find_if(std::begin(kFilters), std::end(kFilters),
                                    [&](const Filter& one) { return one.name == method; });
  for (int64_t i = 0; i < out; ++i) {
    float* row = values.data() + i * in;
    const double begin = static_cast<double>(i) * step;
    if (filter == std::end(kFilters)) {
      AddArea(begin, begin + step, in, row);
    } else {
      AddFilter(*filter, (static_cast<double>(i) + 0.5) * step, scale, in, row);
    }
  }
  return weights;
}

// The product of a matrix and each [rows, columns] of x, which has rank 3.
Operand LeftProduct(const Operand& x, Tensor matrix) {
  return Binary("BatchMatMulV2", x.builder().Const(std::move(matrix)), x);
}

}  // namespace

std::string ReadInterpolation(LayerConfig& config, std::string_view fallback) {
  return config.OneOf("interpolation", fallback,
                      {"bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian",
                       "mitchellcubic"});
}

Operand ResizeImages(const Operand& x, int64_t height, int64_t width, std::string_view method,
                     bool antialias) {
  Builder& builder = x.builder();
  const Shape& shape = x.shape();
  if (shape[1] == height && shape[2] == width) return x;
  if (shape[1] < 1 || shape[2] < 1) Throw(Code::kShape, "there are no pixels in ", shape);
  if (method == "nearest" || (method == "bilinear" && !antialias)) {
    return builder.Emit(method == "nearest" ? "ResizeNearestNeighbor" : "ResizeBilinear",
                        {x, builder.Ints({height, width})}, {{"half_pixel_centers", true}});
  }
  const int64_t old_height = shape[1];
  const int64_t old_width = shape[2];
  const int64_t channels = shape[3];
  Operand y = BatchReshape(x, {old_height, old_width * channels});
  y = LeftProduct(y, WeightsOf(method, old_height, height, antialias));
  y = ReshapeTo(y, {-1, old_width, channels});
  y = LeftProduct(y, WeightsOf(method, old_width, width, antialias));
  return ReshapeTo(y, {-1, height, width, channels});
}

Operand CropAndResizeImages(const Operand& x, int64_t height, int64_t width,
                            std::string_view method, bool antialias) {
  const int64_t rows = x.shape()[1];
  const int64_t columns = x.shape()[2];
  const int64_t part_rows = std::clamp(columns * height / width, int64_t{1}, rows);
  const int64_t part_columns = std::clamp(rows * width / height, int64_t{1}, columns);
  const Operand part = Slice(Slice(x, 1, (rows - part_rows) / 2, part_rows), 2,
                             (columns - part_columns) / 2, part_columns);
  return ResizeImages(part, height, width, method, antialias);
}

}  // namespace tfwasm
