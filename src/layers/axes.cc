// SPDX-License-Identifier: Apache-2.0
#include "layers/axes.h"

#include <algorithm>

#include "core/error.h"

namespace tfwasm {

std::vector<int64_t> AxesOf(LayerConfig& config, std::string_view key, int64_t fallback) {
  if (!config.Has(key)) return {config.Int(key, fallback)};
  return *config.MaybeInts(key);
}

std::vector<int> NormalizeAxes(const std::vector<int64_t>& axes, int rank) {
  std::vector<int> normalized;
  for (const int64_t axis : axes) normalized.push_back(NormalizeAxis(axis, rank));
  std::sort(normalized.begin(), normalized.end());
  const auto twice = std::adjacent_find(normalized.begin(), normalized.end());
  if (twice != normalized.end()) Throw(Code::kShape, "axis ", *twice, " occurs twice");
  return normalized;
}

std::vector<int> OtherAxes(const std::vector<int>& axes, int rank) {
  std::vector<int> others;
  for (int axis = 0; axis < rank; ++axis) {
    if (std::find(axes.begin(), axes.end(), axis) == axes.end()) others.push_back(axis);
  }
  return others;
}

Shape KeepAxes(const Shape& shape, const std::vector<int>& axes) {
  Shape kept = shape;
  for (const int axis : OtherAxes(axes, shape.rank())) kept[axis] = 1;
  return kept;
}

}  // namespace tfwasm
