// SPDX-License-Identifier: Apache-2.0
#include "executor/program.h"

#include <algorithm>

#include "executor/model_state.h"
#include "passes/check_graph.h"
#include "passes/choose_int8.h"
#include "passes/functionalize_loops.h"
#include "passes/optimize.h"
#include "passes/order_updates.h"
#include "passes/pass_constants_to_functions.h"

namespace tfwasm {

namespace {

Graph Optimized(Graph graph, FunctionMap& functions, bool with_int8) {
  const GraphChecker checker(graph, &functions);
  FunctionalizeLoops(graph, functions);
  checker.CheckAfter("functionalize_loops");
  Optimize(graph);
  PassConstantsToFunctions(graph, functions);
  OrderUpdates(graph);
  if (with_int8) ChooseInt8(graph);
  checker.CheckAfter("pass_constants_to_functions");
  return graph;
}

}  // namespace

Program::Program(Graph graph, ModelState& model)
    : model_(model),
      graph_(Optimized(std::move(graph), model.functions(), model.with_int8())),
      node_states_(static_cast<size_t>(graph_.size())) {}

void Program::CheckFeeds(const std::vector<TensorSpec>& feeds) const {
  if (feeds.size() != graph_.inputs.size()) {
    Throw(Code::kInput, "expected ", graph_.inputs.size(), " inputs, got ", feeds.size());
  }
  for (size_t i = 0; i < feeds.size(); ++i) {
    const AttrMap& attrs = graph_.node(graph_.inputs[i].edge.node).attrs;
    const DType dtype = attrs.Type("dtype", feeds[i].dtype);
    const Shape shape = attrs.ShapeOr("shape", Shape::UnknownRank());
    if (dtype == feeds[i].dtype && shape.Admits(feeds[i].shape)) continue;
    Throw(Code::kInput, "input '", graph_.inputs[i].name, "': expected ", dtype, " ", shape,
          ", got ", feeds[i].dtype, " ", feeds[i].shape);
  }
}

// Skips running plans: this may be a recursive call from such a run.
Plan* Program::FindPlan(std::span<const Tensor> feeds) {
  if (feeds.size() != graph_.inputs.size()) return nullptr;
  const auto fits = [&](const std::unique_ptr<Plan>& plan) {
    return !plan->is_running() && plan->Fits(feeds);
  };
  const auto found = std::find_if(plans_.begin(), plans_.end(), fits);
  if (found == plans_.end()) return nullptr;
  std::rotate(plans_.begin(), found, found + 1);
  return plans_.front().get();
}

Plan& Program::AddPlan(std::vector<TensorSpec> feeds) {
  CheckFeeds(feeds);
  struct Planning {
    explicit Planning(bool& is_planning)
        : flag(is_planning), before(std::exchange(is_planning, true)) {}
    ~Planning() { flag = before; }
    bool& flag;
    bool before;
  };
  const Planning planning(is_planning_);
  auto plan = std::make_unique<Plan>(graph_, std::move(feeds), node_states_, &model_);
  while (plans_.size() >= kMostPlans && !plans_.back()->is_running()) plans_.pop_back();
  plans_.insert(plans_.begin(), std::move(plan));
  return *plans_.front();
}

std::optional<std::vector<TensorSpec>> Program::InferOutputs(const std::vector<TensorSpec>& feeds) {
  for (const std::unique_ptr<Plan>& plan : plans_) {
    if (plan->feeds() == feeds) return plan->OutputSpecs();
  }
  const bool is_hopeless = std::find(hopeless_.begin(), hopeless_.end(), feeds) != hopeless_.end();
  if (is_planning_ || is_hopeless) return std::nullopt;
  std::optional<std::vector<TensorSpec>> outputs;
  const auto error = Deferring([&] { outputs = AddPlan(feeds).OutputSpecs(); });
  if (!error) return outputs;
  hopeless_.push_back(feeds);
  if (hopeless_.size() > kMostPlans) hopeless_.erase(hopeless_.begin());
  return std::nullopt;  // a run reports the error, if there is one
}

Plan& Program::PlanFor(std::span<const Tensor> feeds) {
  Plan* found = FindPlan(feeds);
  return found != nullptr ? *found : AddPlan(SpecsOf(feeds));
}

Plan& Program::Start(std::span<const Tensor> feeds) {
  Plan& plan = PlanFor(feeds);
  plan.Start(feeds);
  return plan;
}

std::optional<std::vector<Tensor>> Program::Continue(Plan& plan) {
  const ModelState::Nesting nesting(model_);
  return plan.Continue(model_.profiler());
}

std::vector<Tensor> Program::RunAndUpdate(std::span<Tensor> feeds) {
  PlanFor(feeds);  // checks them
  for (const FeedUpdate& update : graph_.updates) {
    feeds[static_cast<size_t>(update.input)].MakeUnique();
  }
  std::vector<Tensor> outputs = RunPlan(feeds);
  for (const FeedUpdate& update : graph_.updates) {
    feeds[static_cast<size_t>(update.input)] = outputs[static_cast<size_t>(update.output)];
  }
  // Last first, so that indices stay valid.
  std::vector<int> returned;
  for (const FeedUpdate& update : graph_.updates) returned.push_back(update.output);
  std::sort(returned.rbegin(), returned.rend());
  for (const int output : returned) outputs.erase(outputs.begin() + output);
  return outputs;
}

std::vector<Tensor> Program::Run(std::span<const Tensor> feeds) {
  if (!graph_.updates.empty()) Throw(Code::kInternal, "this program updates variables");
  return RunPlan(feeds);
}

std::vector<Tensor> Program::RunPlan(std::span<const Tensor> feeds) {
  Plan& plan = PlanFor(feeds);
  const ModelState::Nesting nesting(model_);
  return plan.Run(feeds, model_.ReserveArena(plan.arena_bytes()), model_.profiler());
}

}  // namespace tfwasm
