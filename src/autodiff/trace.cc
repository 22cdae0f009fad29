// SPDX-License-Identifier: Apache-2.0
#include "autodiff/trace.h"

#include <algorithm>

#include "graph/structure.h"
#include "ops/node_plan.h"

namespace tfwasm {

bool Trace::IsRecorded(std::span<const Argument> inputs) const {
  return std::any_of(inputs.begin(), inputs.end(), [&](const Argument& input) {
    return input.id != 0 && edges_.contains(input.id);
  });
}

// The name of the next node.
std::string Trace::NameOf(const Node& node) const { return StrCat(node.op, "_", graph_.size()); }

NodeId Trace::Append(Node node, std::vector<Tensor> outputs) {
  node.name = NameOf(node);
  specs_.push_back(SpecsOf(outputs));
  AppendStructure(node, structure_);
  for (const TensorSpec& spec : specs_.back()) AppendStructure(spec, structure_);
  values_.push_back(std::move(outputs));
  return graph_.Add(std::move(node));
}

Operand Trace::OperandOf(const Argument& tensor) {
  if (tensor.id == 0) return Const(*tensor.tensor);
  const auto known = edges_.find(tensor.id);
  if (known != edges_.end()) return {*this, known->second};
  const Edge leaf{.node = Append({.op = "Placeholder"}, {*tensor.tensor})};
  edges_.emplace(tensor.id, leaf);
  return {*this, leaf};
}

NodeId Trace::Record(const Node& op, std::span<const Argument> inputs,
                     std::span<const Argument> outputs) {
  Node node{.op = op.op, .attrs = op.attrs};
  for (const Argument& input : inputs) node.inputs.push_back(OperandOf(input).edge());
  std::vector<Tensor> values;
  for (const Argument& output : outputs) values.push_back(*output.tensor);
  const NodeId id = Append(std::move(node), std::move(values));
  for (size_t i = 0; i < outputs.size(); ++i) {
    edges_[outputs[i].id] = {.node = id, .output = static_cast<int>(i)};
  }
  return id;
}

const TensorSpec& Trace::spec(Edge edge) const {
  return specs_[static_cast<size_t>(edge.node)][static_cast<size_t>(edge.output)];
}

NodeId Trace::Add(Node node) {
  if (node.op == "Const") {
    Tensor value = node.value;
    return Append(std::move(node), {std::move(value)});
  }
  std::vector<Tensor> outputs = Run(node);
  return Append(std::move(node), std::move(outputs));
}

std::vector<Tensor> Trace::Run(const Node& node) {
  std::vector<Tensor> inputs;
  for (const Edge& edge : node.inputs) inputs.push_back(tensor(edge));
  if (profiler_ == nullptr) return NodePlan::Evaluate(node, inputs);
  NodeProfile profile{.name = NameOf(node), .op = node.op};
  for (const Tensor& input : inputs) profile.input_shapes.push_back(input.shape());
  std::vector<Tensor> outputs;
  profile.milliseconds = Profiler::Time([&] { outputs = NodePlan::Evaluate(node, inputs); });
  for (const Tensor& output : outputs) profile.AddOutput(SpecOf(output));
  profiler_->Add(std::move(profile));
  return outputs;
}

}  // namespace tfwasm
