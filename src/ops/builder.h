// SPDX-License-Identifier: Apache-2.0
// Code that applies ops, such as gradient rules, is written against a Builder. Whether an op runs
// at once or becomes a node for a later run is up to the builder.
//
//   Operand y = builder.Emit("Tanh", {x});
//   Operand dx = dy * (1 - y * y);
#pragma once

#include <initializer_list>
#include <span>
#include <string_view>
#include <variant>
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

// The inputs of an op, from a braced list or a vector. A view, so that calls are short.
class Operands {
 public:
  Operands(std::initializer_list<Operand> list)  // NOLINT(google-explicit-constructor)
      : span_(list.begin(), list.size()) {}
  Operands(const std::vector<Operand>& list)  // NOLINT(google-explicit-constructor)
      : span_(list) {}

  size_t size() const { return span_.size(); }
  const Operand* begin() const { return span_.data(); }
  const Operand* end() const { return span_.data() + span_.size(); }

 private:
  std::span<const Operand> span_;
};

// An attribute in a braced list: {"keep_dims", true}. A view of its value.
struct GivenAttr {
  using Value = std::variant<bool, int64_t, float, std::string_view, DType, const Shape*,
                             const std::vector<int64_t>*>;

  template <typename T>
  GivenAttr(std::string_view name, const T& value) : name(name), value(ValueOf(value)) {}

  std::string_view name;
  Value value;

 private:
  static Value ValueOf(bool value) { return value; }
  static Value ValueOf(int value) { return int64_t{value}; }
  static Value ValueOf(int64_t value) { return value; }
  static Value ValueOf(float value) { return value; }
  static Value ValueOf(std::string_view value) { return value; }
  static Value ValueOf(const char* value) { return std::string_view(value); }
  static Value ValueOf(DType value) { return value; }
  static Value ValueOf(const Shape& value) { return &value; }
  static Value ValueOf(const std::vector<int64_t>& value) { return &value; }
};
using GivenAttrs = std::initializer_list<GivenAttr>;

class Builder {
 public:
  virtual ~Builder() = default;

  // Applies an op. Dtypes and shapes of all outputs are known afterwards. Throws what the op
  // throws, and E_SHAPE if shapes of outputs depend on values that are not known yet.
  std::vector<Operand> EmitAll(std::string_view op, Operands inputs, GivenAttrs attrs = {});
  std::vector<Operand> EmitAll(std::string_view op, Operands inputs, AttrMap attrs);
  // For ops with one output.
  Operand Emit(std::string_view op, Operands inputs, GivenAttrs attrs = {});
  Operand Emit(std::string_view op, Operands inputs, AttrMap attrs);

  Operand Const(Tensor value);
  // A constant vector of int32: axes, sizes, shapes.
  Operand Ints(std::initializer_list<int64_t> values);
  Operand Ints(const std::vector<int64_t>& values);
  Operand Ints(const Shape& shape);

  virtual const TensorSpec& spec(Edge edge) const = 0;
  // nullptr if the value is not known yet.
  virtual const Tensor* value(Edge edge) const = 0;
  // The node that a value is an output of. Valid until the next node is added.
  virtual const Node& node(Edge edge) const = 0;

 protected:
  // Adds a node, whose name is empty, and returns its id.
  virtual NodeId Add(Node node) = 0;
};

// Arithmetic with broadcasting. Integers next to float32 are converted. A number is float32, or
// complex64 next to complex64.
Operand operator+(const Operand& a, const Operand& b);
Operand operator-(const Operand& a, const Operand& b);
Operand operator*(const Operand& a, const Operand& b);
Operand operator/(const Operand& a, const Operand& b);
Operand operator+(const Operand& a, float b);
Operand operator+(float a, const Operand& b);
Operand operator-(const Operand& a, float b);
Operand operator-(float a, const Operand& b);
Operand operator*(const Operand& a, float b);
Operand operator*(float a, const Operand& b);
Operand operator/(const Operand& a, float b);
Operand operator/(float a, const Operand& b);
Operand operator-(const Operand& a);

// Short forms of common ops.
Operand Reshape(const Operand& x, const Shape& shape);
Operand Transpose(const Operand& x, const std::vector<int>& permutation);
Operand Sum(const Operand& x, const std::vector<int>& axes, bool keep_dims);
Operand BroadcastTo(const Operand& x, const Shape& shape);
Operand Select(const Operand& condition, const Operand& if_true, const Operand& if_false);
Operand Cast(const Operand& x, DType dtype);
Operand Fill(Builder& builder, DType dtype, const Shape& shape, float value);
Operand ZerosLike(const Operand& x);
// Sums over the axes along which `shape` was broadcast to the shape of `x`.
Operand SumTo(const Operand& x, const Shape& shape);

}  // namespace tfwasm
