// SPDX-License-Identifier: Apache-2.0
// Shapes, dtypes and known values of everything in a graph, for given feeds.
#pragma once

#include <vector>

#include "core/tensor.h"
#include "graph/graph.h"
#include "ops/op.h"

namespace tfwasm {

struct NodeFacts {
  const OpDef* def = nullptr;  // nullptr for a feed
  int first_value = 0;         // its outputs are values first_value, first_value + 1, ...
  int num_values = 0;
  // Whether all input and output shapes are known. Otherwise the node is a dynamic step.
  bool planned = false;
  // Whether it may be on a branch that is not taken.
  bool maybe_dead = false;
};

struct Inference {
  std::vector<NodeId> order;      // topological
  std::vector<NodeFacts> nodes;   // by NodeId
  std::vector<TensorSpec> specs;  // by value
  std::vector<Tensor> known;      // by value; empty if the value is known only at run time

  const NodeFacts& facts(NodeId id) const { return nodes[static_cast<size_t>(id)]; }
  int ValueOf(Edge edge) const { return facts(edge.node).first_value + edge.output; }
  const TensorSpec& spec(int value) const { return specs[static_cast<size_t>(value)]; }
  bool IsKnown(int value) const { return !known[static_cast<size_t>(value)].empty(); }

  std::vector<TensorSpec> InputSpecs(const Node& node) const;
  // nullptr for values that are not known.
  std::vector<const Tensor*> InputValues(const Node& node) const;
};

// `feeds`: dtype and shape of every graph.inputs, fully known. Also computes small values that
// depend only on constants and shapes. Errors blame the node; errors on branches that may not be
// taken are left for the run. `environment` may be null.
Inference InferGraph(const Graph& graph, const std::vector<TensorSpec>& feeds,
                     Environment* environment = nullptr);

}  // namespace tfwasm
