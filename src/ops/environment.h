// SPDX-License-Identifier: Apache-2.0
// What an op can reach beyond its inputs when it runs inside a model.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/object.h"
#include "core/tensor.h"
#include "core/tensor_spec.h"

namespace tfwasm {

// The executor implements this. Ops that are run by themselves have none.
class Environment {
 public:
  virtual ~Environment() = default;

  // The results of the library function of that name. Throws E_ATTR when there is none, E_INPUT
  // when the arguments do not fit, E_LIMIT when calls are nested too deep.
  virtual std::vector<Tensor> Call(std::string_view function, std::vector<Tensor> arguments) = 0;

  // Dtypes and shapes of the results as far as they follow from those of the arguments, which are
  // fully known; nullopt when they do not, or when the call is certain to fail.
  virtual std::optional<std::vector<TensorSpec>> InferCall(
      std::string_view function, const std::vector<TensorSpec>& arguments) = 0;

  // The object that the model's graphs share by that name; null until it is set.
  virtual ObjectPtr& Resource(std::string_view name) = 0;
};

}  // namespace tfwasm
