// SPDX-License-Identifier: Apache-2.0
// Code that applies ops, such as gradient rules, is written against a Builder. Whether an op runs
// at once or becomes a node for a later run is up to the builder.
//
//   Operand y = builder.Emit("Tanh", {x});
//   Operand dx = dy * (1 - y * y);
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "core/tensor_spec.h"
#include "graph/graph.h"

namespace tfwasm {

class Builder;

// A value that ops of a builder take and return. Cheap to copy. The builder must outlive it.
class Operand {
 public:
  Operand() = default;  // no value: empty() is true
  Operand(Builder& builder, Edge edge) : builder_(&builder), edge_(edge) {}

  bool empty() const { return builder_ == nullptr; }
  Builder& builder() const { return *builder_; }
  Edge edge() const { return edge_; }

  DType dtype() const;
  const Shape& shape() const;

 private:
  Builder* builder_ = nullptr;
  Edge edge_;
};

class Builder {
 public:
  virtual ~Builder() = default;

  // Applies an op. Dtypes and shapes of all outputs are known afterwards. Throws what the op
  // throws, and E_SHAPE if shapes of outputs depend on values that are not known yet.
  std::vector<Operand> EmitAll(std::string_view op, const std::vector<Operand>& inputs,
                               std::initializer_list<Attr> attrs = {});
  std::vector<Operand> EmitAll(std::string_view op, const std::vector<Operand>& inputs,
                               AttrMap attrs);
  // For ops with one output.
  Operand Emit(std::string_view op, const std::vector<Operand>& inputs,
               std::initializer_list<Attr> attrs = {}) {
    return EmitAll(op, inputs, attrs)[0];
  }
  Operand Emit(std::string_view op, const std::vector<Operand>& inputs, AttrMap attrs) {
    return EmitAll(op, inputs, std::move(attrs))[0];
  }

  Operand Const(Tensor value);
  // A constant vector of int32: axes, sizes, shapes.
  Operand Ints(const std::vector<int64_t>& values);
  Operand Ints(const Shape& shape);

  virtual const TensorSpec& spec(Edge edge) const = 0;
  // nullptr if the value is not known yet.
  virtual const Tensor* value(Edge edge) const = 0;

 protected:
  // Adds a node, whose name is empty, and returns its id.
  virtual NodeId Add(Node node) = 0;
};

// Arithmetic with broadcasting. Integers next to float32 are converted. A number is float32, or
// complex64 next to complex64.
Operand operator+(Operand a, Operand b);
Operand operator-(Operand a, Operand b);
Operand operator*(Operand a, Operand b);
Operand operator/(Operand a, Operand b);
Operand operator+(Operand a, float b);
Operand operator+(float a, Operand b);
Operand operator-(Operand a, float b);
Operand operator-(float a, Operand b);
Operand operator*(Operand a, float b);
Operand operator*(float a, Operand b);
Operand operator/(Operand a, float b);
Operand operator/(float a, Operand b);
Operand operator-(Operand a);

// Short forms of common ops.
Operand Reshape(Operand x, const Shape& shape);
Operand Transpose(Operand x, const std::vector<int>& permutation);
Operand Sum(Operand x, const std::vector<int>& axes, bool keep_dims);
Operand BroadcastTo(Operand x, const Shape& shape);
Operand Select(Operand condition, Operand if_true, Operand if_false);
Operand Cast(Operand x, DType dtype);
Operand Fill(Builder& builder, DType dtype, const Shape& shape, float value);
Operand ZerosLike(Operand x);
// Sums over the axes along which `shape` was broadcast to the shape of `x`.
Operand SumTo(Operand x, const Shape& shape);

}  // namespace tfwasm
