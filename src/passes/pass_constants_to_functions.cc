// SPDX-License-Identifier: Apache-2.0
#include "passes/pass_constants_to_functions.h"

#include "ops/op.h"
#include "passes/rewrite.h"

namespace tfwasm {

namespace {

// Bounds the copies of functions that call themselves with constants.
constexpr size_t kMostFunctions = 1024;

struct Argument {
  size_t index;
  const Tensor* value;
};

// Whether a loop body returns this argument unchanged.
bool IsKept(const Graph& body, size_t index) {
  if (index >= body.inputs.size() || index >= body.outputs.size()) return false;
  Edge edge = body.outputs[index].edge;
  for (NodeId steps = 0; steps < body.size() && body.node(edge.node).op == "Identity"; ++steps) {
    if (body.node(edge.node).inputs.size() != 1) return false;
    edge = body.node(edge.node).inputs[0];
  }
  return edge == body.inputs[index].edge;
}

class ConstantPasser {
 public:
  ConstantPasser(Graph& graph, FunctionMap& functions, bool only_handles)
      : graph_(graph), functions_(functions), only_handles_(only_handles) {}

  void Visit(Node& node) {
    const OpDef* def = FindOp(node.op);
    if (def == nullptr || def->first_argument == kNoArguments) return;
    const std::vector<Argument> constants = FindConstants(node, *def);
    if (constants.empty()) return;
    const AttrMap attrs = node.attrs;
    for (const auto& [name, value] : attrs.values()) {
      if (const auto* one = std::get_if<FunctionRef>(&value)) {
        node.attrs.Set(name, Specialize(*one, constants));
      } else if (const auto* many = std::get_if<std::vector<FunctionRef>>(&value)) {
        std::vector<FunctionRef> copies;
        for (const FunctionRef& function : *many) copies.push_back(Specialize(function, constants));
        node.attrs.Set(name, std::move(copies));
      }
    }
  }

 private:
  std::vector<Argument> FindConstants(const Node& node, const OpDef& def) const {
    const Graph* body = nullptr;
    if (def.is_loop) {
      const auto found = functions_.find(node.attrs.RequireFunction("body"));
      if (found == functions_.end()) return {};
      body = &found->second.body;
    }
    std::vector<Argument> constants;
    for (auto i = static_cast<size_t>(def.first_argument); i < node.inputs.size(); ++i) {
      const size_t index = i - static_cast<size_t>(def.first_argument);
      const Tensor* value = graph_.ConstValue(node.inputs[i]);
      if (value == nullptr || value->empty()) continue;
      if (only_handles_ && !IsHandle(value->dtype())) continue;
      if (body == nullptr || IsKept(*body, index)) constants.push_back({index, value});
    }
    return constants;
  }

  FunctionRef Specialize(const FunctionRef& function, const std::vector<Argument>& constants) {
    const auto found = functions_.find(function.name);
    if (found == functions_.end() || functions_.size() >= kMostFunctions) return function;
    Function copy = found->second;
    Graph& body = copy.body;
    for (const Argument& argument : constants) {
      if (argument.index >= body.inputs.size()) return function;
      const NamedEdge& input = body.inputs[argument.index];
      const Edge constant{.node = body.AddConst(StrCat(input.name, "/constant"), *argument.value)};
      body.ReplaceUses(input.edge, constant);
    }
    std::string name = function.name;
    for (int suffix = 1; functions_.contains(name); ++suffix) {
      name = StrCat(function.name, "/constants_", suffix);
    }
    functions_.emplace(name, std::move(copy));
    return {std::move(name)};
  }

  Graph& graph_;
  FunctionMap& functions_;
  bool only_handles_;
};

void Pass(Graph& graph, FunctionMap& functions, bool only_handles) {
  ConstantPasser passer(graph, functions, only_handles);
  for (NodeId id = 0; id < graph.size(); ++id) {
    // The planner reports malformed attributes.
    Deferring([&] { passer.Visit(graph.node(id)); });
  }
}

}  // namespace

void PassConstantsToFunctions(Graph& graph, FunctionMap& functions) {
  Pass(graph, functions, false);
}

void PassHandlesToFunctions(Graph& graph, FunctionMap& functions) { Pass(graph, functions, true); }

}  // namespace tfwasm
