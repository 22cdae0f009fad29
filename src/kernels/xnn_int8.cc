// SPDX-License-Identifier: Apache-2.0
#include "kernels/xnn_int8.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "core/aligned_memory.h"
#include "kernels/int8_quantization.h"
#include "kernels/scratch.h"
#include "kernels/thread_pool.h"

namespace tfwasm {

namespace {

constexpr std::string_view kFullyConnected = "fully connected of int8";
constexpr std::string_view kConvolution = "convolution of int8";

// The next multiple of the alignment, after the padding that XNNPACK may read.
uint64_t Padded(uint64_t bytes) {
  constexpr uint64_t kAlignment = AlignedMemory::kAlignment;
  return (bytes + AlignedMemory::kPadding + kAlignment - 1) / kAlignment * kAlignment;
}

xnn_quantization_params ParamsOf(const Int8Range& range) {
  return {.zero_point = range.zero_point, .scale = range.scale};
}

void FillWithNan(float* out, int64_t count) {
  std::fill_n(out, count, std::numeric_limits<float>::quiet_NaN());
}

Activation ClampOf(const Activation& activation) {
  return activation.IsFusable() ? activation : Activation();
}

bool IsPointwise(const Conv2dSpec& spec) {
  const auto is_plain = [](const WindowAxis& axis) {
    return axis.size == 1 && axis.stride == 1 && axis.before == 0 && axis.after == 0;
  };
  return spec.groups == 1 && is_plain(spec.window.height) && is_plain(spec.window.width);
}

}  // namespace

XnnInt8FullyConnected::XnnInt8FullyConnected(int64_t inputs, int64_t outputs, const float* weights,
                                             bool is_transposed, const float* bias,
                                             const Activation& activation)
    : inputs_(inputs), outputs_(outputs) {
  CheckPackedSize(1, inputs, outputs);
  const Int8Weights quantized(inputs, outputs, weights, is_transposed);
  const auto in = static_cast<size_t>(inputs);
  const auto out = static_cast<size_t>(outputs);
  const Activation clamp = ClampOf(activation);
  op_ = XnnOperator::Create(kFullyConnected, [&](xnn_operator_t* op) {
    return xnn_create_fully_connected_nc_qd8_f32_qc8w(in, out, in, out, quantized.scales.data(),
                                                      quantized.values.data(), bias, clamp.min,
                                                      clamp.max, 0, nullptr, nullptr, op);
  });
}

void XnnInt8FullyConnected::Run(int64_t rows, int64_t rows_per_range, const float* in, float* out) {
  const uint64_t stored_bytes =
      Padded(static_cast<uint64_t>(rows) * static_cast<uint64_t>(inputs_));
  const uint64_t params = static_cast<uint64_t>(rows) + XNN_EXTRA_QUANTIZATION_PARAMS;
  auto* stored =
      static_cast<int8_t*>(ScratchSpace(stored_bytes + params * sizeof(xnn_quantization_params)));
  auto* ranges = reinterpret_cast<xnn_quantization_params*>(stored + stored_bytes);
  std::vector<int64_t> not_finite;
  for (int64_t row = 0; row < rows; row += rows_per_range) {
    const Int8Range range =
        QuantizeToInt8(in + row * inputs_, rows_per_range * inputs_, stored + row * inputs_);
    std::fill_n(ranges + row, rows_per_range, ParamsOf(range));
    if (!range.is_finite) not_finite.push_back(row);
  }
  // Kernels compute the last row again in place of rows that do not exist.
  std::fill_n(ranges + rows, XNN_EXTRA_QUANTIZATION_PARAMS, ranges[rows - 1]);
  const pthreadpool_t pool = PoolFor(static_cast<double>(rows) * static_cast<double>(inputs_) *
                                     static_cast<double>(outputs_));
  if (rows != prepared_rows_ || ThreadCount() != prepared_threads_) {
    prepared_rows_ = 0;
    CheckXnn(
        xnn_reshape_fully_connected_nc_qd8_f32_qc8w(op_.get(), static_cast<size_t>(rows), pool),
        kFullyConnected);
    prepared_rows_ = rows;
    prepared_threads_ = ThreadCount();
  }
  CheckXnn(xnn_setup_fully_connected_nc_qd8_f32_qc8w(op_.get(), stored, out, ranges),
           kFullyConnected);
  op_.Run(pool);
  for (const int64_t row : not_finite) FillWithNan(out + row * outputs_, rows_per_range * outputs_);
}

XnnInt8Conv2d::XnnInt8Conv2d(const Conv2dSpec& spec, const float* filter, const float* bias)
    : spec_(spec) {
  const WindowAxis& height = spec.window.height;
  const WindowAxis& width = spec.window.width;
  const int64_t inputs = height.size * width.size * spec.group_inputs;
  const int64_t outputs = spec.groups * spec.group_outputs;
  if (IsPointwise(spec)) {
    pointwise_ = std::make_unique<XnnInt8FullyConnected>(inputs, outputs, filter, false, bias,
                                                         spec.activation);
    return;
  }
  CheckPackedSize(spec.groups, inputs, spec.group_outputs);
  const Int8Weights quantized(inputs, outputs, filter, false);
  const auto u32 = [](int64_t value) { return static_cast<uint32_t>(value); };
  const uint32_t flags = height.padding == Padding::kSame ? XNN_FLAG_TENSORFLOW_SAME_PADDING : 0;
  const Activation clamp = ClampOf(spec.activation);
  op_ = XnnOperator::Create(kConvolution, [&](xnn_operator_t* op) {
    return xnn_create_convolution2d_nhwc_qd8_f32_qc8w(
        u32(height.before), u32(width.after), u32(height.after), u32(width.before),
        u32(height.size), u32(width.size), u32(height.stride), u32(width.stride),
        u32(height.dilation), u32(width.dilation), u32(spec.groups),
        static_cast<size_t>(spec.group_inputs), static_cast<size_t>(spec.group_outputs),
        static_cast<size_t>(spec.groups * spec.group_inputs), static_cast<size_t>(outputs),
        quantized.scales.data(), quantized.values.data(), bias, clamp.min, clamp.max, flags,
        nullptr, nullptr, op);
  });
}

double XnnInt8Conv2d::WorkPerImage(const ImageSize& input) const {
  const auto number = [](int64_t value) { return static_cast<double>(value); };
  const Window2d& window = spec_.window;
  return number(input.height) * number(input.width) * number(window.height.size) *
         number(window.width.size) * number(spec_.groups) * number(spec_.group_inputs) *
         number(spec_.group_outputs) / (number(window.height.stride) * number(window.width.stride));
}

// For one image at a time, so that all need only one buffer for their borders.
void XnnInt8Conv2d::Prepare(const ImageSize& input) {
  if (pointwise_ != nullptr) return;
  const bool is_same = input.height == prepared_.height && input.width == prepared_.width;
  if (is_same && ThreadCount() == prepared_threads_) return;
  prepared_ = {};
  size_t alignment = 0;
  size_t out_height = 0;
  size_t out_width = 0;
  CheckXnn(
      xnn_reshape_convolution2d_nhwc_qd8_f32_qc8w(
          op_.get(), 1, static_cast<size_t>(input.height), static_cast<size_t>(input.width),
          &workspace_bytes_, &alignment, &out_height, &out_width, PoolFor(WorkPerImage(input))),
      kConvolution);
  output_elements_ =
      static_cast<int64_t>(out_height * out_width) * spec_.groups * spec_.group_outputs;
  prepared_ = input;
  prepared_threads_ = ThreadCount();
}

void XnnInt8Conv2d::Run(const ImageSize& input, const float* in, float* out) {
  const int64_t pixels = input.height * input.width;
  if (pointwise_ != nullptr) return pointwise_->Run(input.batch * pixels, pixels, in, out);
  const int64_t elements = pixels * spec_.groups * spec_.group_inputs;
  Prepare(input);
  const pthreadpool_t pool = PoolFor(WorkPerImage(input));
  const uint64_t stored_bytes = Padded(static_cast<uint64_t>(elements));
  const uint64_t params_bytes =
      Padded((1 + XNN_EXTRA_QUANTIZATION_PARAMS) * sizeof(xnn_quantization_params));
  auto* stored = static_cast<int8_t*>(ScratchSpace(stored_bytes + params_bytes + workspace_bytes_));
  auto* params = reinterpret_cast<xnn_quantization_params*>(stored + stored_bytes);
  void* workspace = workspace_bytes_ == 0 ? nullptr : stored + stored_bytes + params_bytes;
  for (int64_t image = 0; image < input.batch; ++image, in += elements, out += output_elements_) {
    const Int8Range range = QuantizeToInt8(in, elements, stored);
    if (!range.is_finite) {
      FillWithNan(out, output_elements_);
      continue;
    }
    std::fill_n(params, 1 + XNN_EXTRA_QUANTIZATION_PARAMS, ParamsOf(range));
    CheckXnn(xnn_setup_convolution2d_nhwc_qd8_f32_qc8w(op_.get(), workspace, stored, out, params),
             kConvolution);
    op_.Run(pool);
  }
}

}  // namespace tfwasm
