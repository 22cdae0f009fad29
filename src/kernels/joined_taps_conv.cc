// SPDX-License-Identifier: Apache-2.0
#include "kernels/joined_taps_conv.h"

#include <algorithm>
#include <array>

#include "kernels/scratch.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

// With larger windows the pointers, or the margins around the images, would no longer be small.
constexpr int64_t kMostTaps = 16;
constexpr int64_t kMostKernelRows = 16;

tfwasm_f32_igemm MatrixKernel(const Conv2dSpec& spec) {
  const Activation none;
  const Activation& clamp = spec.activation.IsFusable() ? spec.activation : none;
  return tfwasm_find_f32_igemm(clamp.min, clamp.max);
}

}  // namespace

// Provides the rows of every window: in the image, or, where a window crosses the left or right
// edge, in a zero-padded copy of the margin.
class JoinedTapsConv::Images {
 public:
  // One row of an image, for all windows along it.
  struct Row {
    const float* left;    // copy of the left margin
    const float* inside;  // the row itself
    const float* right;   // copy of the right margin
    ptrdiff_t start;      // offset of the first window from `inside`
    ptrdiff_t step;       // distance between windows
  };

  Images(const Conv2dSpec& spec, const ImageSize& input, const float* in)
      : height(ResolveAxis(spec.window.height, input.height)),
        width(ResolveAxis(spec.window.width, input.width)),
        channels_(spec.group_inputs),
        window_(spec.window.width),
        input_(input),
        in_(in),
        first_inside_(FirstInside()),
        first_right_(std::max(first_inside_, FirstRight())),
        left_size_(MarginSize(0, first_inside_)),
        right_size_(MarginSize(first_right_, width.output)) {
    const int64_t rows = input_.batch * input_.height;
    const int64_t size = window_.size * channels_ + rows * (left_size_ + right_size_);
    zeros_ = static_cast<float*>(ScratchSpace(static_cast<uint64_t>(size) * sizeof(float)));
    std::fill_n(zeros_, size, 0.0F);
    left_ = zeros_ + window_.size * channels_;
    right_ = left_ + rows * left_size_;
    for (int64_t row = 0; row < rows; ++row) {
      CopyMargin(row, 0, left_size_, left_ + row * left_size_);
      CopyMargin(row, first_right_, right_size_, right_ + row * right_size_);
    }
  }

  // Row `y` of an image; a row of zeros outside of the image.
  Row RowOf(int64_t image, int64_t y) const {
    if (y < 0 || y >= input_.height) return {zeros_, zeros_, zeros_, 0, 0};
    const int64_t row = image * input_.height + y;
    return {left_ + row * left_size_, in_ + row * input_.width * channels_,
            right_ + row * right_size_, static_cast<ptrdiff_t>(-width.before * channels_),
            static_cast<ptrdiff_t>(window_.stride * channels_)};
  }

  // Writes the pointers to one row of the windows of `count` output pixels, from pixel `x` on.
  // Returns the end of the list. Repeats the last window beyond the last pixel.
  const void** ListWindows(const Row& row, int64_t x, int64_t count, const void** list) const {
    if (x >= first_inside_ && x + count <= first_right_) {
      ptrdiff_t start = row.start + static_cast<ptrdiff_t>(x) * row.step;
      for (int64_t i = 0; i < count; ++i, start += row.step) *list++ = row.inside + start;
      return list;
    }
    for (int64_t i = 0; i < count; ++i) *list++ = Window(row, std::min(x + i, width.output - 1));
    return list;
  }

  const AxisGeometry height;
  const AxisGeometry width;

 private:
  const float* Window(const Row& row, int64_t pixel) const {
    const auto x = static_cast<ptrdiff_t>(pixel);
    if (pixel < first_inside_) return row.left + x * row.step;
    if (pixel < first_right_) return row.inside + (row.start + x * row.step);
    return row.right + (x - static_cast<ptrdiff_t>(first_right_)) * row.step;
  }

  // The column where the window of output pixel `x` begins. May be outside of the image.
  int64_t Start(int64_t x) const { return x * window_.stride - width.before; }

  // The first output pixel whose window does not cross the left edge. None if the image is narrower
  // than a window: the left margin then holds the whole image.
  int64_t FirstInside() const {
    if (input_.width < window_.size) return width.output;
    return std::min(width.output, (width.before + window_.stride - 1) / window_.stride);
  }

  // The first output pixel whose window crosses the right edge.
  int64_t FirstRight() const {
    const int64_t last_start = input_.width - window_.size;
    if (last_start < -width.before) return 0;
    return std::min(width.output, (last_start + width.before) / window_.stride + 1);
  }

  // The elements of one row that the windows of pixels [begin, end) cover.
  int64_t MarginSize(int64_t begin, int64_t end) const {
    if (begin >= end) return 0;
    return ((end - begin - 1) * window_.stride + window_.size) * channels_;
  }

  // Copies the part of a margin that is inside the image. The margin begins with the window of
  // pixel `x`.
  void CopyMargin(int64_t row, int64_t x, int64_t size, float* margin) const {
    const int64_t start = Start(x);
    const int64_t begin = std::max<int64_t>(0, start);
    const int64_t end = std::min(input_.width, start + size / channels_);
    if (begin >= end) return;
    std::copy_n(in_ + (row * input_.width + begin) * channels_, (end - begin) * channels_,
                margin + (begin - start) * channels_);
  }

  int64_t channels_;
  WindowAxis window_;
  ImageSize input_;
  const float* in_;
  int64_t first_inside_;
  int64_t first_right_;
  int64_t left_size_;
  int64_t right_size_;
  float* zeros_ = nullptr;
  float* left_ = nullptr;
  float* right_ = nullptr;
};

bool JoinedTapsConv::IsFor(const Conv2dSpec& spec) {
  const auto& [height, width] = spec.window;
  const bool are_margins_small =
      std::max({width.size, height.size, width.before, width.after}) <= kMostTaps;
  return spec.groups == 1 && !spec.is_depthwise && width.size > 1 && width.dilation == 1 &&
         are_margins_small && PackedWeights::IsFor(spec.group_outputs) &&
         MatrixKernel(spec).rows <= kMostKernelRows;
}

JoinedTapsConv::JoinedTapsConv(const Conv2dSpec& spec, const float* filter, const float* bias)
    : spec_(spec),
      kernel_(MatrixKernel(spec)),
      weights_(1, spec.window.height.size * spec.window.width.size * spec.group_inputs,
               spec.group_outputs, filter, bias) {}

void JoinedTapsConv::Run(const ImageSize& input, const float* in, float* out) const {
  const Images images(spec_, input, in);
  const int64_t taps = spec_.window.height.size * spec_.window.width.size * spec_.group_inputs;
  const int64_t row_size = images.width.output * spec_.group_outputs;
  ParallelFor(input.batch * images.height.output,
              static_cast<double>(row_size) * static_cast<double>(taps),
              [&](int64_t begin, int64_t end) {
                for (int64_t row = begin; row < end; ++row) {
                  RunRow(images, row, out + row * row_size);
                }
              });
}

void JoinedTapsConv::RunRow(const Images& images, int64_t row, float* out) const {
  const WindowAxis& height = spec_.window.height;
  const auto num_rows = static_cast<size_t>(height.size);
  const int64_t top = row % images.height.output * height.stride - images.height.before;
  std::array<Images::Row, kMostTaps> rows;
  for (size_t i = 0; i < num_rows; ++i) {
    rows[i] =
        images.RowOf(row / images.height.output, top + static_cast<int64_t>(i) * height.dilation);
  }
  const int64_t at_once = kernel_.rows;
  const int64_t pixels = images.width.output;
  const auto columns = static_cast<size_t>(spec_.group_outputs);
  const auto piece_size = static_cast<size_t>(spec_.window.width.size * spec_.group_inputs);
  std::array<const void*, kMostTaps * kMostKernelRows> pieces;
  for (int64_t x = 0; x < pixels; x += at_once) {
    const void** piece = pieces.data();
    // Kernels read the pointers for all of their rows, even if fewer rows are left.
    for (size_t i = 0; i < num_rows; ++i) piece = images.ListWindows(rows[i], x, at_once, piece);
    kernel_.kernel(static_cast<size_t>(std::min(at_once, pixels - x)), columns,
                   piece_size * sizeof(float), num_rows * kernel_.rows * sizeof(void*),
                   pieces.data(), weights_.values(), out + x * spec_.group_outputs,
                   columns * sizeof(float), kernel_.tile_stride, 0, nullptr, kernel_.params);
  }
}

}  // namespace tfwasm
