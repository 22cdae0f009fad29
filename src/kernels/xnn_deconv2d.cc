// SPDX-License-Identifier: Apache-2.0
#include "kernels/xnn_deconv2d.h"

#include "core/tensor.h"
#include "kernels/strided_copy.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

constexpr std::string_view kWhat = "transposed convolution";

// [height * width, group_outputs, groups, group_inputs] to XNNPACK's [groups, group_outputs, height
// * width, group_inputs].
Tensor TransposeFilter(const Deconv2dSpec& spec, const float* filter) {
  const int64_t taps = spec.window.height.size * spec.window.width.size;
  Tensor transposed(DType::kFloat32, {spec.groups, spec.group_outputs, taps, spec.group_inputs});
  const int64_t inputs = spec.groups * spec.group_inputs;
  StridedCopy copy;
  copy.shape = transposed.shape();
  copy.in_strides = {spec.group_inputs, inputs, spec.group_outputs * inputs, 1};
  copy.out_strides = RowMajorStrides(copy.shape);
  copy.Run(filter, transposed.mutable_data());
  return transposed;
}

// How far the output extends beyond the windows: XNNPACK's "adjustment".
uint32_t Adjustment(const WindowAxis& axis, int64_t input, int64_t output) {
  const int64_t covered = (input - 1) * axis.stride + axis.extent() - axis.before - axis.after;
  return static_cast<uint32_t>(output - covered);
}

}  // namespace

XnnDeconv2d::XnnDeconv2d(const Deconv2dSpec& spec, const float* filter) : spec_(spec) {
  const auto u32 = [](int64_t value) { return static_cast<uint32_t>(value); };
  const WindowAxis& height = spec.window.height;
  const WindowAxis& width = spec.window.width;
  CheckPackedSize(spec.groups, height.size * width.size * spec.group_inputs, spec.group_outputs);
  const Tensor transposed = TransposeFilter(spec, filter);
  const Activation none;
  op_ = XnnOperator::Create(kWhat, [&](xnn_operator_t* op) {
    return xnn_create_deconvolution2d_nhwc_f32(
        u32(height.before), u32(width.after), u32(height.after), u32(width.before),
        u32(height.size), u32(width.size), u32(height.stride), u32(width.stride),
        u32(height.dilation), u32(width.dilation), u32(spec.groups),
        static_cast<size_t>(spec.group_inputs), static_cast<size_t>(spec.group_outputs),
        static_cast<size_t>(spec.groups * spec.group_inputs),
        static_cast<size_t>(spec.groups * spec.group_outputs),
        static_cast<const float*>(transposed.data()), nullptr, none.min, none.max, 0, nullptr,
        nullptr, op);
  });
}

double XnnDeconv2d::Work(const ImageSize& input) const {
  const auto number = [](int64_t value) { return static_cast<double>(value); };
  return number(input.batch) * number(input.height) * number(input.width) *
         number(spec_.window.height.size * spec_.window.width.size) * number(spec_.groups) *
         number(spec_.group_inputs) * number(spec_.group_outputs);
}

void XnnDeconv2d::Prepare(const ImageSize& input, const ImageSize& output) {
  if (input == prepared_input_ && output == prepared_output_ &&
      ThreadCount() == prepared_threads_) {
    return;
  }
  prepared_input_ = {};
  size_t out_height = 0;
  size_t out_width = 0;
  CheckXnn(xnn_reshape_deconvolution2d_nhwc_f32(
               op_.get(), static_cast<size_t>(input.batch), static_cast<size_t>(input.height),
               static_cast<size_t>(input.width),
               Adjustment(spec_.window.height, input.height, output.height),
               Adjustment(spec_.window.width, input.width, output.width), &out_height, &out_width,
               PoolFor(Work(input))),
           kWhat);
  if (out_height != static_cast<size_t>(output.height) ||
      out_width != static_cast<size_t>(output.width)) {
    Throw(Code::kInternal, "a transposed convolution gave ", out_height, "x", out_width,
          " instead of ", output.height, "x", output.width);
  }
  prepared_input_ = input;
  prepared_output_ = output;
  prepared_threads_ = ThreadCount();
}

void XnnDeconv2d::Run(const ImageSize& input, const ImageSize& output, const float* in,
                      float* out) {
  Prepare(input, output);
  CheckXnn(xnn_setup_deconvolution2d_nhwc_f32(op_.get(), in, out), kWhat);
  op_.Run(PoolFor(Work(input)));
}

}  // namespace tfwasm
