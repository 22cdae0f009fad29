// SPDX-License-Identifier: Apache-2.0
#include "executor/graph_writer.h"

#include <algorithm>
#include <cmath>

namespace tfwasm {

namespace {

constexpr int64_t kMostElements = 600;
// Sums of this many times as large numbers are still exact in float32.
constexpr double kLargest = 4096;

bool IsSmall(const Tensor& tensor) {
  if (tensor.size() > kMostElements || tensor.shape().rank() > 5) return false;
  const auto is_small = [](auto number) {
    return std::abs(static_cast<double>(number)) <= kLargest;
  };
  if (tensor.dtype() == DType::kFloat32) {
    return std::ranges::all_of(tensor.values<float>(), is_small);
  }
  if (tensor.dtype() == DType::kInt32) {
    return std::ranges::all_of(tensor.values<int32_t>(), is_small);
  }
  return true;
}

}  // namespace

Tensor RandomNumbers(TestRandom& random, DType dtype, const Shape& shape) {
  if (dtype == DType::kFloat32) {
    return MakeF32(shape, [&](size_t) { return random.Int(-4, 4); });
  }
  if (dtype == DType::kInt32) return MakeI32(shape, [&](size_t) { return random.Int(-4, 4); });
  Tensor bools(DType::kBool, shape);
  for (uint8_t& value : bools.mutable_values<uint8_t>()) {
    value = static_cast<uint8_t>(random.Int(0, 1));
  }
  return bools;
}

void GraphWriter::AddInput(const Tensor& value) {
  const Edge edge = body_.Input(StrCat("x", graph().inputs.size()));
  run_.Feed(edge, value);
  values_.push_back(edge);
}

std::optional<Edge> GraphWriter::Value(std::optional<DType> dtype, std::optional<Shape> shape) {
  std::vector<Edge> fitting;
  for (const Edge edge : values_) {
    const Tensor& tensor = Of(edge);
    const bool fits = (!dtype || tensor.dtype() == *dtype) && (!shape || tensor.shape() == *shape);
    if (fits) fitting.push_back(edge);
  }
  if (fitting.empty()) return std::nullopt;
  const auto last = static_cast<int>(fitting.size()) - 1;
  const int first = random_.Int(0, 2) == 0 ? 0 : std::max(0, last - 3);
  return fitting[static_cast<size_t>(random_.Int(first, last))];
}

const Tensor& GraphWriter::Of(Edge edge) {
  return seen_.try_emplace({edge.node, edge.output}, *run_.Get(edge)).first->second;
}

std::optional<Edge> GraphWriter::Add(const std::string& op, std::vector<Edge> inputs,
                                     const TestAttrs& attrs) {
  Node node = TestNode(op, attrs);
  node.name = StrCat("n", graph().size());
  node.inputs = std::move(inputs);
  if (random_.Int(0, 15) == 0) {
    if (const auto edge = Value()) node.control_inputs.push_back(edge->node);
  }
  std::vector<ReferenceValue> outputs;
  if (ThrownBy([&] { outputs = run_.Compute(node); })) return std::nullopt;
  for (const ReferenceValue& output : outputs) {
    if (!IsSmall(*output)) return std::nullopt;
  }
  const NodeId id = graph().Add(std::move(node));
  for (size_t i = 0; i < outputs.size(); ++i) {
    values_.push_back({.node = id, .output = static_cast<int>(i)});
  }
  return Edge{.node = id};
}

}  // namespace tfwasm
