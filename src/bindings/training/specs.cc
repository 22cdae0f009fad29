// SPDX-License-Identifier: Apache-2.0
#include "bindings/training/specs.h"

#include <utility>

#include "bindings/boundary.h"

namespace tfwasm {

using emscripten::val;

Shape SizesFromJs(const val& dims) {
  std::vector<int64_t> sizes;
  for (const double dim : Numbers<double>(dims)) {
    sizes.push_back(static_cast<int64_t>(dim));
  }
  return Shape(std::span<const int64_t>(sizes));
}

std::vector<TensorSpec> SpecsFromJs(const val& list) {
  std::vector<TensorSpec> specs;
  for (const val& item : emscripten::vecFromJSArray<val>(list)) {
    specs.push_back({static_cast<DType>(item[0].as<int>()), SizesFromJs(item[1])});
  }
  return specs;
}

JsonValue ToJson(const TensorSpec& spec) {
  JsonValue dims = JsonValue::array();
  for (const int64_t dim : spec.shape) dims.push_back(dim);
  return JsonValue::array({static_cast<int>(spec.dtype), std::move(dims)});
}

}  // namespace tfwasm
