// SPDX-License-Identifier: Apache-2.0
// A model's graph cut down to given feeds and fetches, optimized, with a Plan for every set of
// input shapes it has met.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "executor/plan.h"
#include "executor/profiler.h"
#include "graph/graph.h"

namespace tfwasm {

// One block of memory that all plans of a model use in turn.
class Arena {
 public:
  // At least `bytes` bytes; what was in them before may be lost. Throws E_OOM.
  void* Reserve(uint64_t bytes);

 private:
  std::shared_ptr<Buffer> buffer_;
};

class Program {
 public:
  // `graph` has its inputs and outputs set to what is fed and fetched.
  explicit Program(Graph graph);

  // The values of graph.outputs for one tensor per graph.inputs. Throws E_INPUT that says which
  // input does not fit, what was expected and what came. `profiler` may be null.
  std::vector<Tensor> Run(std::span<const Tensor> feeds, Arena& arena, Profiler* profiler);

  const Graph& graph() const { return graph_; }

 private:
  // Enough for an app that alternates between image sizes; the least recently used plan goes.
  static constexpr size_t kMostPlans = 8;

  void CheckFeeds(std::span<const Tensor> feeds) const;
  Plan& PlanFor(std::span<const Tensor> feeds);

  Graph graph_;
  NodeStates states_;
  std::vector<std::unique_ptr<Plan>> plans_;  // most recently used first
};

}  // namespace tfwasm
