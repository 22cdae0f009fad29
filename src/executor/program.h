// SPDX-License-Identifier: Apache-2.0
// A compiled graph for given feeds and fetches, or a compiled function body, with a cache of plans
// by input shapes.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "executor/plan.h"
#include "graph/graph.h"

namespace tfwasm {

class ModelState;

class Program {
 public:
  // `graph.inputs` and `graph.outputs` are the feeds and fetches. `model` must outlive the program.
  // Loops of the graph are converted to functions, which are added to `model`.
  Program(Graph graph, ModelState& model);

  // Returns the values of graph.outputs. `feeds`: one tensor per graph.inputs. Throws E_INPUT if
  // one does not fit, saying what was expected and given. May be called recursively.
  std::vector<Tensor> Run(std::span<const Tensor> feeds);

  // A run that may pause: its plan, after Plan::Start. The caller must call Plan::Stop.
  Plan& Start(std::span<const Tensor> feeds);
  std::optional<std::vector<Tensor>> Continue(Plan& plan);

  // Like Run, but instead of returning the outputs that graph.updates names, replaces feeds by
  // them. Their memory is reused if it is not shared with other tensors and nothing needs the old
  // value. If an error is thrown in the middle, some may have new values.
  std::vector<Tensor> RunAndUpdate(std::span<Tensor> feeds);

  // Plans a run with feeds of these shapes: infers shapes, plans memory, packs weights. Run does
  // this on demand. Throws like Run.
  void MakePlan(std::span<const Tensor> feeds) { PlanFor(feeds); }

  // Infers dtypes and shapes of the outputs, as far as they depend only on those of the inputs.
  // nullopt during a recursive inference of the same program, and if no plan can be made.
  std::optional<std::vector<TensorSpec>> InferOutputs(const std::vector<TensorSpec>& feeds);

  const Graph& graph() const { return graph_; }

 private:
  // Enough for an app that alternates between image sizes. Evicts the least recently used plan.
  static constexpr size_t kMostPlans = 8;

  std::vector<Tensor> RunPlan(std::span<const Tensor> feeds);
  void CheckFeeds(const std::vector<TensorSpec>& feeds) const;
  Plan* FindPlan(std::span<const Tensor> feeds);
  Plan& PlanFor(std::span<const Tensor> feeds);
  Plan& AddPlan(std::vector<TensorSpec> feeds);

  ModelState& model_;
  Graph graph_;
  NodeStates node_states_;
  std::vector<std::unique_ptr<Plan>> plans_;  // most recently used first
  bool is_planning_ = false;
  std::vector<std::vector<TensorSpec>> hopeless_;  // feeds for which planning failed
};

}  // namespace tfwasm
