// SPDX-License-Identifier: Apache-2.0
#include "convert/inline_functions.h"

#include <algorithm>
#include <optional>
#include <set>

#include "passes/rewrite.h"

namespace tfwasm {

namespace {

// Far more than real models have; bounds what a small file can grow to.
constexpr NodeId kMostNodes = 300'000;

// Calls `use` for each function in the attributes of a node.
template <typename F>
void ForEachFunction(const Node& node, F use) {
  for (const auto& [name, value] : node.attrs.values()) {
    if (const auto* one = std::get_if<FunctionRef>(&value)) use(one->name);
    if (const auto* many = std::get_if<std::vector<FunctionRef>>(&value)) {
      for (const FunctionRef& function : *many) use(function.name);
    }
  }
}

class Inliner {
 public:
  explicit Inliner(FunctionMap& functions) : functions_(functions) {}

  // Inlines everything in `graph`. Inlined nodes are appended, so they are visited, too.
  void Run(Graph& graph) {
    for (NodeId id = 0; id < graph.size(); ++id) {
      if (graph.IsRemoved(id)) continue;
      const Node& node = graph.node(id);
      Blaming(std::string(node.op), std::string(node.name), [&] {
        if (const auto call = AsCall(graph, id)) Inline(graph, id, *call);
      });
    }
  }

  // Inlines in the functions that `graph` calls, before these are inlined themselves.
  void RunInFunctions(const Graph& graph) {
    for (const std::string& name : CalledFunctions(graph, functions_)) Prepare(name);
  }

  bool changed() const { return changed_; }

 private:
  struct Call {
    std::string function;
    size_t first_argument = 0;
  };

  // Inlines the calls in a function, once. Throws E_LIMIT if it calls itself.
  void Prepare(const std::string& name) {
    if (prepared_.contains(name)) return;
    if (std::ranges::find(open_, name) != open_.end()) {
      std::string circle;
      for (const std::string& open : open_) circle += StrCat("'", open, "', ");
      Throw(Code::kLimit, "functions that call themselves are not supported: ", circle, "'", name,
            "'");
    }
    constexpr size_t kMostNesting = 64;  // each level uses stack
    if (open_.size() >= kMostNesting) Throw(Code::kLimit, "function calls are nested too deeply");
    open_.push_back(name);
    Graph& body = functions_.find(name)->second.body;
    RunInFunctions(body);
    Run(body);
    open_.pop_back();
    prepared_.insert(name);
  }

  static std::optional<Call> AsCall(const Graph& graph, NodeId id) {
    const Node& node = graph.node(id);
    if (IsOneOf(node.op, {"PartitionedCall", "StatefulPartitionedCall"})) {
      return Call{node.attrs.RequireFunction("f"), 0};
    }
    if (node.inputs.empty()) return std::nullopt;
    const Tensor* condition = graph.ConstValue(node.inputs[0]);
    if (condition == nullptr || condition->empty() || condition->size() != 1) return std::nullopt;
    if (IsOneOf(node.op, {"If", "StatelessIf"})) {
      const auto truth = Truth(*condition);
      if (!truth) return std::nullopt;
      return Call{node.attrs.RequireFunction(*truth ? "then_branch" : "else_branch"), 1};
    }
    if (IsOneOf(node.op, {"Case", "StatelessCase"}) && condition->dtype() == DType::kInt32) {
      const std::vector<FunctionRef> branches = node.attrs.RequireFunctions("branches");
      if (branches.empty()) return std::nullopt;
      const int64_t last = std::ssize(branches) - 1;
      const int64_t index = condition->values<int32_t>()[0];
      return Call{branches[static_cast<size_t>(index < 0 || index > last ? last : index)].name, 1};
    }
    return std::nullopt;
  }

  static std::optional<bool> Truth(const Tensor& condition) {
    switch (condition.dtype()) {
      case DType::kBool:
        return condition.values<uint8_t>()[0] != 0;
      case DType::kInt32:
        return condition.values<int32_t>()[0] != 0;
      case DType::kFloat32:
        return condition.values<float>()[0] != 0;
      case DType::kString:
        return !condition.values<std::string>()[0].empty();
      default:
        return std::nullopt;
    }
  }

  void Inline(Graph& graph, NodeId id, const Call& call) {
    const auto found = functions_.find(call.function);
    if (found == functions_.end()) {
      Throw(Code::kAttr, "the model has no function '", call.function, "'");
    }
    Prepare(call.function);
    changed_ = true;
    const Graph& body = found->second.body;
    const Node node = graph.node(id);
    if (node.inputs.size() - call.first_argument != body.inputs.size()) {
      Throw(Code::kEdge, "it passes ", node.inputs.size() - call.first_argument, " arguments to '",
            call.function, "', which takes ", body.inputs.size());
    }
    if (body.size() > kMostNodes - graph.size())
      Throw(Code::kLimit, "the model has too many nodes");
    const std::vector<Edge> moved = CopyBody(graph, body, node, call.first_argument);
    Connect(graph, id, body, moved);
  }

  // Adds the nodes of `body`. Returns where the first output of each is.
  static std::vector<Edge> CopyBody(Graph& graph, const Graph& body, const Node& node,
                                    size_t first_argument) {
    std::vector<Edge> moved(static_cast<size_t>(body.size()));
    for (size_t i = 0; i < body.inputs.size(); ++i) {
      moved[static_cast<size_t>(body.inputs[i].edge.node)] = node.inputs[first_argument + i];
    }
    const NodeId first = graph.size();
    for (NodeId id = 0; id < body.size(); ++id) {
      Edge& place = moved[static_cast<size_t>(id)];
      if (place.node != kNoNode || body.IsRemoved(id)) continue;
      Node copy = body.node(id);
      copy.name = graph.UniqueName(StrCat(node.name, "/", copy.name));
      place = {.node = graph.Add(std::move(copy))};
    }
    for (NodeId id = first; id < graph.size(); ++id) {
      Node& copy = graph.node(id);
      for (Edge& edge : copy.inputs) edge = Moved(moved, edge);
      for (NodeId& control : copy.control_inputs) {
        control = moved[static_cast<size_t>(control)].node;
      }
      // So that the body runs after what the call waits for.
      if (copy.inputs.empty() && copy.op != "Const") {
        copy.control_inputs.insert(copy.control_inputs.end(), node.control_inputs.begin(),
                                   node.control_inputs.end());
      }
    }
    return moved;
  }

  static Edge Moved(const std::vector<Edge>& moved, Edge edge) {
    const Edge place = moved[static_cast<size_t>(edge.node)];
    return {.node = place.node, .output = place.output + edge.output};
  }

  // Makes the readers of the call read the results. The call becomes a node that waits for what the
  // function's effects are.
  static void Connect(Graph& graph, NodeId id, const Graph& body, const std::vector<Edge>& moved) {
    EdgeReplacements replacements;
    std::vector<NodeId> results;
    for (size_t i = 0; i < body.outputs.size(); ++i) {
      const Edge result = Moved(moved, body.outputs[i].edge);
      replacements.Add({id, static_cast<int>(i)}, result);
      results.push_back(result.node);
    }
    replacements.ApplyTo(graph);
    for (NodeId other = 0; other < body.size(); ++other) {
      if (body.node(other).name.starts_with("control_results") && body.node(other).op == "NoOp") {
        results.push_back(moved[static_cast<size_t>(other)].node);
      }
    }
    Node& call = graph.node(id);
    call.op = "NoOp";
    call.inputs.clear();
    call.attrs = AttrMap();
    call.control_inputs = std::move(results);
  }

  FunctionMap& functions_;
  std::set<std::string> prepared_;
  std::vector<std::string> open_;
  bool changed_ = false;
};

}  // namespace

bool InlineCalls(Graph& graph, FunctionMap& functions) {
  Inliner inliner(functions);
  inliner.RunInFunctions(graph);
  inliner.Run(graph);
  return inliner.changed();
}

std::vector<std::string> CalledFunctions(const Graph& graph, const FunctionMap& functions) {
  std::vector<std::string> names;
  std::set<std::string> known;
  for (NodeId id = 0; id < graph.size(); ++id) {
    ForEachFunction(graph.node(id), [&](const std::string& name) {
      if (functions.contains(name) && known.insert(name).second) names.push_back(name);
    });
  }
  return names;
}

}  // namespace tfwasm
