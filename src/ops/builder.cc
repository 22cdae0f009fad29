// SPDX-License-Identifier: Apache-2.0
#include "ops/builder.h"

#include <utility>

#include "ops/node_plan.h"

namespace tfwasm {

namespace {

AttrValue ToAttrValue(const GivenAttr::Value& value) {
  return std::visit(
      [](const auto& given) -> AttrValue {
        using T = std::decay_t<decltype(given)>;
        if constexpr (std::is_same_v<T, std::string_view>)
          return std::string(given);
        else if constexpr (std::is_pointer_v<T>)
          return *given;
        else
          return given;
      },
      value);
}

AttrMap MakeAttrs(GivenAttrs list) {
  AttrMap attrs;
  for (const GivenAttr& attr : list) attrs.Set(attr.name, ToAttrValue(attr.value));
  return attrs;
}

Operand Number(Operand like, float value) {
  Tensor number = Tensor::Scalar(value);
  if (like.dtype() == DType::kComplex64) number = Tensor::Scalar(Complex64(value));
  return like.builder().Const(std::move(number));
}

Operand Binary(std::string_view op, Operand a, Operand b) {
  if (a.dtype() == DType::kFloat32 && b.dtype() != DType::kComplex64) b = Cast(b, a.dtype());
  if (b.dtype() == DType::kFloat32 && a.dtype() != DType::kComplex64) a = Cast(a, b.dtype());
  return a.builder().Emit(op, {a, b});
}

std::vector<int64_t> ToInts64(const std::vector<int>& values) {
  return {values.begin(), values.end()};
}

}  // namespace

DType Operand::dtype() const { return builder_->spec(edge_).dtype; }
const Shape& Operand::shape() const { return builder_->spec(edge_).shape; }

Operand Builder::Emit(std::string_view op, Operands inputs, GivenAttrs attrs) {
  return EmitAll(op, inputs, MakeAttrs(attrs))[0];
}

Operand Builder::Emit(std::string_view op, Operands inputs, AttrMap attrs) {
  return EmitAll(op, inputs, std::move(attrs))[0];
}

std::vector<Operand> Builder::EmitAll(std::string_view op, Operands inputs, GivenAttrs attrs) {
  return EmitAll(op, inputs, MakeAttrs(attrs));
}

std::vector<Operand> Builder::EmitAll(std::string_view op, Operands inputs, AttrMap attrs) {
  Node node{.op = std::string(op), .attrs = std::move(attrs)};
  for (const Operand& input : inputs) {
    if (input.empty()) Throw(Code::kInternal, "an input of ", op, " has no value");
    node.inputs.push_back(input.edge());
  }
  const int outputs = NumOutputs(RequireOp(node, inputs.size()), node);
  const NodeId id = Add(std::move(node));
  std::vector<Operand> results;
  for (int i = 0; i < outputs; ++i) results.emplace_back(*this, Edge{.node = id, .output = i});
  return results;
}

Operand Builder::Const(Tensor value) {
  Node node{.op = "Const"};
  node.attrs.Set("dtype", value.dtype());
  node.value = std::move(value);
  return {*this, {.node = Add(std::move(node))}};
}

Operand Builder::Ints(const std::vector<int64_t>& values) {
  Tensor tensor(DType::kInt32, {static_cast<int64_t>(values.size())});
  const auto ints = tensor.mutable_values<int32_t>();
  for (size_t i = 0; i < values.size(); ++i) ints[i] = static_cast<int32_t>(values[i]);
  return Const(std::move(tensor));
}

Operand Builder::Ints(std::initializer_list<int64_t> values) {
  return Ints(std::vector<int64_t>(values));
}

Operand Builder::Ints(const Shape& shape) {
  return Ints(std::vector<int64_t>(shape.begin(), shape.end()));
}

Operand operator+(const Operand& a, const Operand& b) { return Binary("AddV2", a, b); }
Operand operator-(const Operand& a, const Operand& b) { return Binary("Sub", a, b); }
Operand operator*(const Operand& a, const Operand& b) { return Binary("Mul", a, b); }
Operand operator/(const Operand& a, const Operand& b) { return Binary("RealDiv", a, b); }
Operand operator+(const Operand& a, float b) { return a + Number(a, b); }
Operand operator+(float a, const Operand& b) { return Number(b, a) + b; }
Operand operator-(const Operand& a, float b) { return a - Number(a, b); }
Operand operator-(float a, const Operand& b) { return Number(b, a) - b; }
Operand operator*(const Operand& a, float b) { return a * Number(a, b); }
Operand operator*(float a, const Operand& b) { return Number(b, a) * b; }
Operand operator/(const Operand& a, float b) { return a / Number(a, b); }
Operand operator/(float a, const Operand& b) { return Number(b, a) / b; }
Operand operator-(const Operand& a) { return a.builder().Emit("Neg", {a}); }

Operand Reshape(const Operand& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  return x.builder().Emit("Reshape", {x, x.builder().Ints(shape)});
}

Operand Transpose(const Operand& x, const std::vector<int>& permutation) {
  return x.builder().Emit("Transpose", {x, x.builder().Ints(ToInts64(permutation))});
}

Operand Sum(const Operand& x, const std::vector<int>& axes, bool keep_dims) {
  return x.builder().Emit("Sum", {x, x.builder().Ints(ToInts64(axes))}, {{"keep_dims", keep_dims}});
}

Operand BroadcastTo(const Operand& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  return x.builder().Emit("BroadcastTo", {x, x.builder().Ints(shape)});
}

Operand Select(const Operand& condition, const Operand& if_true, const Operand& if_false) {
  return condition.builder().Emit("SelectV2", {condition, if_true, if_false});
}

Operand Cast(const Operand& x, DType dtype) {
  if (x.dtype() == dtype) return x;
  return x.builder().Emit("Cast", {x}, {{"DstT", dtype}});
}

Operand Fill(Builder& builder, DType dtype, const Shape& shape, float value) {
  Tensor number = Tensor::Scalar(value);
  if (dtype == DType::kComplex64) number = Tensor::Scalar(Complex64(value));
  return builder.Emit("Fill", {builder.Ints(shape), builder.Const(std::move(number))});
}

Operand ZerosLike(const Operand& x) { return Fill(x.builder(), x.dtype(), x.shape(), 0); }

Operand SumTo(const Operand& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  const int added = x.shape().rank() - shape.rank();
  std::vector<int> axes;
  for (int axis = 0; axis < x.shape().rank(); ++axis) {
    if (axis < added || shape[axis - added] != x.shape()[axis]) axes.push_back(axis);
  }
  return Reshape(Sum(x, axes, /*keep_dims=*/false), shape);
}

}  // namespace tfwasm
