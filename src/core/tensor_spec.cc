// SPDX-License-Identifier: Apache-2.0
#include "core/tensor_spec.h"

namespace tfwasm {

std::vector<TensorSpec> SpecsOf(std::span<const Tensor> tensors) {
  std::vector<TensorSpec> specs;
  specs.reserve(tensors.size());
  for (const Tensor& tensor : tensors) specs.push_back(SpecOf(tensor));
  return specs;
}

}  // namespace tfwasm
