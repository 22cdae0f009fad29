// SPDX-License-Identifier: Apache-2.0
// The tape of tf.grad: a graph of ops that have run, with the values of their outputs. As a Builder
// it runs ops at once and records them, so gradients of gradients need nothing more.
#pragma once

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/flag_list.h"
#include "executor/profiler.h"
#include "ops/builder.h"

namespace tfwasm {

class Trace : public Builder {
 public:
  // Identifies a tensor outside of the trace. Never reused.
  using TensorId = double;

  struct Argument {
    TensorId id = 0;  // 0: not a tensor, but a literal: an axis, a shape
    const Tensor* tensor = nullptr;
  };

  // Whether an op with these inputs must be recorded.
  bool IsRecorded(std::span<const Argument> inputs) const;

  // Records an op that has run. Call it only if IsRecorded(inputs). Returns the node.
  NodeId Record(const Node& op, std::span<const Argument> inputs,
                std::span<const Argument> outputs);

  // Identifies a value of the trace, such as a gradient, by a tensor outside of it.
  void Identify(TensorId id, Edge edge) { edges_[id] = edge; }

  // The value of a tensor, which becomes a leaf if it is new.
  Operand OperandOf(const Argument& tensor);

  const Graph& graph() const { return graph_; }
  const Tensor& tensor(Edge edge) const {
    return values_[static_cast<size_t>(edge.node)][static_cast<size_t>(edge.output)];
  }

  // The specs of a node's outputs.
  const std::vector<TensorSpec>& specs(NodeId node) const {
    return specs_[static_cast<size_t>(node)];
  }
  // While set, every op that the trace itself runs is recorded. May be null.
  void set_profiler(Profiler* profiler) { profiler_ = profiler; }
  // Equal for traces of the same ops with the same attributes, constants, inputs and shapes.
  const std::string& structure() const { return structure_; }

  const TensorSpec& spec(Edge edge) const override;
  const Tensor* value(Edge edge) const override { return &tensor(edge); }
  const Node& node(Edge edge) const override { return graph_.node(edge.node); }

 protected:
  // Runs the node and records it.
  NodeId Add(Node node) override;

 private:
  NodeId Append(Node node, std::vector<Tensor> outputs);
  std::string NameOf(const Node& node) const;
  std::vector<Tensor> Run(const Node& node);

  Graph graph_;
  std::string structure_;
  std::vector<std::vector<Tensor>> values_;     // by NodeId
  std::vector<std::vector<TensorSpec>> specs_;  // by NodeId
  std::unordered_map<TensorId, Edge> edges_;
  Profiler* profiler_ = nullptr;
};

}  // namespace tfwasm
