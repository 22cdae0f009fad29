// SPDX-License-Identifier: Apache-2.0
// Backward passes of functions that are called again and again, such as a loss in a training loop:
// if a function has recorded the same ops on the same shapes before, its backward pass is compiled
// and planned once. The forward pass has already run, op by op.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "autodiff/trace.h"
#include "executor/model_state.h"

namespace tfwasm {

class BackwardCache {
 public:
  BackwardCache();
  ~BackwardCache();

  // The gradients of the sum of `y` in `xs`; empty tensors where y does not depend on x. nullopt if
  // this structure has not been seen before, or if its backward pass depends on values: then a
  // Backward on the trace computes the gradients. Throws E_OOM, and E_INPUT for bad values.
  std::optional<std::vector<Tensor>> Run(const Trace& trace, Edge y, const std::vector<Edge>& xs);

  // While set, compiled backward passes record the times of their nodes. May be null.
  void set_profiler(Profiler* profiler) { state_.set_profiler(profiler); }

 private:
  class Compiled;

  static constexpr size_t kMostEntries = 128;

  ModelState state_;
  // By the structure. nullptr: seen once, or cannot be compiled.
  std::unordered_map<std::string, std::unique_ptr<Compiled>> by_structure_;
};

}  // namespace tfwasm
