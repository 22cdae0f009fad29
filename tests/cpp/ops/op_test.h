// SPDX-License-Identifier: Apache-2.0
// Runs single ops by name and compares tensors, for the tests of src/ops/.
//
//   const Tensor out = RunOp("Sum", {{"keep_dims", true}}, {F32({2, 2}, {1, 2, 3, 4}), I32({},
//   {0})}); ExpectTensor(out, F32({1, 2}, {4, 6})); ExpectError(Code::kShape, [] { RunOp("Add", {},
//   {F32({2}, {1, 2}), F32({3}, {1, 2, 3})}); });
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/flag_list.h"
#include "core/tensor.h"
#include "ops/node_plan.h"

namespace tfwasm {

inline constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
inline constexpr float kInf = std::numeric_limits<float>::infinity();
inline constexpr int32_t kIntMin = std::numeric_limits<int32_t>::min();
inline constexpr int32_t kIntMax = std::numeric_limits<int32_t>::max();

// Tensor literals. F32({}, {1}) is a scalar, F32({0, 2}, {}) is empty.
inline Tensor F32(const Shape& shape, const std::vector<float>& values) {
  return Tensor::FromSpan<float>(shape, values);
}
inline Tensor I32(const Shape& shape, const std::vector<int32_t>& values) {
  return Tensor::FromSpan<int32_t>(shape, values);
}
inline Tensor Bool(const Shape& shape, std::initializer_list<int> values) {
  std::vector<uint8_t> bytes;
  for (const int value : values) bytes.push_back(value != 0 ? 1 : 0);
  return Tensor::FromSpan<uint8_t>(shape, bytes);
}
inline Tensor Strings(const Shape& shape, const std::vector<std::string>& values) {
  return Tensor::FromSpan<std::string>(shape, values);
}
inline Tensor C64(const Shape& shape, const std::vector<Complex64>& values) {
  return Tensor::FromSpan<Complex64>(shape, values);
}

// `fn(i)` for every element index: large tensors without large literals.
template <typename F>
Tensor MakeF32(const Shape& shape, F fn) {
  Tensor tensor(DType::kFloat32, shape);
  const auto values = tensor.mutable_values<float>();
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(fn(i));
  return tensor;
}
template <typename F>
Tensor MakeI32(const Shape& shape, F fn) {
  Tensor tensor(DType::kInt32, shape);
  const auto values = tensor.mutable_values<int32_t>();
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<int32_t>(fn(i));
  return tensor;
}

// Attributes as {{"keep_dims", true}, {"axis", 1}, {"padding", "SAME"}, {"strides", {1, 2, 2, 1}}}.
struct TestAttr {
  TestAttr(std::string_view n, bool v) : name(n), value(v) {}
  TestAttr(std::string_view n, int v) : name(n), value(int64_t{v}) {}
  TestAttr(std::string_view n, int64_t v) : name(n), value(v) {}
  TestAttr(std::string_view n, float v) : name(n), value(v) {}
  TestAttr(std::string_view n, double v) : name(n), value(static_cast<float>(v)) {}
  TestAttr(std::string_view n, const char* v) : name(n), value(std::string(v)) {}
  TestAttr(std::string_view n, DType v) : name(n), value(v) {}
  TestAttr(std::string_view n, const Shape& v) : name(n), value(v) {}
  TestAttr(std::string_view n, std::initializer_list<int> v)
      : name(n), value(std::vector<int64_t>(v.begin(), v.end())) {}
  TestAttr(std::string_view n, const std::vector<int64_t>& v) : name(n), value(v) {}
  TestAttr(std::string_view n, const std::vector<float>& v) : name(n), value(v) {}
  TestAttr(std::string_view n, const std::vector<std::string>& v) : name(n), value(v) {}
  TestAttr(std::string_view n, AttrValue v) : name(n), value(std::move(v)) {}

  std::string_view name;
  AttrValue value;
};
using TestAttrs = std::vector<TestAttr>;

inline Node TestNode(std::string_view op, const TestAttrs& attrs) {
  Node node;
  node.name = "test";
  node.op = op;
  for (const TestAttr& attr : attrs) node.attrs.Set(attr.name, attr.value);
  return node;
}

<<<<<<< HEAD
// All outputs of an op whose input values are all known when the kernel is made.
=======
// The outputs of a node whose inputs are all known beforehand.
inline std::vector<Tensor> Evaluate(const Node& node, const std::vector<Tensor>& inputs) {
  return NodePlan::Evaluate(node, inputs);
}

// The outputs of a node of which only the inputs marked `constant` are known beforehand, as in a
// graph.
inline std::vector<Tensor> EvaluateInGraph(const Node& node, const std::vector<Tensor>& inputs,
                                           const FlagList& constant,
                                           std::shared_ptr<NodeState>* state) {
  return NodePlan(node, inputs, constant, state).Run(inputs);
}

// All outputs of an op whose inputs are all known beforehand.
>>>>>>> ed3895e (WIP: one class for running a node, dtypes of values, errors by code, loading apart from bindings)
inline std::vector<Tensor> RunOpMulti(std::string_view op, const TestAttrs& attrs,
                                      const std::vector<Tensor>& inputs) {
  return Evaluate(TestNode(op, attrs), inputs);
}

// The only output of an op. Computed twice, with input values known and unknown when the kernel is
// made. Both results must have the same dtype, shape and bytes.
inline Tensor RunOp(std::string_view op, const TestAttrs& attrs,
                    const std::vector<Tensor>& inputs) {
  const Node node = TestNode(op, attrs);
  const std::vector<Tensor> known = Evaluate(node, inputs);
  REQUIRE(known.size() == 1);
  std::shared_ptr<NodeState> state;
  const std::vector<Tensor> unknown =
      EvaluateInGraph(node, inputs, FlagList(inputs.size(), false), &state);
  REQUIRE(unknown.size() == 1);
  CHECK(unknown[0].dtype() == known[0].dtype());
  CHECK(unknown[0].shape().ToString() == known[0].shape().ToString());
  return unknown[0];
}

namespace op_test_internal {

inline bool Close(float actual, float expected, float tolerance) {
  if (std::isnan(expected)) return std::isnan(actual);
  if (std::isinf(expected) || std::isinf(actual)) return actual == expected;
  return std::abs(actual - expected) <= tolerance * std::max(1.0f, std::abs(expected));
}
inline bool Close(Complex64 actual, Complex64 expected, float tolerance) {
  return Close(actual.real(), expected.real(), tolerance) &&
         Close(actual.imag(), expected.imag(), tolerance);
}
inline bool Close(int32_t actual, int32_t expected, float) { return actual == expected; }
inline bool Close(uint8_t actual, uint8_t expected, float) { return actual == expected; }
inline bool Close(const std::string& actual, const std::string& expected, float) {
  return actual == expected;
}

inline std::string Show(const std::string& value) { return value; }
inline std::string Show(Complex64 value) { return StrCat(value.real(), "+", value.imag(), "i"); }
template <typename T>
std::string Show(T value) {
  return StrCat(value);
}

template <typename T>
void ExpectValues(const Tensor& actual, const Tensor& expected, float tolerance) {
  const auto a = actual.values<T>();
  const auto e = expected.values<T>();
  for (size_t i = 0; i < e.size(); ++i) {
    if (Close(a[i], e[i], tolerance)) continue;
    FAIL_CHECK("element ", i, " of ", expected.shape().ToString(), ": expected ", Show(e[i]),
               ", got ", Show(a[i]));
    return;  // one report per tensor
  }
}

}  // namespace op_test_internal

// Same dtype and shape, and elements that differ by at most tolerance * max(1, |expected|). NaN
// equals NaN.
inline void ExpectTensor(const Tensor& actual, const Tensor& expected, float tolerance = 1e-6f) {
  REQUIRE(actual.dtype() == expected.dtype());
  REQUIRE(actual.shape().ToString() == expected.shape().ToString());
  CHECK(true);  // counts as an assertion for empty tensors
  switch (expected.dtype()) {
    case DType::kFloat32:
      return op_test_internal::ExpectValues<float>(actual, expected, tolerance);
    case DType::kInt32:
      return op_test_internal::ExpectValues<int32_t>(actual, expected, tolerance);
    case DType::kBool:
      return op_test_internal::ExpectValues<uint8_t>(actual, expected, tolerance);
    case DType::kString:
      return op_test_internal::ExpectValues<std::string>(actual, expected, tolerance);
    case DType::kComplex64:
      return op_test_internal::ExpectValues<Complex64>(actual, expected, tolerance);
    default:
      FAIL("the expected tensor holds no data");
  }
}

// fn() must throw an Error with this code.
template <typename F>
void ExpectError(Code code, F fn) {
  try {
    fn();
  } catch (const Error& error) {
    CHECK_MESSAGE(error.code() == code, "expected ", std::string(CodeName(code)), ", got ",
                  std::string(CodeName(error.code())), ": ", error.message());
    return;
  }
  FAIL_CHECK("expected ", std::string(CodeName(code)), ", but nothing was thrown");
}

}  // namespace tfwasm
