// SPDX-License-Identifier: Apache-2.0
// Adds random nodes to a graph. Each is computed before it is added, and left out if it fails, so
// that steps need not know the rules of ops.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "executor/model_builder.h"
#include "executor/reference_run.h"
#include "test_random.h"

namespace tfwasm {

// Small integers, also in float32, so that sums do not depend on their order.
Tensor RandomNumbers(TestRandom& random, DType dtype, const Shape& shape);

class GraphWriter {
 public:
  GraphWriter(const ModelDef& model, Graph& graph, TestRandom& random)
      : body_(graph), random_(random), run_(model, graph, ReferenceRun::Branches::kAll) {}

  void AddInput(const Tensor& value);

  // A value of this kind, if there is one: preferably a late one.
  std::optional<Edge> Value(std::optional<DType> dtype = {}, std::optional<Shape> shape = {});

  // The value of an edge with all branches taken.
  const Tensor& Of(Edge edge);

  // The values that steps read.
  std::vector<Edge>& values() { return values_; }

 protected:
  Graph& graph() { return body_.graph(); }
  TestRandom& random() { return random_; }

  template <typename T, size_t n>
  T One(const T (&choices)[n]) {
    return choices[static_cast<size_t>(random_.Int(0, static_cast<int>(n) - 1))];
  }
  bool Flip() { return random_.Int(0, 1) == 0; }
  DType Number() { return random_.Int(0, 2) == 0 ? DType::kInt32 : DType::kFloat32; }
  DType Any() {
    const int choice = random_.Int(0, 5);
    return choice == 0 ? DType::kBool : choice < 3 ? DType::kInt32 : DType::kFloat32;
  }

  Edge Const(const Tensor& value) { return body_.Const(StrCat("c", graph().size()), value); }
  Edge Ints(const std::vector<int32_t>& values) {
    return Const(I32({static_cast<int64_t>(values.size())}, values));
  }
  Edge Int(int32_t value) { return Const(I32({}, {value})); }
  // A copy that no pass and no plan knows, not even its shape.
  std::optional<Edge> Hidden(Edge edge) { return Add("TestDynamicCopy", {edge}); }

  // Adds a node and its outputs; nullopt if it fails or its values become large.
  std::optional<Edge> Add(const std::string& op, std::vector<Edge> inputs,
                          const TestAttrs& attrs = {});

 private:
  BodyBuilder body_;
  TestRandom& random_;
  ReferenceRun run_;
  std::vector<Edge> values_;
  std::map<std::pair<NodeId, int>, Tensor> seen_;
};

}  // namespace tfwasm
