// SPDX-License-Identifier: Apache-2.0
#include "passes/functionalize_loops.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "core/flag_list.h"
#include "passes/remove_dead_nodes.h"
#include "passes/rewrite.h"

namespace tfwasm {

namespace {

bool IsEnter(const Node& node) { return IsOneOf(node.op, {"Enter", "RefEnter"}); }
bool IsExit(const Node& node) { return IsOneOf(node.op, {"Exit", "RefExit"}); }
bool IsMerge(const Node& node) { return IsOneOf(node.op, {"Merge", "RefMerge"}); }
bool IsSwitch(const Node& node) { return IsOneOf(node.op, {"Switch", "RefSwitch"}); }
bool IsNext(const Node& node) { return IsOneOf(node.op, {"NextIteration", "RefNextIteration"}); }

std::string FrameOf(const Node& enter) {
  return Blaming(enter, [&] {
    if (enter.inputs.size() != 1) Throw(Code::kEdge, "expected 1 inputs");
    return enter.attrs.String("frame_name", "");
  });
}

// A loop variable.
struct Variable {
  NodeId merge;
  Edge initial;  // outside of the loop
  Edge next;     // the value for the next iteration
};

struct Loop {
  std::string frame;
  std::vector<NodeId> enters;
  FlagList inside;  // by NodeId: the nodes of the frame, Enter and Exit included
  std::vector<Variable> variables;
  NodeId condition = kNoNode;  // LoopCond
  std::vector<Edge> captures;  // loop-invariant outer values
  std::vector<NodeId> outer_controls;

  bool IsInside(NodeId id) const { return inside[static_cast<size_t>(id)]; }
  [[noreturn]] void ThrowForm(std::string_view problem, const Node& node) const {
    Throw(Code::kEdge, "the loop '", frame, "' ", problem, " '", node.name, "'");
  }
};

// The origin of a value inside a loop, behind nodes that only pass it on.
struct Source {
  enum class Kind { kVariable, kOuter, kInner };
  Kind kind;
  int variable = 0;
  Edge edge = {};  // for kOuter and kInner
};

class LoopResolver {
 public:
  LoopResolver(const Graph& graph, const Loop& loop) : graph_(graph), loop_(loop) {
    for (size_t i = 0; i < loop.variables.size(); ++i) {
      variables_.emplace(loop.variables[i].merge, static_cast<NodeId>(i));
    }
  }

  bool IsLoopSwitch(const Node& node) const {
    return IsSwitch(node) && node.inputs.size() == 2 && node.inputs[1].node == loop_.condition;
  }

  Source Resolve(Edge edge) const {
    for (NodeId steps = 0; steps <= graph_.size(); ++steps) {
      const Node& node = graph_.node(edge.node);
      if (!loop_.IsInside(edge.node)) return {.kind = Source::Kind::kOuter, .edge = edge};
      if (const int variable = VariableOf(edge); variable >= 0) {
        return {.kind = Source::Kind::kVariable, .variable = variable};
      }
      if (IsEnter(node)) return {.kind = Source::Kind::kOuter, .edge = node.inputs[0]};
      const bool passes = IsLoopSwitch(node) || (node.op == "LoopCond" && node.inputs.size() == 1);
      if (!passes) return {.kind = Source::Kind::kInner, .edge = edge};
      edge = node.inputs[0];
    }
    loop_.ThrowForm("never leaves", graph_.node(edge.node));
  }

 private:
  int VariableOf(Edge edge) const {
    const auto found = variables_.find(edge.node);
    return found == variables_.end() || edge.output != 0 ? -1 : found->second;
  }

  const Graph& graph_;
  const Loop& loop_;
  std::unordered_map<NodeId, NodeId> variables_;  // positions, by Merge
};

// Copies the part of a loop that computes given values into the body of a function.
class BodyCopier {
 public:
  BodyCopier(const Graph& graph, Loop& loop) : graph_(graph), loop_(loop), resolver_(graph, loop) {
    for (const Variable& variable : loop.variables) AddInput(graph.node(variable.merge).name);
  }

  void AddOutput(Edge edge) {
    const Edge copied = Copy(edge);
    CopyPending();
    body_.outputs.push_back({StrCat("output_", body_.outputs.size()), copied});
  }
  // Adds captures that the loop's other function has found meanwhile as inputs.
  void AddMissingInputs() {
    while (body_.inputs.size() < loop_.variables.size() + loop_.captures.size()) {
      const size_t next = body_.inputs.size() - loop_.variables.size();
      AddInput(graph_.node(loop_.captures[next].node).name);
    }
  }
  void AddCaptureOutputs() {
    for (size_t i = loop_.variables.size(); i < body_.inputs.size(); ++i) {
      body_.outputs.push_back({StrCat("output_", i), body_.inputs[i].edge});
    }
  }
  Graph Take() { return std::move(body_); }

 private:
  void AddInput(std::string_view name) {
    Node node;
    node.name = body_.UniqueName(name);
    node.op = "Placeholder";
    std::string key = node.name;
    body_.inputs.push_back({std::move(key), {.node = body_.Add(std::move(node))}});
  }

  Edge Copy(Edge edge) {
    const Source source = resolver_.Resolve(edge);
    if (source.kind == Source::Kind::kVariable) {
      return body_.inputs[static_cast<size_t>(source.variable)].edge;
    }
    if (source.kind == Source::Kind::kOuter) return CopyOuter(source.edge);
    return {.node = CopyNode(source.edge.node), .output = source.edge.output};
  }

  Edge CopyOuter(Edge edge) {
    const Node& node = graph_.node(edge.node);
    if (graph_.IsConst(edge)) {
      for (const NodeId id : node.control_inputs) loop_.outer_controls.push_back(id);
      return {.node = CopyNode(edge.node)};
    }
    auto& captures = loop_.captures;
    const auto found = std::find(captures.begin(), captures.end(), edge);
    const auto index = static_cast<size_t>(found - captures.begin());
    if (found == captures.end()) captures.push_back(edge);
    AddMissingInputs();
    return body_.inputs[loop_.variables.size() + index].edge;
  }

  NodeId CopyNode(NodeId id) {
    const auto [place, is_new] = copies_.emplace(id, kNoNode);
    if (!is_new) return place->second;
    const Node& node = graph_.node(id);
    if (IsNext(node) || IsExit(node)) loop_.ThrowForm("reads", node);
    Node copy = node;
    copy.name = body_.UniqueName(node.name);
    copy.inputs.clear();
    copy.control_inputs.clear();
    place->second = body_.Add(std::move(copy));
    if (loop_.IsInside(id)) pending_.push_back(id);
    return place->second;
  }

  void CopyPending() {
    while (!pending_.empty()) {
      const NodeId id = pending_.back();
      pending_.pop_back();
      const NodeId copy = copies_.at(id);
      for (const Edge& edge : graph_.node(id).inputs) {
        const Edge copied = Copy(edge);
        body_.node(copy).inputs.push_back(copied);
      }
      for (const NodeId control : graph_.node(id).control_inputs) CopyControl(control, copy);
    }
  }

  // Keeps the order of nodes within an iteration. Drops control inputs from nodes that only mark
  // the start of an iteration.
  void CopyControl(NodeId control, NodeId reader) {
    if (!loop_.IsInside(control)) {
      loop_.outer_controls.push_back(control);
      return;
    }
    const Node& node = graph_.node(control);
    if (IsEnter(node) || IsNext(node) || IsExit(node) || IsMerge(node) || node.op == "LoopCond" ||
        resolver_.IsLoopSwitch(node)) {
      return;
    }
    const NodeId copied = CopyNode(control);
    body_.node(reader).control_inputs.push_back(copied);
  }

  const Graph& graph_;
  Loop& loop_;
  LoopResolver resolver_;
  Graph body_;
  std::unordered_map<NodeId, NodeId> copies_;
  std::vector<NodeId> pending_;
};

// The consumers of each node, by data or control inputs.
using Consumers = std::vector<std::vector<NodeId>>;

Consumers FindConsumers(const Graph& graph) {
  Consumers consumers(static_cast<size_t>(graph.size()));
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    for (const Edge& edge : node.inputs) consumers[static_cast<size_t>(edge.node)].push_back(id);
    for (const NodeId control : node.control_inputs) {
      consumers[static_cast<size_t>(control)].push_back(id);
    }
  }
  return consumers;
}

class Functionalizer {
 public:
  Functionalizer(Graph& graph, FunctionMap& functions) : graph_(graph), functions_(functions) {}

  // Returns false if no innermost loop is left.
  bool FunctionalizeInnermost() {
    const Consumers consumers = FindConsumers(graph_);
    std::map<std::string, std::vector<NodeId>> frames;
    for (NodeId id = 0; id < graph_.size(); ++id) {
      if (IsEnter(graph_.node(id))) frames[FrameOf(graph_.node(id))].push_back(id);
    }
    for (auto& [frame, enters] : frames) {
      Loop loop{.frame = frame, .enters = std::move(enters)};
      if (!FindInside(consumers, loop)) continue;
      Functionalize(loop);
      return true;
    }
    if (frames.empty()) return false;
    Throw(Code::kCycle, "the loop '", frames.begin()->first, "' is inside itself");
  }

 private:
  // Follows the values from Enter to Exit. Returns false if they enter another loop on the way.
  bool FindInside(const Consumers& consumers, Loop& loop) const {
    loop.inside.assign(static_cast<size_t>(graph_.size()), false);
    std::vector<NodeId> pending;
    const auto enter = [&](NodeId id) {
      if (loop.IsInside(id)) return;
      loop.inside[static_cast<size_t>(id)] = true;
      if (!IsExit(graph_.node(id))) pending.push_back(id);
    };
    for (const NodeId id : loop.enters) enter(id);
    while (!pending.empty()) {
      const NodeId id = pending.back();
      pending.pop_back();
      if (IsEnter(graph_.node(id)) && FrameOf(graph_.node(id)) != loop.frame) return false;
      for (const NodeId consumer : consumers[static_cast<size_t>(id)]) enter(consumer);
    }
    return true;
  }

  void FindParts(Loop& loop) const {
    for (const NodeId id : loop.enters) {
      const Node& enter = graph_.node(id);
      const NodeId source = enter.inputs[0].node;
      // An Exit of this loop would make a cycle, which is found later.
      const bool is_own = loop.IsInside(source) && !IsExit(graph_.node(source));
      if (is_own) loop.ThrowForm("is entered from inside itself at", enter);
    }
    for (NodeId id = 0; id < graph_.size(); ++id) {
      if (!loop.IsInside(id)) continue;
      const Node& node = graph_.node(id);
      if (IsMerge(node)) AddVariable(id, loop);
      if (node.op != "LoopCond") continue;
      if (loop.condition != kNoNode) loop.ThrowForm("has a second condition", node);
      if (node.inputs.size() != 1) loop.ThrowForm("has a condition without a value", node);
      loop.condition = id;
    }
    if (loop.condition == kNoNode) {
      loop.ThrowForm("has no LoopCond after", graph_.node(loop.enters[0]));
    }
  }

  // Handles a Merge of an Enter and a NextIteration. Other Merges belong to conditionals inside the
  // loop.
  void AddVariable(NodeId id, Loop& loop) const {
    const Node& merge = graph_.node(id);
    if (merge.inputs.size() != 2) return;
    const Node* enter = &graph_.node(merge.inputs[0].node);
    const Node* next = &graph_.node(merge.inputs[1].node);
    if (IsNext(*enter)) std::swap(enter, next);
    if (!IsEnter(*enter) || FrameOf(*enter) != loop.frame || !IsNext(*next)) return;
    if (next->inputs.size() != 1) loop.ThrowForm("gets no value from", *next);
    loop.variables.push_back({id, enter->inputs[0], next->inputs[0]});
  }

  void Functionalize(Loop& loop) {
    FindParts(loop);
    BodyCopier condition(graph_, loop);
    condition.AddOutput(graph_.node(loop.condition).inputs[0]);
    BodyCopier body(graph_, loop);
    for (const Variable& variable : loop.variables) body.AddOutput(variable.next);
    condition.AddMissingInputs();
    body.AddMissingInputs();
    body.AddCaptureOutputs();
    const NodeId loop_node = AddWhile(loop, AddFunction(loop.frame + "/cond", condition.Take()),
                                      AddFunction(loop.frame + "/body", body.Take()));
    ReplaceExits(loop, loop_node);
    RemoveInside(loop, loop_node);
  }

  std::string AddFunction(const std::string& stem, Graph body) {
    std::string name = stem;
    for (int suffix = 1; functions_.contains(name); ++suffix) name = StrCat(stem, "_", suffix);
    functions_.emplace(name, Function{.body = std::move(body)});
    return name;
  }

  NodeId AddWhile(const Loop& loop, std::string condition, std::string body) {
    Node node;
    node.name = graph_.UniqueName(loop.frame.empty() ? "while" : loop.frame);
    node.op = "While";
    node.attrs.Set("cond", FunctionRef{std::move(condition)});
    node.attrs.Set("body", FunctionRef{std::move(body)});
    for (const Variable& variable : loop.variables) node.inputs.push_back(variable.initial);
    node.inputs.insert(node.inputs.end(), loop.captures.begin(), loop.captures.end());
    node.control_inputs = loop.outer_controls;
    for (const NodeId enter : loop.enters) {
      const auto& controls = graph_.node(enter).control_inputs;
      node.control_inputs.insert(node.control_inputs.end(), controls.begin(), controls.end());
    }
    FlagList seen(static_cast<size_t>(graph_.size()), false);
    std::erase_if(node.control_inputs, [&](NodeId id) {
      return loop.IsInside(id) || std::exchange(seen[static_cast<size_t>(id)], true);
    });
    return graph_.Add(std::move(node));
  }

  void ReplaceExits(const Loop& loop, NodeId loop_node) {
    const LoopResolver resolver(graph_, loop);
    EdgeReplacements replacements;
    for (NodeId id = 0; id < loop_node; ++id) {
      const Node& exit = graph_.node(id);
      if (!loop.IsInside(id) || !IsExit(exit)) continue;
      if (exit.inputs.size() != 1) loop.ThrowForm("returns nothing to", exit);
      const Source source = resolver.Resolve(exit.inputs[0]);
      if (source.kind == Source::Kind::kInner) loop.ThrowForm("returns no loop variable to", exit);
      const bool is_outer = source.kind == Source::Kind::kOuter;
      replacements.Add({.node = id},
                       is_outer ? source.edge : Edge{.node = loop_node, .output = source.variable});
    }
    replacements.ApplyTo(graph_);
  }

  void RemoveInside(const Loop& loop, NodeId loop_node) {
    const auto check = [&](const std::vector<NamedEdge>& ends, std::string_view verb) {
      for (const NamedEdge& end : ends) {
        if (end.edge.node >= loop_node || !loop.IsInside(end.edge.node)) continue;
        Throw(Code::kInput, "'", end.name, "' is inside the loop '", loop.frame, "' and cannot be ",
              verb);
      }
    };
    check(graph_.inputs, "fed");
    check(graph_.outputs, "fetched");
    for (NodeId id = 0; id < loop_node; ++id) {
      if (loop.IsInside(id)) {
        graph_.Remove(id);
        continue;
      }
      for (NodeId& control : graph_.node(id).control_inputs) {
        if (control < loop_node && loop.IsInside(control)) control = loop_node;
      }
    }
  }

  Graph& graph_;
  FunctionMap& functions_;
};

}  // namespace

void FunctionalizeLoops(Graph& graph, FunctionMap& functions) {
  bool has_loops = false;
  for (NodeId id = 0; id < graph.size(); ++id) has_loops |= IsEnter(graph.node(id));
  if (!has_loops) return;
  // Dead parts of loops would look malformed.
  RemoveDeadNodes(graph);
  Functionalizer functionalizer(graph, functions);
  while (functionalizer.FunctionalizeInnermost()) {
  }
}

}  // namespace tfwasm
