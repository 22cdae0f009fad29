// SPDX-License-Identifier: Apache-2.0
#include "bindings/training/specs.h"

#include <utility>

namespace tfwasm {

using emscripten::val;

std::vector<TensorSpec> SpecsFromJs(const val& list) {
  std::vector<TensorSpec> specs;
  for (const val& item : emscripten::vecFromJSArray<val>(list)) {
    std::vector<int64_t> dims;
    for (const double dim : emscripten::convertJSArrayToNumberVector<double>(item[1])) {
      dims.push_back(static_cast<int64_t>(dim));
    }
    specs.push_back({static_cast<DType>(item[0].as<int>()), Shape(std::span<const int64_t>(dims))});
  }
  return specs;
}

JsonValue ToJson(const TensorSpec& spec) {
  JsonValue dims = JsonValue::array();
  for (const int64_t dim : spec.shape) dims.push_back(dim);
  return JsonValue::array({static_cast<int>(spec.dtype), std::move(dims)});
}

}  // namespace tfwasm
