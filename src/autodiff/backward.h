// SPDX-License-Identifier: Apache-2.0
// Reverse-mode differentiation: applies the gradient rules of ops from results back to variables.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "ops/builder.h"
#include "ops/gradient.h"

namespace tfwasm {

// The op of nodes whose gradient the caller computes. They have any number of inputs and one
// output.
inline constexpr std::string_view kCustomGradientOp = "_CustomGradient";

// One backward pass: from dL/dy for some values y of a graph to dL/dx for others.
//
//   Backward backward(builder, graph, {{loss, {}}}, {weights, bias});
//   backward.Run();
//   Operand gradient = backward.GradientOf(0);
class Backward {
 public:
  struct Seed {
    Operand y;
    Operand dy;  // empty: ones
  };

  // `builder` must add its nodes to `graph`, in which nodes come after their inputs. Gradients do
  // not flow through integers, and not through ops whose rule is empty. Throws E_OP if an op
  // between an x and a y has no rule, with the path from y to it.
  Backward(Builder& builder, const Graph& graph [[clang::lifetimebound]], std::vector<Seed> seeds,
           std::vector<Operand> xs);

  // Continues until all gradients are there, or up to the next node of kCustomGradientOp. Returns
  // the id of that node, or kNoNode at the end.
  NodeId Continue();
  // Continues to the end. There must be no node of kCustomGradientOp.
  void Run();

  // The gradient of the output of the node that Continue() has returned.
  Operand CustomDy() { return TakeDy({.node = custom_}); }
  // The gradients of that node's inputs; empty for none.
  void SetCustomGradients(const std::vector<Operand>& gradients);

  // dL/dx, with the shape of x; empty if L does not depend on it.
  Operand GradientOf(size_t i) { return TakeDy(xs_[i].edge()); }

 private:
  using Key = std::pair<NodeId, int>;

  static Key KeyOf(Edge edge) { return {edge.node, edge.output}; }
  bool IsReal(Edge edge) const;
  bool IsX(Edge edge) const;
  bool IsActive(Edge edge) const;
  void FindActive();
  void CheckRules() const;
  [[noreturn]] void ThrowNoRule(const std::vector<NodeId>& without,
                                const std::vector<NodeId>& reader) const;
  bool HasDy(NodeId id) const;
  Operand TakeDy(Edge edge);
  void AddTo(Edge edge, Operand gradient);
  void Visit(NodeId id);

  Builder& builder_;
  const Graph& graph_;
  std::vector<Seed> seeds_;
  std::vector<Operand> xs_;
  NodeId next_;                                  // the node to visit next
  NodeId custom_ = kNoNode;                      // the node that Continue() has returned
  FlagList active_nodes_;                        // by NodeId: whether an output depends on an x
  FlagList integer_nodes_;                       // by NodeId: whether an integer output does
  std::map<Key, std::vector<Operand>> pending_;  // parts of dL/d(edge), to be summed
};

// Whether y was computed from x by ops that have gradients, or are defined to have none. If there
// is no gradient, it is then 0.
bool DependsOn(const Graph& graph, Edge y, Edge x);

}  // namespace tfwasm
