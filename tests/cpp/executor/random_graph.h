// SPDX-License-Identifier: Apache-2.0
// Random graphs of many ops: chains that run in place, changes of dtype, views, dynamic steps,
// branches of TensorFlow 1 with control edges, calls, conditions and loops of library functions.
// Numbers are small integers, also in float32, so results do not depend on the order of additions.
#pragma once

#include <string>
#include <vector>

#include "executor/reference_run.h"
#include "test_random.h"

namespace tfwasm {

struct RandomGraph {
  explicit RandomGraph(uint32_t seed);

  // As in GraphText and FunctionsText.
  std::string Text() const;
  // New values of the same dtypes and shapes for model.graph.inputs.
  std::vector<Tensor> Feeds(TestRandom& random) const;

  ModelDef model;
  std::vector<Tensor> feeds;  // of model.graph.inputs
  std::vector<Edge> values;   // that can be fetched, or fed instead
};

}  // namespace tfwasm
