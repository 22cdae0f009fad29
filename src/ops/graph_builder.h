// SPDX-License-Identifier: Apache-2.0
// Builds a graph for a later run. Infers dtypes and shapes as nodes are added.
#pragma once

#include <vector>

#include "ops/builder.h"

namespace tfwasm {

class GraphBuilder : public Builder {
 public:
  // Adds to `graph`, which must be empty and must only be changed by this builder.
  explicit GraphBuilder(Graph& graph [[clang::lifetimebound]]) : graph_(graph) {}

  // A value that a run is given. Its shape must be known.
  Operand Placeholder(const TensorSpec& spec);

  // Adds a node of another graph, with the same id, name and inputs. `specs`: of its outputs.
  void Copy(const Node& node, std::vector<TensorSpec> specs);

  const TensorSpec& spec(Edge edge) const override;
  const Tensor* value(Edge edge) const override;
  const Node& node(Edge edge) const override { return graph_.node(edge.node); }

 protected:
  NodeId Add(Node node) override;

 private:
  struct Outputs {
    std::vector<TensorSpec> specs;
    std::vector<Tensor> known;  // empty tensors where not known
  };

  Outputs InferOutputs(const Node& node) const;

  Graph& graph_;
  std::vector<Outputs> outputs_;  // by NodeId
};

}  // namespace tfwasm
