// SPDX-License-Identifier: Apache-2.0
#include "layers/emit.h"

#include <numbers>

#include "layers/axes.h"

namespace tfwasm {

Operand Unary(const char* op, const Operand& x) { return x.builder().Emit(op, {x}); }

Operand Binary(const char* op, const Operand& a, const Operand& b) {
  return a.builder().Emit(op, {a, b});
}

Operand NumberLike(const Operand& x, float value) {
  Builder& builder = x.builder();
  return x.dtype() == DType::kInt32 ? builder.Const(Tensor::Scalar(static_cast<int32_t>(value)))
                                    : builder.Const(Tensor::Scalar(value));
}

Operand Clip(const Operand& x, float low, float high) {
  return x.builder().Emit("ClipByValue", {x, NumberLike(x, low), NumberLike(x, high)});
}

Operand Reduce(const char* op, const Operand& x, const std::vector<int>& axes, bool keep_dims) {
  const std::vector<int64_t> list(axes.begin(), axes.end());
  return x.builder().Emit(op, {x, x.builder().Ints(list)}, {{"keep_dims", keep_dims}});
}

Operand Mean(const Operand& x, const std::vector<int>& axes, bool keep_dims) {
  return Reduce("Mean", x, axes, keep_dims);
}

Operand SumAll(const Operand& x) {
  return Sum(x, OtherAxes({}, x.shape().rank()), /*keep_dims=*/false);
}

Operand Concat(const std::vector<Operand>& parts, int axis) {
  Builder& builder = parts.front().builder();
  std::vector<Operand> inputs = parts;
  inputs.push_back(builder.Const(Tensor::Scalar<int32_t>(axis)));
  return builder.Emit("ConcatV2", inputs, {{"N", static_cast<int>(parts.size())}});
}

Operand ExpandDims(const Operand& x, int axis) {
  return Binary("ExpandDims", x, x.builder().Const(Tensor::Scalar<int32_t>(axis)));
}

Operand Squeeze(const Operand& x, int64_t axis) {
  const std::vector<int64_t> axes{axis};
  return x.builder().Emit("Squeeze", {x}, {{"squeeze_dims", axes}});
}

Operand ReshapeTo(const Operand& x, std::initializer_list<int64_t> sizes) {
  return Binary("Reshape", x, x.builder().Ints(sizes));
}

Operand Numbers(Builder& builder, std::span<const float> values) {
  return builder.Const(Tensor::FromSpan<float>({static_cast<int64_t>(values.size())}, values));
}

Operand Gather(const Operand& x, const Operand& positions, int axis) {
  Builder& builder = x.builder();
  return builder.Emit("GatherV2", {x, positions, builder.Const(Tensor::Scalar<int32_t>(axis))});
}

Operand ExpandMask(Operand mask, int rank) {
  mask = Cast(mask, DType::kBool);
  while (mask.shape().rank() < rank) mask = ExpandDims(mask, -1);
  return mask;
}

Operand Normalized(const Operand& x, const std::vector<int>& axes, float least) {
  const Operand squares = Sum(x * x, axes, /*keep_dims=*/true);
  return x * Unary("Rsqrt", Binary("Maximum", squares, NumberLike(x, least)));
}

Operand Slice(const Operand& x, int axis, int64_t begin, int64_t size) {
  std::vector<int64_t> begins(static_cast<size_t>(x.shape().rank()), 0);
  std::vector<int64_t> sizes(begins.size(), -1);
  begins[static_cast<size_t>(axis)] = begin;
  sizes[static_cast<size_t>(axis)] = size;
  return x.builder().Emit("Slice", {x, x.builder().Ints(begins), x.builder().Ints(sizes)});
}

Operand EluOf(const Operand& x, float alpha) {
  const Operand y = x.builder().Emit("Elu", {x});
  if (alpha == 1) return y;
  return Select(x.builder().Emit("Greater", {x, NumberLike(x, 0)}), x, alpha * y);
}

Operand LeakyReluOf(const Operand& x, float alpha) {
  return x.builder().Emit("LeakyRelu", {x}, {{"alpha", alpha}});
}

Operand HardSigmoidOf(const Operand& x, Generation generation) {
  if (generation == Generation::kKeras2) return Clip(0.2f * x + 0.5f, 0, 1);
  return x.builder().Emit("Relu6", {x + 3.0f}) * (1.0f / 6);
}

Operand GeluOf(const Operand& x, bool approximate) {
  Builder& builder = x.builder();
  if (!approximate) {
    constexpr float kScale = 1 / std::numbers::sqrt2_v<float>;
    return 0.5f * x * (1.0f + builder.Emit("Erf", {x * kScale}));
  }
  constexpr float kScale = std::numbers::sqrt2_v<float> * std::numbers::inv_sqrtpi_v<float>;
  const Operand inner = kScale * (x + 0.044715f * (x * x * x));
  return 0.5f * x * (1.0f + builder.Emit("Tanh", {inner}));
}

}  // namespace tfwasm
