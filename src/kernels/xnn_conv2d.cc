// SPDX-License-Identifier: Apache-2.0
#include "kernels/xnn_conv2d.h"

#include "core/tensor.h"
#include "kernels/joined_taps_conv.h"
#include "kernels/scratch.h"
#include "kernels/thread_pool.h"
#include "kernels/transpose.h"
#include "kernels/vector_matmul.h"

namespace tfwasm {

namespace {

constexpr std::string_view kWhat = "convolution";

// [height, width, inputs, outputs] to XNNPACK's [outputs, height, width, inputs].
Tensor TransposeFilter(const Conv2dSpec& spec, const float* filter) {
  const int64_t outputs = spec.groups * spec.group_outputs;
  const int64_t rest = spec.window.height.size * spec.window.width.size * spec.group_inputs;
  Tensor transposed(DType::kFloat32, {outputs, rest});
  Transposer(DType::kFloat32, {rest, outputs}, {1, 0}).Run(filter, transposed.mutable_data());
  return transposed;
}

XnnOperator CreateOperator(const Conv2dSpec& spec, const float* filter, const float* bias,
                           xnn_weights_cache_t packed) {
  const auto u32 = [](int64_t value) { return static_cast<uint32_t>(value); };
  const WindowAxis& height = spec.window.height;
  const WindowAxis& width = spec.window.width;
  uint32_t flags = spec.is_depthwise ? XNN_FLAG_DEPTHWISE_CONVOLUTION : 0;
  if (height.padding == Padding::kSame) {
    flags |= XNN_FLAG_TENSORFLOW_SAME_PADDING;
  }
  const Activation none;
  const Activation& clamp = spec.activation.IsFusable() ? spec.activation : none;
  return XnnOperator::Create(kWhat, [&](xnn_operator_t* op) {
    return xnn_create_convolution2d_nhwc_f32(
        u32(height.before), u32(width.after), u32(height.after), u32(width.before),
        u32(height.size), u32(width.size), u32(height.stride), u32(width.stride),
        u32(height.dilation), u32(width.dilation), u32(spec.groups),
        static_cast<size_t>(spec.group_inputs), static_cast<size_t>(spec.group_outputs),
        static_cast<size_t>(spec.groups * spec.group_inputs),
        static_cast<size_t>(spec.groups * spec.group_outputs), filter, bias, clamp.min, clamp.max,
        flags, nullptr, packed, op);
  });
}

// Whether the window is a single pixel without padding.
bool IsPointwise(const Conv2dSpec& spec) {
  const auto is_plain = [](const WindowAxis& axis) {
    return axis.size == 1 && axis.before == 0 && axis.after == 0;
  };
  return spec.groups == 1 && is_plain(spec.window.height) && is_plain(spec.window.width);
}

// The number of pointers in the operator's indirection buffer.
double IndirectionPointers(const Conv2dSpec& spec, const ImageSize& input) {
  const auto number = [](int64_t value) { return static_cast<double>(value); };
  const auto& [height, width] = spec.window;
  const double rows = number(ResolveAxis(height, input.height).output);
  const double columns = number(ResolveAxis(width, input.width).output);
  if (!spec.is_depthwise) return number(height.size * width.size) * (rows * columns + kMostTile);
  // Overlapping windows share columns of pointers.
  const int64_t step = width.dilation == 1 ? std::min(width.stride, width.size) : width.size;
  return number(height.size) * rows * (number(width.size) + (columns - 1) * number(step));
}

}  // namespace

XnnConv2d::XnnConv2d(const Conv2dSpec& spec, const float* filter, const float* bias) : spec_(spec) {
  const int64_t taps = spec.window.height.size * spec.window.width.size;
  const int64_t inputs = taps * spec.group_inputs;
  CheckPackedSize(spec.groups, inputs, spec.group_outputs);
  if (JoinedTapsConv::IsFor(spec)) {
    joined_taps_ = std::make_unique<JoinedTapsConv>(spec, filter, bias);
  } else if (PackedWeights::IsFor(spec.group_outputs)) {
    weights_ =
        std::make_unique<PackedWeights>(spec.groups, inputs, spec.group_outputs, filter, bias);
    op_ = CreateOperator(spec, filter, bias, weights_->cache());
  } else if (spec.is_depthwise) {
    op_ = CreateOperator(spec, filter, bias, nullptr);
  } else {
    const Tensor transposed = TransposeFilter(spec, filter);
    op_ = CreateOperator(spec, transposed.values<float>().data(), bias, nullptr);
  }
}

XnnConv2d::~XnnConv2d() = default;

pthreadpool_t XnnConv2d::Pool(const ImageSize& input) const {
  const auto number = [](int64_t value) { return static_cast<double>(value); };
  const Window2d& window = spec_.window;
  const double pixels = number(input.batch) * number(input.height) * number(input.width) /
                        (number(window.height.stride) * number(window.width.stride));
  return PoolFor(pixels * number(window.height.size) * number(window.width.size) *
                 number(spec_.groups) * number(spec_.group_inputs) * number(spec_.group_outputs));
}

void XnnConv2d::Prepare(const ImageSize& input) {
  if (joined_taps_ != nullptr) return;
  if (input == prepared_ && ThreadCount() == prepared_threads_) return;
  prepared_ = {};
  CheckIndirectionSize(IndirectionPointers(spec_, input), kWhat);
  size_t alignment = 0;
  size_t out_height = 0;
  size_t out_width = 0;
  CheckXnn(xnn_reshape_convolution2d_nhwc_f32(op_.get(), static_cast<size_t>(input.batch),
                                              static_cast<size_t>(input.height),
                                              static_cast<size_t>(input.width), &workspace_bytes_,
                                              &alignment, &out_height, &out_width, Pool(input)),
           kWhat);
  prepared_ = input;
  prepared_threads_ = ThreadCount();
}

void XnnConv2d::Run(const ImageSize& input, const float* in, float* out) {
  if (joined_taps_ != nullptr) return joined_taps_->Run(input, in, out);
  constexpr ImageSize kOnePixel = {1, 1, 1};
  if (input == kOnePixel && weights_ && IsPointwise(spec_)) {
    return VectorMatMul(spec_.group_inputs, spec_.group_outputs, in, *weights_, spec_.activation,
                        out);
  }
  Prepare(input);
  void* workspace = workspace_bytes_ == 0 ? nullptr : ScratchSpace(workspace_bytes_);
  CheckXnn(xnn_setup_convolution2d_nhwc_f32(op_.get(), workspace, in, out), kWhat);
  op_.Run(Pool(input));
}

}  // namespace tfwasm
