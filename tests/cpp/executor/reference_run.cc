// SPDX-License-Identifier: Apache-2.0
#include "executor/reference_run.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "ops/node_plan.h"

namespace tfwasm {

namespace {

// Other truth values, such as those of empty lists, are none of the reference's business.
bool IsTrue(const Tensor& scalar) {
  if (scalar.dtype() != DType::kBool || scalar.shape().rank() != 0) {
    Throw(Code::kDType, "a condition must be a bool scalar");
  }
  return scalar.values<uint8_t>()[0] != 0;
}

std::vector<ReferenceValue> Merge(const std::vector<ReferenceValue>& inputs) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i]) return {inputs[i], Tensor::Scalar(static_cast<int32_t>(i))};
  }
  return {};
}

std::string FunctionName(const Node& node, std::string_view attr) {
  return std::get<FunctionRef>(*node.attrs.Find(attr)).name;
}

}  // namespace

ReferenceValue ReferenceRun::Get(Edge edge) {
  const auto fed = fed_.find({edge.node, edge.output});
  if (fed != fed_.end()) return fed->second;
  const std::vector<ReferenceValue>& outputs = OutputsOf(edge.node);
  return outputs.empty() ? std::nullopt : outputs.at(static_cast<size_t>(edge.output));
}

const std::vector<ReferenceValue>& ReferenceRun::OutputsOf(NodeId id) {
  const auto known = computed_.find(id);
  if (known != computed_.end()) return known->second;
  std::vector<ReferenceValue> outputs = Compute(graph_.node(id));
  return computed_[id] = std::move(outputs);
}

std::vector<ReferenceValue> ReferenceRun::Compute(const Node& node) {
  std::vector<ReferenceValue> inputs;
  for (const Edge edge : node.inputs) inputs.push_back(Get(edge));
  bool is_alive = true;
  for (const NodeId id : node.control_inputs) {
    // To feed a value does not replace its node as a control input, as in TensorFlow.
    if (graph_.node(id).op != "Placeholder" && OutputsOf(id).empty()) is_alive = false;
  }
  std::vector<ReferenceValue> outputs;
  if (node.op == "Merge") {
    outputs = Merge(inputs);
  } else {
    std::vector<Tensor> tensors;
    for (const ReferenceValue& input : inputs) {
      is_alive &= input.has_value();
      if (is_alive) tensors.push_back(*input);
    }
    if (is_alive) outputs = Call(node, std::move(tensors));
  }
  for (const ReferenceValue& output : outputs) {
    if (output) Observe(*output);
  }
  return outputs;
}

std::vector<ReferenceValue> ReferenceRun::Call(const Node& node, std::vector<Tensor> arguments) {
  if (node.op == "Const") return {node.value};
  if (node.op == "Placeholder") Throw(Code::kInput, "'", node.name, "' is not fed");
  if (node.op == "Switch") {
    std::vector<ReferenceValue> outputs(2, arguments[0]);
    const size_t other = IsTrue(arguments[1]) ? 0 : 1;
    if (branches_ == Branches::kTaken) outputs[other].reset();
    return outputs;
  }
  if (node.op == "PartitionedCall") return CallFunction(FunctionName(node, "f"), arguments);
  if (node.op == "If") {
    const bool is_true = IsTrue(arguments[0]);
    arguments.erase(arguments.begin());
    return CallFunction(FunctionName(node, is_true ? "then_branch" : "else_branch"), arguments);
  }
  if (node.op == "While") return Loop(node, std::move(arguments));
  const std::vector<Tensor> results = NodePlan::Evaluate(node, arguments);
  return {results.begin(), results.end()};
}

std::vector<ReferenceValue> ReferenceRun::CallFunction(const std::string& name,
                                                       const std::vector<Tensor>& arguments) {
  const Graph& body = model_.functions.at(name).body;
  ReferenceRun run(model_, body, branches_);
  for (size_t i = 0; i < body.inputs.size(); ++i) run.Feed(body.inputs[i].edge, arguments.at(i));
  std::vector<ReferenceValue> results;
  for (const NamedEdge& output : body.outputs) {
    results.push_back(run.Get(output.edge));
    if (!results.back()) Throw(Code::kInput, "the result '", output.name, "' is dead");
  }
  largest_ = std::max(largest_, run.largest_);
  return results;
}

std::vector<ReferenceValue> ReferenceRun::Loop(const Node& node, std::vector<Tensor> variables) {
  while (IsTrue(*CallFunction(FunctionName(node, "cond"), variables)[0])) {
    const auto next = CallFunction(FunctionName(node, "body"), variables);
    for (size_t i = 0; i < variables.size(); ++i) variables[i] = *next[i];
  }
  return {variables.begin(), variables.end()};
}

void ReferenceRun::Observe(const Tensor& value) {
  const auto observe = [&](auto number) {
    largest_ = std::max(largest_, std::abs(static_cast<double>(number)));
  };
  if (value.dtype() == DType::kFloat32) {
    for (const float number : value.values<float>()) observe(number);
  } else if (value.dtype() == DType::kInt32) {
    for (const int32_t number : value.values<int32_t>()) observe(number);
  }
}

}  // namespace tfwasm
