// SPDX-License-Identifier: Apache-2.0
// Runs a graph node by node, each in memory of its own: no passes, no plans, no shared memory. Has
// its own implementation of control flow. The reference for tests of the executor.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "graph/model_def.h"

namespace tfwasm {

// nullopt: dead, on a branch that was not taken.
using ReferenceValue = std::optional<Tensor>;

class ReferenceRun {
 public:
  enum class Branches {
    kTaken,
    kAll,  // a Switch gives its value to both branches, so no value is dead
  };

  // `graph`: the main graph of `model` or the body of a function. Nodes may be added later.
  ReferenceRun(const ModelDef& model [[clang::lifetimebound]],
               const Graph& graph [[clang::lifetimebound]], Branches branches = Branches::kTaken)
      : model_(model), graph_(graph), branches_(branches) {}

  // Sets the value of an edge, instead of computing its node.
  void Feed(Edge edge, const Tensor& value) { fed_[{edge.node, edge.output}] = value; }

  // Computes what the edge needs. Throws the errors of ops.
  ReferenceValue Get(Edge edge);

  // The outputs of a node that need not be in the graph.
  std::vector<ReferenceValue> Compute(const Node& node);

  // The largest number of any value.
  double largest() const { return largest_; }

 private:
  // The outputs of a node; empty if it was skipped.
  const std::vector<ReferenceValue>& OutputsOf(NodeId id);
  std::vector<ReferenceValue> Call(const Node& node, std::vector<Tensor> arguments);
  std::vector<ReferenceValue> CallFunction(const std::string& name,
                                           const std::vector<Tensor>& arguments);
  std::vector<ReferenceValue> Loop(const Node& node, std::vector<Tensor> variables);
  void Observe(const Tensor& value);

  const ModelDef& model_;
  const Graph& graph_;
  Branches branches_;
  std::map<std::pair<NodeId, int>, Tensor> fed_;
  std::map<NodeId, std::vector<ReferenceValue>> computed_;
  double largest_ = 0;
};

}  // namespace tfwasm
