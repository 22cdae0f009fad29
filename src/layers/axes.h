// SPDX-License-Identifier: Apache-2.0
// Axes that configs name.
#pragma once

#include <string_view>
#include <vector>

#include "core/shape.h"
#include "layers/config.h"

namespace tfwasm {

// A key that is an axis or a list of axes.
std::vector<int64_t> AxesOf(LayerConfig& config, std::string_view key, int64_t fallback);
// Counted from the front, in ascending order. Throws E_SHAPE if there is no such axis, or one
// occurs twice.
std::vector<int> NormalizeAxes(const std::vector<int64_t>& axes, int rank);
// The axes of a tensor of this rank that are not in `axes`.
std::vector<int> OtherAxes(const std::vector<int>& axes, int rank);
// The sizes of `axes`, and 1 for all others: broadcasts to `shape`.
Shape KeepAxes(const Shape& shape, const std::vector<int>& axes);

}  // namespace tfwasm
