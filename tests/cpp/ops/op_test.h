// SPDX-License-Identifier: Apache-2.0
// Runs single ops by name and compares tensors, for the tests of src/ops/.
//
//   ExpectTensor(RunOp("Sum", {{"keep_dims", true}}, {F32({2, 2}, {1, 2, 3, 4}), I32({}, {0})}),
//                F32({1, 2}, {4, 6}));
//   ExpectError(Code::kShape, [] {
//     RunOp("Add", {}, {F32({2}, {1, 2}), F32({3}, {1, 2, 3})});
//   });
#pragma once

#include <doctest/doctest.h>

#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/flag_list.h"
#include "core/tensor.h"
#include "many_threads.h"
#include "ops/node_plan.h"
#include "tensor_test.h"
#include "test_random.h"
#include "thrown_error.h"

namespace tfwasm {

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

// Evaluates a node whose input values are all known when its kernel is created.
inline std::vector<Tensor> Evaluate(const Node& node, const std::vector<Tensor>& inputs) {
  return NodePlan::Evaluate(node, inputs);
}

// Evaluates a node like in a graph: only the values of inputs marked `constant` are known when its
// kernel is created.
inline std::vector<Tensor> EvaluateInGraph(const Node& node, const std::vector<Tensor>& inputs,
                                           const FlagList& constant,
                                           std::shared_ptr<NodeState>* state) {
  return NodePlan(node, inputs, constant, state).Run(inputs);
}

// Runs an op once, with all input values known when its kernel is created. For ops with side
// effects or random results.
inline std::vector<Tensor> RunOpOnce(std::string_view op, const TestAttrs& attrs,
                                     const std::vector<Tensor>& inputs) {
  return Evaluate(TestNode(op, attrs), inputs);
}

// Runs an op for which only dtypes and shapes of inputs are known when its kernel is created
// (unless it defers).
inline std::vector<Tensor> RunOpLate(std::string_view op, const TestAttrs& attrs,
                                     const std::vector<Tensor>& inputs) {
  std::shared_ptr<NodeState> state;
  return EvaluateInGraph(TestNode(op, attrs), inputs, FlagList(inputs.size(), false), &state);
}

// Expects equal outputs: equal bytes if `tolerance` is 0, else as in ExpectTensor.
inline void ExpectOutputs(const std::vector<Tensor>& actual, const std::vector<Tensor>& expected,
                          float tolerance) {
  REQUIRE(actual.size() == expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    if (tolerance > 0) {
      ExpectTensor(actual[i], expected[i], tolerance);
    } else {
      ExpectSameBytes(actual[i], expected[i]);
    }
  }
}

// Whether to run this call on several threads, too: true for the first calls of every op and for
// some of the later ones. Starting threads takes longer than most ops in tests.
inline bool IsForThreads(std::string_view op) {
  static std::map<std::string, int, std::less<>> calls;
  const int call = calls[std::string(op)]++;
  return call < 4 || call % 8 == 0;
}

// Runs an op and returns all outputs. Runs it with known input values, with unknown ones, and the
// latter also on several threads. All must give the same dtypes, shapes and bytes, or throw the
// same code. `between`: the tolerance between the first two, for ops that add in another order if a
// constant is packed.
inline std::vector<Tensor> RunOpMulti(std::string_view op, const TestAttrs& attrs,
                                      const std::vector<Tensor>& inputs, float between = 0) {
  std::vector<Tensor> known;
  std::vector<Tensor> unknown;
  const std::optional<Error> error = ThrownBy([&] { known = RunOpOnce(op, attrs, inputs); });
  const std::string_view code = error ? CodeName(error->code()) : "";
  {
    INFO(std::string(op), " with the values of its inputs unknown, compared with known ones");
    CHECK(ErrorCodeOf([&] { unknown = RunOpLate(op, attrs, inputs); }) == code);
    if (error) throw *error;
    ExpectOutputs(unknown, known, between);
  }
  if (!IsForThreads(op)) return unknown;
  const ManyThreads many_threads;
  INFO(std::string(op), " on several threads, compared with one");
  ExpectOutputs(RunOpLate(op, attrs, inputs), unknown, 0);
  return unknown;
}

// Like RunOpMulti, for an op with one output.
inline Tensor RunOp(std::string_view op, const TestAttrs& attrs, const std::vector<Tensor>& inputs,
                    float between = 0) {
  const std::vector<Tensor> outputs = RunOpMulti(op, attrs, inputs, between);
  REQUIRE(outputs.size() == 1);
  return outputs[0];
}

// Expects `expected` from all runs of RunOp.
inline void ExpectOp(std::string_view op, const TestAttrs& attrs, const std::vector<Tensor>& inputs,
                     const Tensor& expected, float tolerance = 1e-5f, float between = 0) {
  ExpectTensor(RunOp(op, attrs, inputs, between), expected, tolerance);
  if (between > 0) ExpectTensor(RunOpOnce(op, attrs, inputs)[0], expected, tolerance);
}

}  // namespace tfwasm
