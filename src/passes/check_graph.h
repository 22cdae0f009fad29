// SPDX-License-Identifier: Apache-2.0
// Finds passes that leave a graph broken. In debug builds, which the fuzz targets are.
#pragma once

#include <string>
#include <string_view>

#include "graph/graph.h"
#include "graph/model_def.h"

namespace tfwasm {

// What is wrong with the graph, or "": every edge must be an output that a live node has, and every
// control input a live node.
std::string FindFault(const Graph& graph);

#ifdef NDEBUG
class GraphChecker {
 public:
  explicit GraphChecker(const Graph&, const FunctionMap* = nullptr) {}
  void CheckAfter(std::string_view) const {}
};
#else
class GraphChecker {
 public:
  // `functions`: checked too. Both must outlive the checker.
  explicit GraphChecker(const Graph& graph, const FunctionMap* functions = nullptr);
  // Throws E_INTERNAL, naming the pass, if the pass broke a graph.
  void CheckAfter(std::string_view pass) const;

 private:
  std::string FindAnyFault() const;

  const Graph& graph_;
  const FunctionMap* functions_;
  // Malformed models reach the planner, which reports them.
  bool was_broken_;
};
#endif

}  // namespace tfwasm
