// SPDX-License-Identifier: Apache-2.0
#include "kernels/int8_products.h"

#include <algorithm>
#include <cmath>

#include "kernels/xnn_int8.h"

namespace tfwasm {

namespace {

bool AreFinite(const float* values, int64_t count) {
  return std::all_of(values, values + count, [](float value) { return std::isfinite(value); });
}

std::shared_ptr<Conv2dProduct> MakeConv2d(const Conv2dSpec& spec, const float* filter,
                                          const float* bias) {
  const int64_t count = spec.window.height.size * spec.window.width.size * spec.group_inputs *
                        spec.groups * spec.group_outputs;
  if (!AreFinite(filter, count)) return nullptr;
  return std::make_shared<XnnInt8Conv2d>(spec, filter, bias);
}

std::unique_ptr<MatrixProduct> MakeMatrix(int64_t inputs, int64_t outputs, const float* weights,
                                          bool is_transposed, const float* bias,
                                          const Activation& activation) {
  if (!AreFinite(weights, inputs * outputs)) return nullptr;
  return std::make_unique<XnnInt8FullyConnected>(inputs, outputs, weights, is_transposed, bias,
                                                 activation);
}

}  // namespace

TFWASM_REGISTER_FOR_TRAINING(int8)
constexpr Int8Products kInt8Products = {.conv2d = MakeConv2d, .matrix = MakeMatrix};

TFWASM_TRAINING_REGISTRY(int8, Int8Products, AllInt8Products)

const Int8Products* FindInt8Products() {
  const std::span<const Int8Products> all = AllInt8Products();
  return all.empty() ? nullptr : all.data();
}

}  // namespace tfwasm
