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

  // Infers dtypes and shapes of a call's results from those of the arguments, which are fully
  // known; nullopt if that is not possible, or if the call would fail.
  virtual std::optional<std::vector<TensorSpec>> InferCall(
      std::string_view function, const std::vector<TensorSpec>& arguments) = 0;

  // The shared object with this name; null until it is set.
  virtual ObjectPtr& Resource(std::string_view name) = 0;
};

}  // namespace tfwasm
