// SPDX-License-Identifier: Apache-2.0
// What an op can access beyond its inputs when it runs in a model.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/object.h"
#include "core/tensor.h"
#include "core/tensor_spec.h"

namespace tfwasm {

// Implemented by the executor. Ops outside of a model have none.
class Environment {
 public:
  virtual ~Environment() = default;

  // Calls a library function and returns its results. Throws E_ATTR if it does not exist, E_INPUT
  // if the arguments do not fit, E_LIMIT if calls are nested too deeply.
  virtual std::vector<Tensor> Call(std::string_view function, std::vector<Tensor> arguments) = 0;

  // Counts an iteration of a loop or a call by a node. Throws E_LIMIT if the run has used up its
  // limit.
  virtual void CountIteration() = 0;

  // A run may be paused between two iterations of a loop in the main graph. If this returns true,
  // the loop passes its variables to PauseLoop.
  virtual bool ShouldPause() = 0;
  // Leaves the run by an exception. The loop's step runs again when the run is continued.
  [[noreturn]] virtual void PauseLoop(std::vector<Tensor> variables) = 0;
  // The variables of a loop that is continued; nullopt if it starts.
  virtual std::optional<std::vector<Tensor>> TakePausedLoop() = 0;

  // Infers dtypes and shapes of a call's results from those of the arguments, which are fully
  // known; nullopt if that is not possible, or if the call would fail.
  virtual std::optional<std::vector<TensorSpec>> InferCall(
      std::string_view function, const std::vector<TensorSpec>& arguments) = 0;

  // The shared object with this name; null until it is set.
  virtual ObjectPtr& Resource(std::string_view name) = 0;
};

}  // namespace tfwasm
