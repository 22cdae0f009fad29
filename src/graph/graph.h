// SPDX-License-Identifier: Apache-2.0
// The graph IR. Readers produce it, passes rewrite it, the executor plans it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/tensor.h"
#include "graph/attr.h"

namespace tfwasm {

using NodeId = int32_t;
inline constexpr NodeId kNoNode = -1;

// One output of one node: the source of a value.
struct Edge {
  NodeId node = kNoNode;
  int output = 0;

  bool operator==(const Edge&) const = default;
};

struct Node {
  std::string name = {};
  std::string op = {};  // a TensorFlow op name; empty once the node has been removed
  std::vector<Edge> inputs = {};
  std::vector<NodeId> control_inputs = {};
  AttrMap attrs = {};
  Tensor value = {};  // of a Const node
  // Whether a product with constant weights may be computed with int8 (passes/choose_int8.h).
  bool is_int8 = false;
};

// Calls `f`; an error that it throws blames the node.
template <typename F>
auto Blaming(const Node& node, F f) -> decltype(f()) {
  return Blaming(node.op, node.name, std::move(f));
}

// A name under which a value can be fetched or fed, e.g. "Identity:0" or "scores".
struct NamedEdge {
  std::string name;
  Edge edge;
};

// A feed that is a variable: after a run, the output is its new value, and may be computed in its
// memory. Indices in Graph::inputs and Graph::outputs.
struct FeedUpdate {
  int input = 0;
  int output = 0;
};

class Graph {
 public:
  // Reserves memory for `nodes` more nodes.
  void Reserve(size_t nodes);
  // Adds a node and returns its id. Ids stay valid until Compact(). Throws E_DUPLICATE.
  NodeId Add(Node node);
  NodeId AddConst(std::string_view name, Tensor value);

  NodeId size() const { return static_cast<NodeId>(nodes_.size()); }
  Node& node(NodeId id) [[clang::lifetimebound]] { return nodes_[static_cast<size_t>(id)]; }
  const Node& node(NodeId id) const [[clang::lifetimebound]] {
    return nodes_[static_cast<size_t>(id)];
  }
  bool IsRemoved(NodeId id) const { return node(id).op.empty(); }

  // kNoNode if there is no such node.
  NodeId Find(std::string_view name) const;
  // A new name, derived from `stem`.
  std::string UniqueName(std::string_view stem) const;

  bool IsConst(Edge edge) const { return node(edge.node).op == "Const"; }
  // The value of a Const node's output; nullptr if the edge is not constant.
  const Tensor* ConstValue(Edge edge) const [[clang::lifetimebound]];

  // Makes every consumer of `from` (nodes and outputs) read `to` instead.
  void ReplaceUses(Edge from, Edge to);
  // Removes the node. Nothing may read it any more.
  void Remove(NodeId id);
  // Prefixes the name of every node.
  void PrefixNames(std::string_view prefix);
  // Drops removed nodes and renumbers the rest. Invalidates all ids.
  void Compact();

  // Topological order: inputs and control inputs come first. Depth first from the outputs, so that
  // values are used soon after they are computed. Throws E_CYCLE, naming the nodes of a cycle.
  // Iterative: no recursion on long chains.
  std::vector<NodeId> TopologicalOrder() const;

  // The feeds (Placeholder nodes) and the fetches.
  std::vector<NamedEdge> inputs;
  std::vector<NamedEdge> outputs;
  // At most one for each input and each output.
  std::vector<FeedUpdate> updates;

 private:
  // The slot of the node with that name, or the free slot where it belongs.
  size_t SlotOf(std::string_view name) const;
  void IndexNames(size_t nodes);

  std::vector<Node> nodes_;
  // A hash table of nodes by name. Its size is a power of two.
  std::vector<NodeId> slots_;
};

// Which nodes read which values. Valid until the graph changes.
class UseMap {
 public:
  explicit UseMap(const Graph& graph);

  // How many node inputs and graph outputs read this edge.
  int Count(Edge edge) const;
  // The nodes that read any output of `node`, once per input that does.
  std::span<const NodeId> Consumers(NodeId node) const [[clang::lifetimebound]];

 private:
  struct Range {
    size_t first = 0;
    size_t num_nodes = 0;  // the rest of the range are graph outputs
  };

  // The readers of node i start at ranges_[i].first. outputs_ says which of its outputs they read.
  std::vector<Range> ranges_;
  std::vector<NodeId> readers_;
  std::vector<int> outputs_;
};

}  // namespace tfwasm
