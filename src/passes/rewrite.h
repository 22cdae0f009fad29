// SPDX-License-Identifier: Apache-2.0
// Helpers for passes.
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "graph/graph.h"

namespace tfwasm {

// Calls `rewrite(id) -> bool` for every non-constant node, inputs before consumers. Returns whether
// any call returned true. If `rewrite` throws because of malformed attributes, the node stays as it
// is for the planner to report; so `rewrite` must check everything before it changes anything.
// Errors that must not be deferred are thrown: E_INTERNAL, E_OOM, std::bad_alloc.
template <typename F>
bool RewriteNodes(Graph& graph, F rewrite) {
  bool changed = false;
  for (const NodeId id : graph.TopologicalOrder()) {
    if (graph.IsRemoved(id) || graph.IsConst({.node = id})) continue;
    Deferring([&] { changed |= rewrite(id); });
  }
  return changed;
}

bool IsOneOf(std::string_view op, std::initializer_list<std::string_view> ops);

// The node that computes `edge`, if that is its output 0 and its op is `op`; else nullptr.
const Node* ProducerOf(const Graph& graph, Edge edge, std::string_view op);

// The following ignore constants with control inputs. Such a constant may be dead, and its readers
// with it; a pass that uses the value would lose that dependency.

// The value of a float32 constant of rank 0; nullopt if it is NaN.
std::optional<float> ConstScalar(const Graph& graph, Edge edge);

// The integers of an int32 constant of rank 0 or 1 (rank 2: row by row).
std::optional<std::vector<int64_t>> ConstInts(const Graph& graph, Edge edge);

// The float32 constant at `edge`, or nullptr.
const Tensor* ConstFloats(const Graph& graph, Edge edge);

// Collects replacements of edges and applies them to the whole graph at once.
class EdgeReplacements {
 public:
  void Add(Edge from, Edge to) { to_[{from.node, from.output}] = Resolve(to); }
  Edge Resolve(Edge edge) const;
  // Whether anything was replaced.
  bool ApplyTo(Graph& graph) const;

 private:
  std::map<std::pair<NodeId, int>, Edge> to_;
};

}  // namespace tfwasm
