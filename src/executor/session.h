// SPDX-License-Identifier: Apache-2.0
// A loaded model, ready to run for any choice of what is fed and what is fetched.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "executor/profiler.h"
#include "executor/program.h"
#include "graph/model_def.h"

namespace tfwasm {

class Session {
 public:
  // Throws E_OP that lists every op of the model that tfwasm does not have, E_EDGE for a node that
  // reads an output that there is not.
  explicit Session(ModelDef model);

  const ModelDef& model() const { return model_; }

  // Optimizes the graph for these feeds and fetches and returns an id for Run. A name is a key of
  // the model's inputs or outputs, a node, or "node:output". Throws E_INPUT for names that are
  // unknown or fed twice, E_CYCLE for a graph with a cycle.
  int Prepare(const std::vector<std::string>& feeds, const std::vector<std::string>& fetches);

  // One tensor for each feed in, one for each fetch out.
  std::vector<Tensor> Run(int id, std::span<const Tensor> feeds);

  // While profiling, every run records the time of its nodes.
  void SetProfiling(bool enabled) { profiling_ = enabled; }
  std::vector<NodeProfile> TakeProfile() { return profiler_.Take(); }

 private:
  using Key = std::pair<std::vector<std::string>, std::vector<std::string>>;

  Graph CutGraph(const Key& key) const;

  ModelDef model_;
  std::map<Key, int> ids_;
  std::vector<std::unique_ptr<Program>> programs_;
  Arena arena_;
  Profiler profiler_;
  bool profiling_ = false;
};

}  // namespace tfwasm
