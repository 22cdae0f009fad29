// SPDX-License-Identifier: Apache-2.0
#include "executor/frozen_program.h"

#include <utility>

namespace tfwasm {

FrozenProgram::FrozenProgram(Graph graph, size_t num_variables, ModelState& state)
    : graph_(std::move(graph)), num_variables_(num_variables), state_(state) {}

bool FrozenProgram::AreLast(std::span<const Tensor> variables) const {
  if (last_.size() != variables.size()) return false;
  for (size_t i = 0; i < last_.size(); ++i) {
    if (last_[i].lock() != variables[i].buffer()) return false;
  }
  return true;
}

void FrozenProgram::Freeze(std::span<const Tensor> variables) {
  Graph graph = graph_;
  const size_t first = graph.inputs.size() - num_variables_;
  for (size_t i = 0; i < num_variables_; ++i) {
    Node& node = graph.node(graph.inputs[first + i].edge.node);
    node.op = "Const";
    node.attrs = {};
    node.attrs.Set("dtype", variables[i].dtype());
    node.value = variables[i];
  }
  graph.inputs.resize(first);
  frozen_.emplace(std::move(graph), state_);
}

std::vector<Tensor> FrozenProgram::Run(std::span<Tensor> feeds) {
  if (feeds.size() != graph_.inputs.size()) {
    Throw(Code::kInternal, "expected ", graph_.inputs.size(), " feeds, got ", feeds.size());
  }
  const std::span<const Tensor> variables = feeds.last(num_variables_);
  const bool is_same = AreLast(variables);
  if (!is_same) {
    frozen_.reset();
    last_.clear();
    for (const Tensor& variable : variables) last_.push_back(variable.buffer());
  }
  if (!frozen_ && (is_same || !has_run_)) Freeze(variables);
  has_run_ = true;
  if (frozen_) return frozen_->RunAndUpdate(feeds.first(feeds.size() - num_variables_));
  if (!program_) program_.emplace(graph_, state_);
  return program_->RunAndUpdate(feeds);
}

}  // namespace tfwasm
