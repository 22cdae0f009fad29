// SPDX-License-Identifier: Apache-2.0
// A loaded model. Compiles and runs programs for any feeds and fetches.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "executor/model_state.h"
#include "executor/profiler.h"
#include "graph/model_def.h"

namespace tfwasm {

class Session {
 public:
  // Names of feeds and of fetches, see Compile.
  using Key = std::pair<std::vector<std::string>, std::vector<std::string>>;

  // Throws E_OP with a list of all unsupported ops if a run for the outputs must reach one, or
  // E_EDGE if a node reads an output that does not exist. `resources`: those of another model, to
  // share them.
  explicit Session(ModelDef model,
                   std::shared_ptr<ResourceMap> resources = std::make_shared<ResourceMap>());

  const ModelDef& model() const { return model_; }

  // The graph with these feeds as inputs and these fetches as outputs. Throws as Compile.
  Graph CutGraph(const Key& key) const;

  // Compiles a program for these feeds and fetches and returns its id for Run. A name is a key of
  // the model's inputs or outputs, a node, or "node:output". Throws E_INPUT for unknown names and
  // duplicate feeds, E_CYCLE if the graph has a cycle.
  int Compile(const std::vector<std::string>& feeds, const std::vector<std::string>& fetches);

  // Makes the plan for these feeds ahead of Run, so that it can be timed.
  void MakePlan(int id, std::span<const Tensor> feeds);

  // The most loop iterations and function calls of one run, all loops and functions together; then
  // the run throws E_LIMIT. Unlimited by default.
  void SetIterationLimit(uint64_t limit) { iteration_limit_ = limit; }

  // Whether products may be computed with int8, for programs that are compiled later.
  void SetInt8(bool with_int8) { state_.set_with_int8(with_int8); }

  // Takes one tensor per feed, returns one tensor per fetch.
  std::vector<Tensor> Run(int id, std::span<const Tensor> feeds);

  // A run that may pause in a loop of the main graph, so that its caller can do other things, or
  // stop it. StartRun returns an id. Call ContinueRun until it returns the outputs, not nullopt; it
  // pauses after about `milliseconds`. StopRun ends a run early. Other runs may take place in
  // between. The id is invalid after the outputs, an error, or StopRun.
  int StartRun(int id, std::span<const Tensor> feeds);
  std::optional<std::vector<Tensor>> ContinueRun(int run, double milliseconds);
  void StopRun(int run);

  // Runs all nodes with side effects. Returns one tensor per fetch (names as in Compile).
  std::vector<Tensor> RunEffects(const std::vector<std::string>& fetches);

  // While enabled, every run records the times of its nodes.
  void SetProfiling(bool enabled) { state_.set_profiler(enabled ? &profiler_ : nullptr); }
  std::vector<NodeProfile> TakeProfile() { return profiler_.Take(); }

 private:
  struct StartedRun {
    Program* program;
    Plan* plan;
    RunProgress progress;
  };

  Program& ProgramOf(int id);

  ModelDef model_;
  std::map<Key, int> ids_;
  Profiler profiler_;
  ModelState state_;
  std::vector<std::unique_ptr<Program>> programs_;
  uint64_t iteration_limit_ = std::numeric_limits<uint64_t>::max();
  std::map<int, StartedRun> runs_;
  int next_run_ = 0;
};

}  // namespace tfwasm
