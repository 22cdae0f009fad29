// SPDX-License-Identifier: Apache-2.0
#include "executor/inference.h"

#include <algorithm>

#include "core/flag_list.h"
#include "ops/node_plan.h"

namespace tfwasm {

namespace {

// Larger values are not folded at planning; each run computes them in the arena.
constexpr uint64_t kMostBytesComputedEarly = 1 << 16;

bool AllKnown(const std::vector<TensorSpec>& specs) {
  return std::all_of(specs.begin(), specs.end(),
                     [](const TensorSpec& spec) { return spec.shape.IsKnown(); });
}

uint64_t TotalBytes(const std::vector<TensorSpec>& specs) {
  uint64_t bytes = 0;
  for (const TensorSpec& spec : specs) bytes += NumBytes(spec);
  return bytes;
}

class Inferrer {
 public:
  Inferrer(const Graph& graph, Environment* environment)
      : graph_(graph), environment_(environment) {
    result_.order = graph.TopologicalOrder();
    result_.nodes.resize(static_cast<size_t>(graph.size()));
  }

  Inference Run(const std::vector<TensorSpec>& feeds) {
    FlagList is_feed(result_.nodes.size(), false);
    for (size_t i = 0; i < feeds.size(); ++i) {
      const NodeId id = graph_.inputs[i].edge.node;
      is_feed[static_cast<size_t>(id)] = true;
      NodeFacts& facts = AddValues(id, 1);
      facts.planned = true;
      result_.specs.back() = feeds[i];
    }
    for (const NodeId id : result_.order) {
      if (!is_feed[static_cast<size_t>(id)]) Visit(id);
    }
    for (const NamedEdge& output : graph_.outputs) CheckEdge(output.edge);
    return std::move(result_);
  }

 private:
  NodeFacts& AddValues(NodeId id, int count) {
    NodeFacts& facts = result_.nodes[static_cast<size_t>(id)];
    facts.first_value = static_cast<int>(result_.specs.size());
    facts.num_values = count;
    const TensorSpec unknown{DType::kInvalid, Shape::UnknownRank()};
    result_.specs.resize(result_.specs.size() + static_cast<size_t>(count), unknown);
    result_.known.resize(result_.specs.size());
    return facts;
  }

  void Visit(NodeId id) {
    const Node& node = graph_.node(id);
    try {
      const OpDef& def = RequireOp(node, node.inputs.size());
      NodeFacts& facts = AddValues(id, NumOutputs(def, node));
      facts.def = &def;
      for (const Edge& edge : node.inputs) CheckEdge(edge);
      facts.maybe_dead = MaybeDead(node, def);
      if (def.run != nullptr || AllKnown(result_.InputSpecs(node))) InferOutputs(node, facts);
    } catch (Error& error) {
      if (result_.facts(id).maybe_dead && MayDefer(error)) return;
      error.Blame(node.op, node.name);
      throw;
    }
  }

  // A Merge is dead only if all its inputs are dead. Any other node is also dead if a node behind
  // one of its control inputs is.
  bool MaybeDead(const Node& node, const OpDef& def) const {
    const auto maybe_dead = [&](const Edge& edge) {
      const NodeFacts& source = result_.facts(edge.node);
      const bool is_switch = source.def != nullptr && source.def->liveness == Liveness::kSwitch;
      return is_switch || source.maybe_dead;
    };
    const auto& inputs = node.inputs;
    if (def.liveness == Liveness::kMerge) {
      return std::all_of(inputs.begin(), inputs.end(), maybe_dead);
    }
    return std::any_of(inputs.begin(), inputs.end(), maybe_dead) ||
           std::any_of(node.control_inputs.begin(), node.control_inputs.end(),
                       [&](NodeId control) { return result_.facts(control).maybe_dead; });
  }

  void CheckEdge(Edge edge) const {
    const int count = result_.facts(edge.node).num_values;
    if (edge.output < 0 || edge.output >= count) {
      Throw(Code::kEdge, "an input is output ", edge.output, " of '", graph_.node(edge.node).name,
            "', which has ", count);
    }
  }

  void InferOutputs(const Node& node, NodeFacts& facts) {
    InferContext context(node, result_.InputSpecs(node), result_.InputValues(node));
    context.set_environment(environment_);
    InferNode(*facts.def, context);
    if (context.deferred()) return;
    const auto first = static_cast<size_t>(facts.first_value);
    std::copy(context.outputs().begin(), context.outputs().end(),
              result_.specs.begin() + facts.first_value);
    facts.planned = AllKnown(context.outputs());
    const std::vector<Tensor>& values = context.output_values();
    for (size_t i = 0; i < values.size(); ++i) result_.known[first + i] = values[i];
    if (values.empty() || !facts.planned || result_.IsKnown(facts.first_value)) return;
    ComputeEarly(node, facts, context);
  }

  void ComputeEarly(const Node& node, const NodeFacts& facts, const InferContext& context) {
    if (facts.def->is_stateful || facts.def->run != nullptr ||
        TotalBytes(context.outputs()) > kMostBytesComputedEarly)
      return;
    std::vector<Tensor> inputs;
    for (int i = 0; i < context.num_inputs(); ++i) {
      if (context.value(i) == nullptr) return;
      inputs.push_back(*context.value(i));
    }
    std::vector<Tensor> outputs = NodePlan::Evaluate(node, inputs);
    std::move(outputs.begin(), outputs.end(), result_.known.begin() + facts.first_value);
  }

  const Graph& graph_;
  Environment* environment_;
  Inference result_;
};

}  // namespace

std::vector<TensorSpec> Inference::InputSpecs(const Node& node) const {
  std::vector<TensorSpec> result;
  for (const Edge& edge : node.inputs) result.push_back(spec(ValueOf(edge)));
  return result;
}

std::vector<const Tensor*> Inference::InputValues(const Node& node) const {
  std::vector<const Tensor*> result;
  for (const Edge& edge : node.inputs) {
    const Tensor& value = known[static_cast<size_t>(ValueOf(edge))];
    result.push_back(value.empty() ? nullptr : &value);
  }
  return result;
}

Inference InferGraph(const Graph& graph, const std::vector<TensorSpec>& feeds,
                     Environment* environment) {
  return Inferrer(graph, environment).Run(feeds);
}

}  // namespace tfwasm
