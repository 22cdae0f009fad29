// SPDX-License-Identifier: Apache-2.0
// A program with variables that rarely change, such as the weights of a model that predicts. While
// they stay the same they are compiled as constants, so that they are folded and packed.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "executor/model_state.h"
#include "executor/program.h"

namespace tfwasm {

class FrozenProgram {
 public:
  // The last `num_variables` inputs of `graph` are the variables, which it must not update.
  FrozenProgram(Graph graph, size_t num_variables, ModelState& state);

  // `feeds`: one tensor per graph.inputs; those of graph.updates get new values, as in
  // Program::RunAndUpdate. Variables with the same buffers as in the run before are compiled as
  // constants, as are those of the first run. Throws as Program::Run.
  std::vector<Tensor> Run(std::span<Tensor> feeds);

  // The graph as it was captured.
  const Graph& graph() const { return graph_; }

 private:
  bool AreLast(std::span<const Tensor> variables) const;
  void Freeze(std::span<const Tensor> variables);

  Graph graph_;
  size_t num_variables_;
  ModelState& state_;
  bool has_run_ = false;
  std::vector<std::weak_ptr<Buffer>> last_;  // the variables of the last run
  std::optional<Program> frozen_;            // for these variables
  std::optional<Program> program_;           // for any variables
};

}  // namespace tfwasm
