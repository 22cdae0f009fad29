// SPDX-License-Identifier: Apache-2.0
#include "executor/reachable_ops.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/flag_list.h"
#include "ops/op.h"
#include "ops/unsupported.h"

namespace tfwasm {

namespace {

using OpCounts = std::map<std::string, UnsupportedOp>;

void Count(const Node& node, OpCounts& counts) {
  const std::string op = OriginalOp(node);
  UnsupportedOp& entry = counts.try_emplace(op, UnsupportedOp{.op = op}).first->second;
  if (entry.count++ == 0) entry.node = node.name;
}

// How many outputs each node must have for its readers. At least 1.
std::vector<int> CountReadOutputs(const Graph& graph) {
  constexpr int kMostOutputs = 1024;
  std::vector<int> counts(static_cast<size_t>(graph.size()), 1);
  const auto read = [&](const Edge& edge) {
    int& count = counts[static_cast<size_t>(edge.node)];
    count = std::max(count, std::min(edge.output, kMostOutputs - 1) + 1);
  };
  for (NodeId id = 0; id < graph.size(); ++id) {
    for (const Edge& edge : graph.node(id).inputs) read(edge);
  }
  for (const NamedEdge& output : graph.outputs) read(output.edge);
  return counts;
}

void ReplaceIn(Graph& graph, OpCounts& counts) {
  std::vector<int> outputs;
  for (NodeId id = 0; id < graph.size(); ++id) {
    Node& node = graph.node(id);
    if (IsSupported(node)) continue;
    Count(node, counts);
    if (outputs.empty()) outputs = CountReadOutputs(graph);
    MakeUnsupported(node, outputs[static_cast<size_t>(id)]);
  }
}

// use(name, attribute) for every function that the node may call.
template <typename F>
void ForEachFunction(const Node& node, F use) {
  const OpDef* def = FindOp(node.op);
  if (def == nullptr || def->first_argument == kNoArguments) return;
  for (const auto& [attribute, value] : node.attrs.values()) {
    if (const auto* one = std::get_if<FunctionRef>(&value)) {
      use(one->name, attribute);
    } else if (const auto* many = std::get_if<std::vector<FunctionRef>>(&value)) {
      for (const FunctionRef& function : *many) use(function.name, attribute);
    }
  }
}

void DropUncalledFunctions(ModelDef& model) {
  std::set<std::string, std::less<>> called;
  std::vector<const Graph*> pending = {&model.graph};
  while (!pending.empty()) {
    const Graph& graph = *pending.back();
    pending.pop_back();
    for (NodeId id = 0; id < graph.size(); ++id) {
      ForEachFunction(graph.node(id), [&](const std::string& name, std::string_view) {
        const auto found = model.functions.find(name);
        if (found != model.functions.end() && called.insert(name).second) {
          pending.push_back(&found->second.body);
        }
      });
    }
  }
  std::erase_if(model.functions, [&](const auto& entry) { return !called.contains(entry.first); });
}

// Nodes that may be on a branch that is not taken. Unlike planning, this must cope with cycles: the
// loops of TensorFlow 1 are not converted yet.
class Branches {
 public:
  explicit Branches(const Graph& graph)
      : graph_(graph),
        readers_(static_cast<size_t>(graph.size())),
        waiters_(readers_.size()),
        live_inputs_(readers_.size(), 0),
        maybe_dead_(readers_.size(), false) {
    for (NodeId id = 0; id < graph.size(); ++id) FindReaders(id);
    for (NodeId id = 0; id < graph.size(); ++id) FindSwitches(id);
    while (!pending_.empty()) {
      const NodeId id = pending_.back();
      pending_.pop_back();
      const bool is_switch = LivenessOf(id) == Liveness::kSwitch;
      for (const NodeId reader : readers_[static_cast<size_t>(id)]) {
        if (!is_switch || LivenessOf(reader) != Liveness::kMerge) LoseInput(reader);
      }
      for (const NodeId waiter : waiters_[static_cast<size_t>(id)]) {
        if (LivenessOf(waiter) != Liveness::kMerge) MarkDead(waiter);
      }
    }
  }

  bool MaybeDead(NodeId id) const { return maybe_dead_[static_cast<size_t>(id)] != 0; }

 private:
  Liveness LivenessOf(NodeId id) const {
    const OpDef* def = FindOp(graph_.node(id).op);
    return def == nullptr ? Liveness::kNormal : def->liveness;
  }

  void FindReaders(NodeId id) {
    const Node& node = graph_.node(id);
    live_inputs_[static_cast<size_t>(id)] = node.inputs.size();
    for (const Edge& edge : node.inputs) readers_[static_cast<size_t>(edge.node)].push_back(id);
    for (const NodeId control : node.control_inputs) {
      waiters_[static_cast<size_t>(control)].push_back(id);
    }
  }

  // An Exit has a value when its loop has ended, although it reads a Switch.
  void FindSwitches(NodeId id) {
    const Node& node = graph_.node(id);
    if (node.op == "Exit" || node.op == "RefExit") return;
    for (const Edge& edge : node.inputs) {
      if (LivenessOf(edge.node) == Liveness::kSwitch) LoseInput(id);
    }
  }

  void LoseInput(NodeId id) {
    const bool is_last = --live_inputs_[static_cast<size_t>(id)] == 0;
    if (is_last || LivenessOf(id) != Liveness::kMerge) MarkDead(id);
  }

  void MarkDead(NodeId id) {
    if (!std::exchange(maybe_dead_[static_cast<size_t>(id)], true)) pending_.push_back(id);
  }

  const Graph& graph_;
  std::vector<std::vector<NodeId>> readers_;  // by node: who reads it, once for each input
  std::vector<std::vector<NodeId>> waiters_;  // by node: who has it as control input
  std::vector<size_t> live_inputs_;
  FlagList maybe_dead_;
  std::vector<NodeId> pending_;
};

// The nodes that a run must reach.
class Reach {
 public:
  explicit Reach(const ModelDef& model) : model_(model) {
    pending_.push_back(&model.graph);
    while (!pending_.empty()) {
      const Graph& graph = *pending_.back();
      pending_.pop_back();
      Visit(graph);
    }
  }

  // Those that are not supported, by op.
  const OpCounts& unsupported() const { return unsupported_; }

 private:
  void Visit(const Graph& graph) {
    const Branches branches(graph);
    FlagList needed(static_cast<size_t>(graph.size()), false);
    std::vector<NodeId> nodes;
    const auto need = [&](NodeId id) {
      if (!std::exchange(needed[static_cast<size_t>(id)], true)) nodes.push_back(id);
    };
    for (const NamedEdge& output : graph.outputs) need(output.edge.node);
    while (!nodes.empty()) {
      const NodeId id = nodes.back();
      const Node& node = graph.node(id);
      nodes.pop_back();
      if (!branches.MaybeDead(id)) VisitNode(node);
      for (const Edge& edge : node.inputs) need(edge.node);
      for (const NodeId control : node.control_inputs) need(control);
    }
  }

  void VisitNode(const Node& node) {
    if (!IsSupported(node)) Count(node, unsupported_);
    ForEachFunction(node, [&](const std::string& name, std::string_view attribute) {
      // A call and the condition of a loop run at least once; branches and loop bodies may not.
      if (attribute != "f" && attribute != "cond") return;
      const auto found = model_.functions.find(name);
      if (found != model_.functions.end() && called_.insert(name).second) {
        pending_.push_back(&found->second.body);
      }
    });
  }

  const ModelDef& model_;
  std::vector<const Graph*> pending_;
  std::set<std::string, std::less<>> called_;
  OpCounts unsupported_;
};

void Append(const UnsupportedOp& op, std::string& list) {
  if (!list.empty()) list += ", ";
  list += StrCat(op.op, " (", op.count, "x, e.g. '", op.node, "')");
}

}  // namespace

void ReplaceUnsupportedOps(ModelDef& model) {
  OpCounts counts;
  ReplaceIn(model.graph, counts);
  for (auto& [name, function] : model.functions) ReplaceIn(function.body, counts);
  if (model.unsupported_ops.empty()) {
    for (auto& [op, entry] : counts) model.unsupported_ops.push_back(std::move(entry));
  }
  DropUncalledFunctions(model);
}

void CheckReachableOps(const ModelDef& model) {
  if (model.unsupported_ops.empty()) return;
  const Reach reach(model);
  if (reach.unsupported().empty()) return;
  std::string list;
  for (const auto& [op, entry] : reach.unsupported()) Append(entry, list);
  std::string others;
  for (const UnsupportedOp& op : model.unsupported_ops) {
    if (!reach.unsupported().contains(op.op)) Append(op, others);
  }
  Throw(Code::kOp, "the model uses ops that are not supported: ", list,
        others.empty() ? "" : "; where they may never run, it also has: ", others);
}

}  // namespace tfwasm
