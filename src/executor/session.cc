// SPDX-License-Identifier: Apache-2.0
#include "executor/session.h"

#include <algorithm>

#include "executor/clock.h"
#include "executor/reachable_ops.h"
#include "graph/signature.h"
#include "ops/op.h"

namespace tfwasm {

namespace {

int CountOutputs(const Node& node) {
  return Blaming(node, [&] { return NumOutputs(*FindOp(node.op), node); });
}

// Passes rely on valid output indices.
void CheckEdge(const Graph& graph, const std::string& name, std::string_view verb, Edge edge) {
  const Node& producer = graph.node(edge.node);
  const int count = CountOutputs(producer);
  if (edge.output < count) return;
  Throw(Code::kEdge, "'", name, "' ", verb, " output ", edge.output, " of '", producer.name,
        "', which has ", count);
}

void CheckEdges(const Graph& graph) {
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    for (const Edge& edge : node.inputs) CheckEdge(graph, node.name, "reads", edge);
  }
  for (const NamedEdge& input : graph.inputs) CheckEdge(graph, input.name, "is", input.edge);
  for (const NamedEdge& output : graph.outputs) CheckEdge(graph, output.name, "is", output.edge);
}

void CheckEdges(const ModelDef& model) {
  CheckEdges(model.graph);
  for (const auto& [name, function] : model.functions) CheckEdges(function.body);
}

// Nodes without consumers are outputs if there is no signature. Drops those that have no value.
void DropOutputsWithoutValue(ModelDef& model) {
  for (size_t i = model.outputs.size(); i-- > 0;) {
    const Edge edge = model.graph.outputs[i].edge;
    if (CountOutputs(model.graph.node(edge.node)) > 0) continue;
    model.outputs.erase(model.outputs.begin() + static_cast<std::ptrdiff_t>(i));
    model.graph.outputs.erase(model.graph.outputs.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

void CheckFunction(const FunctionMap& functions, const Node& node, const std::string& name) {
  if (functions.contains(name)) return;
  Blaming(node, [&] { Throw(Code::kAttr, "the model has no function '", name, "'"); });
}

// Checks that called functions exist.
void CheckFunctions(const FunctionMap& functions, const Graph& graph) {
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    if (FindOp(node.op)->first_argument == kNoArguments) continue;
    for (const auto& [name, value] : node.attrs.values()) {
      if (const auto* one = std::get_if<FunctionRef>(&value)) {
        CheckFunction(functions, node, one->name);
      } else if (const auto* many = std::get_if<std::vector<FunctionRef>>(&value)) {
        for (const FunctionRef& function : *many) CheckFunction(functions, node, function.name);
      }
    }
  }
}

void CheckFunctions(const ModelDef& model) {
  CheckFunctions(model.functions, model.graph);
  for (const auto& [name, function] : model.functions) {
    CheckFunctions(model.functions, function.body);
  }
}

// The tensor that is fed or fetched as `name`: a key in `known` (the inputs or the outputs), or any
// other tensor.
Edge Resolve(const Graph& graph, const std::vector<NamedEdge>& known, const std::string& name) {
  for (const NamedEdge& tensor : known) {
    if (tensor.name == name) return tensor.edge;
  }
  const Edge edge = ResolveTensorName(graph, name);
  const int count = CountOutputs(graph.node(edge.node));
  if (edge.output >= count) {
    Throw(Code::kInput, "the model has no tensor '", name, "': '", graph.node(edge.node).name,
          "' has ", count, count == 1 ? " output" : " outputs");
  }
  return edge;
}

// The Placeholder to feed for `edge`. Adds one if a node computes that value.
Edge FeedPoint(Graph& graph, Edge edge) {
  if (graph.node(edge.node).op == "Placeholder") return edge;
  Node node;
  node.name = graph.UniqueName(StrCat(graph.node(edge.node).name, "/feed"));
  node.op = "Placeholder";
  const Edge feed{.node = graph.Add(std::move(node))};
  graph.ReplaceUses(edge, feed);
  return feed;
}

}  // namespace

Session::Session(ModelDef model, std::shared_ptr<ResourceMap> resources)
    : model_(std::move(model)), state_({}, std::move(resources)) {
  ReplaceUnsupportedOps(model_);
  CheckReachableOps(model_);
  DropOutputsWithoutValue(model_);
  CheckEdges(model_);
  CheckFunctions(model_);
  state_.functions() = std::move(model_.functions);
}

Graph Session::CutGraph(const Key& key) const {
  const auto& [feeds, fetches] = key;
  Graph graph = model_.graph;
  graph.inputs.clear();
  graph.outputs.clear();
  for (const std::string& name : fetches) {
    graph.outputs.push_back({name, Resolve(model_.graph, model_.graph.outputs, name)});
  }
  std::vector<Edge> fed;
  for (const std::string& name : feeds) {
    const Edge edge = Resolve(model_.graph, model_.graph.inputs, name);
    if (std::find(fed.begin(), fed.end(), edge) != fed.end()) {
      Throw(Code::kInput, "input '", name, "' is given twice");
    }
    fed.push_back(edge);
    graph.inputs.push_back({name, FeedPoint(graph, edge)});
  }
  return graph;
}

int Session::Compile(const std::vector<std::string>& feeds,
                     const std::vector<std::string>& fetches) {
  Key key(feeds, fetches);
  const auto found = ids_.find(key);
  if (found != ids_.end()) return found->second;
  programs_.push_back(std::make_unique<Program>(CutGraph(key), state_));
  const int id = static_cast<int>(programs_.size()) - 1;
  ids_.emplace(std::move(key), id);
  return id;
}

std::vector<Tensor> Session::RunEffects(const std::vector<std::string>& fetches) {
  Graph graph = CutGraph({{}, fetches});
  // Forwards a constant after all nodes with side effects. A Merge, since it runs even if some of
  // those nodes are on branches that are not taken.
  Node effects{.name = graph.UniqueName("effects"), .op = "Merge"};
  for (NodeId id = 0; id < graph.size(); ++id) {
    if (FindOp(graph.node(id).op)->is_stateful) effects.control_inputs.push_back(id);
  }
  effects.inputs.push_back({.node = graph.AddConst("done", Tensor::Scalar(true))});
  graph.outputs.push_back({"effects", {.node = graph.Add(std::move(effects))}});
  Program program(std::move(graph), state_);
  state_.EnterRun({.iteration_limit = iteration_limit_});
  std::vector<Tensor> results = program.Run({});
  results.pop_back();
  return results;
}

Program& Session::ProgramOf(int id) {
  if (id < 0 || id >= static_cast<int>(programs_.size())) {
    Throw(Code::kInternal, "there is no program ", id);
  }
  return *programs_[static_cast<size_t>(id)];
}

void Session::MakePlan(int id, std::span<const Tensor> feeds) { ProgramOf(id).MakePlan(feeds); }

std::vector<Tensor> Session::Run(int id, std::span<const Tensor> feeds) {
  state_.EnterRun({.iteration_limit = iteration_limit_});
  return ProgramOf(id).Run(feeds);
}

int Session::StartRun(int id, std::span<const Tensor> feeds) {
  Program& program = ProgramOf(id);
  StartedRun started{&program, nullptr, {.iteration_limit = iteration_limit_}};
  // First, since it may throw when memory is short.
  const auto place = runs_.emplace(next_run_, std::move(started)).first;
  try {
    place->second.plan = &program.Start(feeds);
  } catch (...) {
    runs_.erase(place);
    throw;
  }
  return next_run_++;
}

std::optional<std::vector<Tensor>> Session::ContinueRun(int run, double milliseconds) {
  const auto found = runs_.find(run);
  if (found == runs_.end()) Throw(Code::kInternal, "there is no run ", run);
  StartedRun& started = found->second;
  state_.EnterRun(std::move(started.progress), Now() + milliseconds);
  std::optional<std::vector<Tensor>> outputs;
  try {
    outputs = started.program->Continue(*started.plan);
  } catch (...) {
    state_.LeaveRun();
    StopRun(run);
    throw;
  }
  started.progress = state_.LeaveRun();
  if (outputs) StopRun(run);
  return outputs;
}

void Session::StopRun(int run) {
  const auto found = runs_.find(run);
  if (found == runs_.end()) return;
  found->second.plan->Stop();
  runs_.erase(found);
}

}  // namespace tfwasm
