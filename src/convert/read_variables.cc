// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <set>

#include "convert/inline_functions.h"
#include "convert/remove_arguments.h"
#include "convert/variables.h"
#include "ops/handles.h"
#include "passes/fold_constants.h"
#include "passes/pass_constants_to_functions.h"
#include "passes/remove_dead_nodes.h"
#include "passes/rewrite.h"

namespace tfwasm {

namespace {

// Whether the op changes the variable that is its first input.
bool ChangesVariable(std::string_view op) {
  return IsOneOf(op, {"Assign", "AssignAdd", "AssignSub", "AssignVariableOp", "CountUpTo",
                      "ResourceCountUpTo", "AssignAddVariableOp", "AssignSubVariableOp"}) ||
         op.starts_with("ResourceApply") || op.starts_with("ResourceSparseApply") ||
         op.starts_with("ResourceScatter") || op.starts_with("ResourceStridedSliceAssign") ||
         op.starts_with("Apply") || op.starts_with("SparseApply") ||
         IsOneOf(op, {"ScatterAdd", "ScatterSub", "ScatterMul", "ScatterDiv", "ScatterMin",
                      "ScatterMax", "ScatterUpdate", "ScatterNdAdd", "ScatterNdSub",
                      "ScatterNdUpdate"});
}

std::shared_ptr<VariableObject> VariableAt(const Graph& graph, Edge edge) {
  const Tensor* value = graph.ConstValue(SkipIdentities(graph, edge));
  if (value == nullptr || value->empty() || value->dtype() != DType::kResource) return nullptr;
  return HandleTo<VariableObject>(*value);
}

// Replaces the nodes that read variables in one graph.
class GraphReader {
 public:
  GraphReader(Graph& graph, const CheckpointIndex* index) : graph_(graph), index_(index) {}

  void Run() {
    for (NodeId id = 0; id < graph_.size(); ++id) {
      if (graph_.IsRemoved(id) || graph_.node(id).inputs.empty()) continue;
      Node& node = graph_.node(id);
      const auto variable = VariableAt(graph_, node.inputs[0]);
      if (variable == nullptr) continue;
      Blaming(std::string(node.op), std::string(node.name), [&] { Replace(id, *variable); });
    }
  }

 private:
  void Replace(NodeId id, const VariableObject& variable) {
    Node& node = graph_.node(id);
    if (node.op == "ReadVariableOp") {
      node.control_inputs.clear();
      MakeConstantToLoad(node, ValueOf(variable), *index_);
    } else if (node.op == "ResourceGather") {
      const int64_t batch_dims = node.attrs.Int("batch_dims", 0);
      Gather(id, variable, "GatherV2");
      const auto axis = static_cast<int32_t>(batch_dims);
      const Edge constant{
          .node = graph_.AddConst(StrCat(graph_.node(id).name, "/axis"), Tensor::Scalar(axis))};
      graph_.node(id).inputs.push_back(constant);
      graph_.node(id).attrs.Set("batch_dims", batch_dims);
      graph_.node(id).attrs.Set("Taxis", DType::kInt32);
    } else if (node.op == "ResourceGatherNd") {
      Gather(id, variable, "GatherNd");
    } else if (node.op == "VariableShape") {
      const Shape& shape = index_->Find(ValueOf(variable).key)->shape;
      const std::vector<int32_t> dims(shape.begin(), shape.end());
      BecomeConst(node, Tensor::FromSpan<int32_t>({shape.rank()}, dims));
    } else if (node.op == "DisableCopyOnRead") {
      node.op = "NoOp";
      node.inputs.clear();
    } else if (IsOneOf(node.op, {"VarIsInitializedOp", "IsVariableInitialized"})) {
      BecomeConst(node, Tensor::Scalar(true));
    }
  }

  const CheckpointValue& ValueOf(const VariableObject& variable) const {
    if (index_ != nullptr && variable.value()) return *variable.value();
    Throw(Code::kWeightMissing, "the checkpoint has no value of the variable '", variable.node(),
          "'");
  }

  void Gather(NodeId id, const VariableObject& variable, std::string_view op) {
    Node constant{.name = graph_.UniqueName(StrCat(graph_.node(id).name, "/params"))};
    MakeConstantToLoad(constant, ValueOf(variable), *index_);
    const Edge params{.node = graph_.Add(std::move(constant))};
    Node& node = graph_.node(id);
    AttrMap attrs;
    for (const std::string_view name : {"Tindices"}) {
      if (const AttrValue* value = node.attrs.Find(name)) attrs.Set(name, *value);
    }
    attrs.Set("Tparams", graph_.node(params.node).value.dtype());
    node.op = op;
    node.attrs = std::move(attrs);
    node.inputs[0] = params;
  }

  static void BecomeConst(Node& node, Tensor value) {
    node.op = "Const";
    node.inputs.clear();
    node.control_inputs.clear();
    node.attrs = AttrMap();
    node.attrs.Set("dtype", value.dtype());
    node.value = std::move(value);
  }

  Graph& graph_;
  const CheckpointIndex* index_;
};

// Changes of variables in one graph.
struct Change {
  NodeId node;
  std::string variable;
};

// The variable that a node changes; of TensorFlow 1, a constant to load.
std::string ChangedVariable(const Graph& graph, const Node& node) {
  const Edge source = SkipIdentities(graph, node.inputs[0]);
  const auto variable = VariableAt(graph, source);
  return variable != nullptr ? variable->node() : graph.node(source.node).name;
}

std::vector<Change> FindChanges(const Graph& graph) {
  std::vector<Change> changes;
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    if (!ChangesVariable(node.op) || node.inputs.empty()) continue;
    changes.push_back({id, ChangedVariable(graph, node)});
  }
  return changes;
}

// The variables that nodes read which do not change them.
void FindReads(const Graph& graph, std::set<std::string>& read) {
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    if (ChangesVariable(node.op)) continue;
    for (const Edge& edge : node.inputs) {
      const Edge source = SkipIdentities(graph, edge);
      const auto variable = VariableAt(graph, source);
      if (variable != nullptr &&
          IsOneOf(node.op, {"ReadVariableOp", "ResourceGather", "ResourceGatherNd"})) {
        read.insert(variable->node());
      }
      if (graph.node(source.node).attrs.Has(kCheckpointKey))
        read.insert(graph.node(source.node).name);
    }
  }
}

bool IsRead(const Graph& graph, NodeId id) {
  const UseMap uses(graph);
  return uses.Count({.node = id}) > 0;
}

void RemoveChanges(Graph& graph, const std::set<std::string>& read, bool freeze_state,
                   std::vector<std::string>& notes) {
  for (const Change& change : FindChanges(graph)) {
    Node& node = graph.node(change.node);
    const bool is_result = IsRead(graph, change.node);
    if (is_result || (read.contains(change.variable) && !freeze_state)) {
      Throw(Code::kState, "the model changes its variable '", change.variable, "' (node '",
            node.name, "', ", node.op, "), so that results depend on earlier runs; ",
            is_result ? "a graph model cannot do that"
                      : "freezeState converts it so that every run starts from the saved value");
    }
    notes.push_back(StrCat("'", node.name, "' (", node.op, "), which changes the variable '",
                           change.variable, "', was left out",
                           read.contains(change.variable)
                               ? ": every run starts from the saved value"
                               : ": nothing reads that variable"));
    node.op = "NoOp";
    node.inputs.clear();
    node.attrs = AttrMap();
  }
}

template <typename F>
void ForEachGraph(ModelDef& model, F use) {
  use(model.graph);
  for (auto& [name, function] : model.functions) use(function.body);
}

// Removes branches that are never taken: they may change variables, or be what trains the model.
void FoldConditions(ModelDef& model) {
  constexpr int kMostRounds = 8;
  for (int round = 0; round < kMostRounds; ++round) {
    // The loops of TensorFlow 1 are circles, with which this pass does not cope.
    Deferring([&] { FoldSmallConstants(model.graph); });
    if (!InlineCalls(model.graph, model.functions)) return;
  }
}

// Passes handles down until no function has one as argument that is not needed.
void PassHandles(ModelDef& model) {
  std::set<std::string> visited;
  std::vector<std::string> pending;
  const auto pass = [&](Graph& graph) {
    PassHandlesToFunctions(graph, model.functions);
    for (std::string& name : CalledFunctions(graph, model.functions)) {
      if (visited.insert(name).second) pending.push_back(std::move(name));
    }
  };
  pass(model.graph);
  while (!pending.empty()) {
    const std::string name = std::move(pending.back());
    pending.pop_back();
    pass(model.functions.find(name)->second.body);
  }
  std::erase_if(model.functions, [&](const auto& entry) { return !visited.contains(entry.first); });
}

}  // namespace

void MakeConstantToLoad(Node& node, const CheckpointValue& value, const CheckpointIndex& index) {
  const CheckpointEntry& entry = *index.Find(value.key);
  node.op = "Const";
  node.inputs.clear();
  node.attrs = AttrMap();
  node.attrs.Set(kCheckpointKey, value.key);
  node.attrs.Set(kCheckpointSlice, value.slice);
  node.value = Tensor::WithoutValue(FromTensorFlowType(entry.type), entry.shape);
}

void ReadVariables(ModelDef& model, const CheckpointIndex* index, bool freeze_state,
                   std::vector<std::string>& notes) {
  InlineCalls(model.graph, model.functions);
  FoldConditions(model);
  RemoveDeadNodes(model.graph);
  PassHandles(model);
  std::set<std::string> read;
  ForEachGraph(model, [&](Graph& graph) { FindReads(graph, read); });
  ForEachGraph(model, [&](Graph& graph) {
    RemoveChanges(graph, read, freeze_state, notes);
    GraphReader(graph, index).Run();
  });
  RemoveUnusedArguments(model);
  ForEachGraph(model, [](Graph& graph) {
    RemoveDeadNodes(graph);
    graph.Compact();
  });
}

}  // namespace tfwasm
