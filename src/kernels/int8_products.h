// SPDX-License-Identifier: Apache-2.0
// Products of int8 in place of those of float32, where they are linked.
#pragma once

#include <memory>

#include "core/training_registry.h"
#include "kernels/xnn_conv2d.h"
#include "kernels/xnn_matmul.h"

namespace tfwasm {

// Both return nullptr if a weight is not finite. See the constructors in xnn_int8.h.
struct Int8Products {
  std::shared_ptr<Conv2dProduct> (*conv2d)(const Conv2dSpec& spec, const float* filter,
                                           const float* bias);
  std::unique_ptr<MatrixProduct> (*matrix)(int64_t inputs, int64_t outputs, const float* weights,
                                           bool is_transposed, const float* bias,
                                           const Activation& activation);
};

// nullptr in the inference link, which does not have them: they are in the other one for its size,
// as what only training needs.
const Int8Products* FindInt8Products();

}  // namespace tfwasm
