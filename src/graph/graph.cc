// SPDX-License-Identifier: Apache-2.0
#include "graph/graph.h"

#include <algorithm>
#include <utility>

namespace tfwasm {

namespace {

enum class Visit : uint8_t { kNew, kOpen, kDone };

// One step of the depth-first walk: a node and how many of its dependencies were looked at.
struct Frame {
  NodeId id;
  size_t next = 0;
};

[[noreturn]] void ThrowCycle(const Graph& graph, const std::vector<Frame>& stack, NodeId again) {
  constexpr int kMostNames = 8;
  std::string text = StrCat("'", graph.node(again).name, "'");
  int names = 1;
  for (auto it = stack.rbegin(); it != stack.rend() && it->id != again; ++it) {
    if (++names <= kMostNames) text += StrCat(" -> '", graph.node(it->id).name, "'");
  }
  if (names > kMostNames) text += " -> ...";
  Throw(Code::kCycle, "the graph has a cycle: ", text, " -> '", graph.node(again).name, "'");
}

}  // namespace

NodeId Graph::Add(Node node) {
  const NodeId id = size();
  if (!by_name_.emplace(node.name, id).second) {
    Throw(Code::kDuplicate, "two nodes are named '", node.name, "'");
  }
  nodes_.push_back(std::move(node));
  return id;
}

NodeId Graph::AddConst(std::string_view name, Tensor value) {
  Node node;
  node.name = UniqueName(name);
  node.op = "Const";
  node.attrs.Set("dtype", value.dtype());
  node.value = std::move(value);
  return Add(std::move(node));
}

NodeId Graph::Find(std::string_view name) const {
  const auto it = by_name_.find(std::string(name));
  return it == by_name_.end() ? kNoNode : it->second;
}

std::string Graph::UniqueName(std::string_view stem) const {
  std::string name(stem);
  for (int suffix = 1; by_name_.contains(name); ++suffix) name = StrCat(stem, "_", suffix);
  return name;
}

const Tensor* Graph::ConstValue(Edge edge) const {
  return IsConst(edge) ? &node(edge.node).value : nullptr;
}

void Graph::ReplaceUses(Edge from, Edge to) {
  for (Node& node : nodes_) std::replace(node.inputs.begin(), node.inputs.end(), from, to);
  for (NamedEdge& output : outputs) {
    if (output.edge == from) output.edge = to;
  }
}

void Graph::Remove(NodeId id) {
  by_name_.erase(node(id).name);
  node(id) = Node();
}

void Graph::PrefixNames(std::string_view prefix) {
  by_name_.clear();
  for (NodeId id = 0; id < size(); ++id) {
    if (IsRemoved(id)) continue;
    node(id).name = StrCat(prefix, node(id).name);
    by_name_.emplace(node(id).name, id);
  }
}

void Graph::Compact() {
  std::vector<NodeId> renumbered(nodes_.size(), kNoNode);
  std::vector<Node> kept;
  for (NodeId id = 0; id < size(); ++id) {
    if (IsRemoved(id)) continue;
    renumbered[static_cast<size_t>(id)] = static_cast<NodeId>(kept.size());
    kept.push_back(std::move(node(id)));
  }
  const auto renumber = [&](NodeId& id) { id = renumbered[static_cast<size_t>(id)]; };
  by_name_.clear();
  for (size_t i = 0; i < kept.size(); ++i) {
    for (Edge& edge : kept[i].inputs) renumber(edge.node);
    for (NodeId& control : kept[i].control_inputs) renumber(control);
    std::erase(kept[i].control_inputs, kNoNode);
    by_name_.emplace(kept[i].name, static_cast<NodeId>(i));
  }
  for (NamedEdge& input : inputs) renumber(input.edge.node);
  for (NamedEdge& output : outputs) renumber(output.edge.node);
  nodes_ = std::move(kept);
}

std::vector<NodeId> Graph::TopologicalOrder() const {
  std::vector<Visit> visits(nodes_.size(), Visit::kNew);
  std::vector<NodeId> order;
  std::vector<Frame> stack;
  const auto visit = [&](NodeId id) -> Visit& { return visits[static_cast<size_t>(id)]; };
  const auto enter = [&](NodeId id) {
    if (visit(id) == Visit::kOpen) ThrowCycle(*this, stack, id);
    if (visit(id) == Visit::kDone) return;
    visit(id) = Visit::kOpen;
    stack.push_back({id});
  };
  const auto walk_from = [&](NodeId root) {
    enter(root);
    while (!stack.empty()) {
      Frame& frame = stack.back();
      const Node& node = this->node(frame.id);
      const size_t index = frame.next++;
      if (index < node.inputs.size()) {
        enter(node.inputs[index].node);
      } else if (index - node.inputs.size() < node.control_inputs.size()) {
        enter(node.control_inputs[index - node.inputs.size()]);
      } else {
        visit(frame.id) = Visit::kDone;
        order.push_back(frame.id);
        stack.pop_back();
      }
    }
  };
  for (const NamedEdge& output : outputs) walk_from(output.edge.node);
  for (NodeId id = 0; id < size(); ++id) {
    if (!IsRemoved(id)) walk_from(id);
  }
  return order;
}

UseMap::UseMap(const Graph& graph) : ranges_(static_cast<size_t>(graph.size()) + 1) {
  const auto for_each_use = [&](auto use) {
    for (NodeId id = 0; id < graph.size(); ++id) {
      for (const Edge& edge : graph.node(id).inputs) use(edge, id);
    }
    for (const NamedEdge& output : graph.outputs) use(output.edge, kNoNode);
  };
  // Counts, then sums up, then places: no memory is taken for a single node.
  for_each_use([&](Edge edge, NodeId) { ++ranges_[static_cast<size_t>(edge.node) + 1].first; });
  for (size_t i = 1; i < ranges_.size(); ++i) ranges_[i].first += ranges_[i - 1].first;
  readers_.resize(ranges_.back().first);
  outputs_.resize(readers_.size());
  std::vector<size_t> next;
  for (const Range& range : ranges_) next.push_back(range.first);
  for_each_use([&](Edge edge, NodeId reader) {
    const auto producer = static_cast<size_t>(edge.node);
    readers_[next[producer]] = reader;
    outputs_[next[producer]++] = edge.output;
    if (reader != kNoNode) ++ranges_[producer].num_nodes;
  });
}

int UseMap::Count(Edge edge) const {
  const auto begin = outputs_.begin();
  const auto producer = static_cast<size_t>(edge.node);
  const auto at = [&](size_t i) { return begin + static_cast<std::ptrdiff_t>(ranges_[i].first); };
  return static_cast<int>(std::count(at(producer), at(producer + 1), edge.output));
}

std::span<const NodeId> UseMap::Consumers(NodeId node) const {
  const Range& range = ranges_[static_cast<size_t>(node)];
  return {readers_.data() + range.first, range.num_nodes};
}

}  // namespace tfwasm
