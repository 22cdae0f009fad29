// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string_view>

#include "graph/graph.h"

namespace tfwasm {

// Resolves "node:name:index" in a library function: returns the position among the outputs of
// `producer` of element `index` of its output argument `name`. Only the op library knows this.
using OutputResolver = std::function<int(const Node& producer, std::string_view name, int index)>;

// Resolves the inputs of nodes, as GraphDefs name them. All nodes must be in the graph.
class EdgeReader {
 public:
  EdgeReader(Graph& graph, OutputResolver resolver)
      : graph_(graph), resolver_(std::move(resolver)) {}

  // "node", "node:index" or, in functions, "node:name:index". Throws E_EDGE.
  Edge Resolve(std::string_view text) const;
  // Adds an input, or a control input "^node". Throws E_EDGE.
  void Connect(Node& node, std::string_view input) const;

 private:
  Graph& graph_;
  OutputResolver resolver_;
};

}  // namespace tfwasm
