// SPDX-License-Identifier: Apache-2.0
// The graph IR: what every model format is read into, every pass rewrites and the executor plans.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/tensor.h"
#include "graph/attr.h"

namespace tfwasm {

using NodeId = int32_t;
inline constexpr NodeId kNoNode = -1;

// One output of one node: where a value comes from.
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
};

// A name under which a value can be fetched or fed, e.g. "Identity:0" or "scores".
struct NamedEdge {
  std::string name;
  Edge edge;
};

class Graph {
 public:
  // Makes room for so many nodes more.
  void Reserve(size_t nodes);
  // Adds a node and returns its id. Ids stay valid until Compact(). Throws E_DUPLICATE.
  NodeId Add(Node node);
  NodeId AddConst(std::string_view name, Tensor value);

  NodeId size() const { return static_cast<NodeId>(nodes_.size()); }
  Node& node(NodeId id) { return nodes_[static_cast<size_t>(id)]; }
  const Node& node(NodeId id) const { return nodes_[static_cast<size_t>(id)]; }
  bool IsRemoved(NodeId id) const { return node(id).op.empty(); }

  // kNoNode when no node has that name.
  NodeId Find(std::string_view name) const;
  // A name that no node has yet, made from `stem`.
  std::string UniqueName(std::string_view stem) const;

  bool IsConst(Edge edge) const { return node(edge.node).op == "Const"; }
  // The value of a Const node's output; nullptr when the edge is not constant.
  const Tensor* ConstValue(Edge edge) const;

  // Makes every consumer of `from` (nodes and outputs) read `to` instead.
  void ReplaceUses(Edge from, Edge to);
  // Forgets the node. Nothing may read it any more.
  void Remove(NodeId id);
  // Puts `prefix` before the name of every node.
  void PrefixNames(std::string_view prefix);
  // Drops removed nodes and renumbers the rest; all ids held elsewhere become invalid.
  void Compact();

  // Nodes in an order in which every node comes after its inputs and control inputs, depth first
  // from the outputs, so that a value is used soon after it is made.
  // Throws E_CYCLE that names the nodes of a cycle. Iterative: safe on chains of any length.
  std::vector<NodeId> TopologicalOrder() const;

  // What is fed (Placeholder nodes) and what is fetched.
  std::vector<NamedEdge> inputs;
  std::vector<NamedEdge> outputs;

 private:
  // Where in slots_ a node of that name is or belongs.
  size_t SlotOf(std::string_view name) const;
  void IndexNames(size_t nodes);

  std::vector<Node> nodes_;
  // A hash table of nodes by name, whose size is a power of two; the names are those in nodes_.
  std::vector<NodeId> slots_;
};

// Who reads what: the readers of all nodes of a graph, valid until the graph changes.
class UseMap {
 public:
  explicit UseMap(const Graph& graph);

  // How many node inputs and graph outputs read this edge.
  int Count(Edge edge) const;
  // The nodes that read any output of `node`, each once for every input that does.
  std::span<const NodeId> Consumers(NodeId node) const;

 private:
  struct Range {
    size_t first = 0;
    size_t num_nodes = 0;  // the rest, up to the next range, are graph outputs
  };

  // The readers of node i are at ranges_[i].first and on; outputs_ says which of its outputs they
  // read.
  std::vector<Range> ranges_;
  std::vector<NodeId> readers_;
  std::vector<int> outputs_;
};

}  // namespace tfwasm
