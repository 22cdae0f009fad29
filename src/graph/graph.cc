// SPDX-License-Identifier: Apache-2.0
#include "graph/graph.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace tfwasm {

namespace {

enum class Visit : uint8_t { kNew, kOpen, kDone };

// One frame of the depth-first search: a node and the number of its dependencies visited so far.
struct Frame {
  NodeId id;
  size_t next = 0;
};

// FNV-1a.
uint32_t HashName(std::string_view name) {
  uint32_t hash = 2166136261;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
  return hash;
}

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

size_t Graph::SlotOf(std::string_view name) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = HashName(name) & mask;
  const auto is_other = [&](NodeId id) {
    return id != kNoNode && (IsRemoved(id) || node(id).name != name);
  };
  while (is_other(slots_[slot])) slot = (slot + 1) & mask;
  return slot;
}

// At least half of the slots stay empty, which keeps probe sequences short.
void Graph::IndexNames(size_t nodes) {
  slots_.assign(std::bit_ceil(2 * nodes), kNoNode);
  for (NodeId id = 0; id < size(); ++id) {
    if (!IsRemoved(id)) slots_[SlotOf(node(id).name)] = id;
  }
}

void Graph::Reserve(size_t nodes) {
  nodes_.reserve(nodes_.size() + nodes);
  IndexNames(nodes_.size() + nodes);
}

NodeId Graph::Add(Node node) {
  const NodeId id = size();
  if (slots_.size() < 2 * (nodes_.size() + 1)) IndexNames(2 * (nodes_.size() + 1));
  NodeId& slot = slots_[SlotOf(node.name)];
  if (slot != kNoNode) Throw(Code::kDuplicate, "two nodes are named '", node.name, "'");
  slot = id;
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
  return slots_.empty() ? kNoNode : slots_[SlotOf(name)];
}

std::string Graph::UniqueName(std::string_view stem) const {
  std::string name(stem);
  for (int suffix = 1; Find(name) != kNoNode; ++suffix) name = StrCat(stem, "_", suffix);
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

void Graph::Remove(NodeId id) { node(id) = Node(); }

void Graph::PrefixNames(std::string_view prefix) {
  for (NodeId id = 0; id < size(); ++id) {
    if (!IsRemoved(id)) node(id).name = StrCat(prefix, node(id).name);
  }
  IndexNames(nodes_.size());
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
  for (Node& node : kept) {
    for (Edge& edge : node.inputs) renumber(edge.node);
    for (NodeId& control : node.control_inputs) renumber(control);
    std::erase(node.control_inputs, kNoNode);
  }
  for (NamedEdge& input : inputs) renumber(input.edge.node);
  for (NamedEdge& output : outputs) renumber(output.edge.node);
  nodes_ = std::move(kept);
  IndexNames(nodes_.size());
}

std::vector<NodeId> Graph::TopologicalOrder() const {
  std::vector<Visit> visits(nodes_.size(), Visit::kNew);
  std::vector<NodeId> order;
  order.reserve(nodes_.size());
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
  // Counts, computes prefix sums, then fills in: no allocations per node.
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
