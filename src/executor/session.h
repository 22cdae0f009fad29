// SPDX-License-Identifier: Apache-2.0
// A loaded model, ready to run for any choice of what is fed and what is fetched.
#pragma once

#include <map>
#include <memory>
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
  // Throws E_OP that lists every op of the model that tfwasm does not have, E_EDGE for a node that
  // reads an output that there is not.
  // `resources`: those of another model, to share them.
  explicit Session(ModelDef model,
                   std::shared_ptr<ResourceMap> resources = std::make_shared<ResourceMap>());

  const ModelDef& model() const { return model_; }

  // Optimizes the graph for these feeds and fetches and returns an id for Run. A name is a key of
  // the model's inputs or outputs, a node, or "node:output". Throws E_INPUT for names that are
  // unknown or fed twice, E_CYCLE for a graph with a cycle.
  int Compile(const std::vector<std::string>& feeds, const std::vector<std::string>& fetches);

  // Makes the plan for feeds like these, which Run does otherwise: so that it can be timed.
  void MakePlan(int id, std::span<const Tensor> feeds);

  // One tensor for each feed in, one for each fetch out.
  std::vector<Tensor> Run(int id, std::span<const Tensor> feeds);

  // Runs every node that has an effect. Returns one tensor for each fetch, as Compile takes them.
  std::vector<Tensor> RunEffects(const std::vector<std::string>& fetches);

  // While profiling, every run records the time of its nodes.
  void SetProfiling(bool enabled) { state_.set_profiler(enabled ? &profiler_ : nullptr); }
  std::vector<NodeProfile> TakeProfile() { return profiler_.Take(); }

 private:
  using Key = std::pair<std::vector<std::string>, std::vector<std::string>>;

  Graph CutGraph(const Key& key) const;
  Program& ProgramOf(int id);

  ModelDef model_;
  std::map<Key, int> ids_;
  Profiler profiler_;
  ModelState state_;
  std::vector<std::unique_ptr<Program>> programs_;
};

}  // namespace tfwasm
