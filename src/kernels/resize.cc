// SPDX-License-Identifier: Apache-2.0
#include "kernels/resize.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/copy.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

constexpr std::string_view kResize = "resize";

size_t Size(int64_t value) { return static_cast<size_t>(value); }

// The nearest input position for each output position, in TensorFlow's float32 arithmetic.
std::vector<int64_t> NearestPositions(int64_t input, int64_t output, const ResizeSpec& spec) {
  const bool align = spec.align_corners && output > 1;
  const float scale = align ? static_cast<float>(input - 1) / static_cast<float>(output - 1)
                            : static_cast<float>(input) / static_cast<float>(output);
  std::vector<int64_t> positions(Size(output));
  for (int64_t i = 0; i < output; ++i) {
    const float center = static_cast<float>(i) + (spec.half_pixel_centers ? 0.5f : 0.0f);
    const float position = center * scale;
    const auto nearest =
        static_cast<int64_t>(spec.align_corners ? std::round(position) : std::floor(position));
    positions[Size(i)] = std::clamp<int64_t>(nearest, 0, input - 1);
  }
  return positions;
}

}  // namespace

XnnResizeBilinear::XnnResizeBilinear(const ResizeSpec& spec)
    : work_(4.0 * static_cast<double>(spec.out_elements())) {
  uint32_t flags = 0;
  if (spec.align_corners) flags |= XNN_FLAG_ALIGN_CORNERS;
  if (!spec.align_corners && !spec.half_pixel_centers) flags |= XNN_FLAG_TENSORFLOW_LEGACY_MODE;
  op_ = XnnOperator::Create(kResize, [&](xnn_operator_t* op) {
    return xnn_create_resize_bilinear2d_nhwc_f32(Size(spec.out_height), Size(spec.out_width), flags,
                                                 op);
  });
  // Besides the indirection buffer, XNNPACK allocates two weights per pixel.
  CheckIndirectionSize(6.0 * static_cast<double>(spec.out_height * spec.out_width), kResize);
  size_t alignment = 0;
  CheckXnn(xnn_reshape_resize_bilinear2d_nhwc_f32(op_.get(), Size(spec.batch), Size(spec.in_height),
                                                  Size(spec.in_width), Size(spec.channels),
                                                  Size(spec.channels), Size(spec.channels),
                                                  &workspace_bytes_, &alignment, PoolFor(work_)),
           kResize);
}

void XnnResizeBilinear::Run(const float* in, float* out, void* workspace) {
  CheckXnn(xnn_setup_resize_bilinear2d_nhwc_f32(op_.get(), workspace, in, out), kResize);
  op_.Run(PoolFor(work_));
}

void ResizeNearest(const ResizeSpec& spec, DType dtype, const void* in, void* out) {
  const auto rows = NearestPositions(spec.in_height, spec.out_height, spec);
  const auto columns = NearestPositions(spec.in_width, spec.out_width, spec);
  const int64_t channels = spec.channels;
  const double row_work = static_cast<double>(spec.out_width * channels);
  ParallelFor(spec.batch * spec.out_height, row_work, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t batch = row / spec.out_height;
      const int64_t in_row = batch * spec.in_height + rows[Size(row % spec.out_height)];
      for (int64_t x = 0; x < spec.out_width; ++x) {
        const int64_t from = (in_row * spec.in_width + columns[Size(x)]) * channels;
        const int64_t to = (row * spec.out_width + x) * channels;
        CopyElements(dtype, ElementAt(dtype, in, from), ElementAt(dtype, out, to), channels);
      }
    }
  });
}

}  // namespace tfwasm
