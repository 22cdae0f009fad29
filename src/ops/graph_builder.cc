// SPDX-License-Identifier: Apache-2.0
#include "ops/graph_builder.h"

#include "ops/node_plan.h"

namespace tfwasm {

Operand GraphBuilder::Placeholder(const TensorSpec& spec) {
  Node node{.op = "Placeholder"};
  node.attrs.Set("dtype", spec.dtype);
  node.attrs.Set("shape", spec.shape);
  return {*this, {.node = Add(std::move(node))}};
}

void GraphBuilder::Copy(const Node& node, std::vector<TensorSpec> specs) {
  std::vector<Tensor> known(specs.size());
  if (node.op == "Const") known[0] = node.value;
  graph_.Add(node);
  outputs_.push_back({std::move(specs), std::move(known)});
}

const TensorSpec& GraphBuilder::spec(Edge edge) const {
  return outputs_[static_cast<size_t>(edge.node)].specs[static_cast<size_t>(edge.output)];
}

const Tensor* GraphBuilder::value(Edge edge) const {
  const Tensor& known =
      outputs_[static_cast<size_t>(edge.node)].known[static_cast<size_t>(edge.output)];
  return known.empty() ? nullptr : &known;
}

GraphBuilder::Outputs GraphBuilder::InferOutputs(const Node& node) const {
  if (node.op == "Const") return {{SpecOf(node.value)}, {node.value}};
  if (node.op == "Placeholder") {
    const TensorSpec spec{node.attrs.RequireType("dtype"),
                          node.attrs.ShapeOr("shape", Shape::UnknownRank())};
    return {{spec}, {Tensor()}};
  }
  std::vector<TensorSpec> inputs;
  std::vector<const Tensor*> values;
  for (const Edge& edge : node.inputs) {
    inputs.push_back(spec(edge));
    values.push_back(value(edge));
  }
  const OpDef& def = RequireOp(node, node.inputs.size());
  InferContext context(node, std::move(inputs), std::move(values));
  InferNode(def, context);
  Outputs outputs{context.outputs(), context.output_values()};
  outputs.known.resize(outputs.specs.size());
  for (const TensorSpec& spec : outputs.specs) {
    if (!context.deferred() && spec.shape.IsKnown()) continue;
    Blaming(node, [] { Throw(Code::kShape, "the shape of an output depends on values"); });
  }
  if (context.deferred()) {
    Blaming(node, [] { Throw(Code::kShape, "the shape of an output depends on values"); });
  }
  return outputs;
}

NodeId GraphBuilder::Add(Node node) {
  node.name = StrCat(node.op, "_", graph_.size());
  Outputs outputs = InferOutputs(node);
  const NodeId id = graph_.Add(std::move(node));
  outputs_.push_back(std::move(outputs));
  return id;
}

}  // namespace tfwasm
