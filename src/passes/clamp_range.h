// SPDX-License-Identifier: Apache-2.0
// The ops that bound every element of a tensor by constants, seen as one.
#pragma once

#include <limits>
#include <optional>
#include <string_view>

#include "graph/graph.h"

namespace tfwasm {

// x is bounded below by min, then above by max.
struct ClampRange {
  float min = -std::numeric_limits<float>::infinity();
  float max = std::numeric_limits<float>::infinity();

  // This clamp followed by `next`. With min <= max here and there, also in the result.
  ClampRange Then(const ClampRange& next) const;
  bool operator==(const ClampRange&) const = default;
};

struct ClampNode {
  Edge input;
  ClampRange range;
};

// `node` as a clamp when it is Relu, Relu6, Clamp, or one of Minimum, Maximum and ClipByValue with
// float32 scalars of rank 0. Bounds in the wrong order come out as TensorFlow applies them.
std::optional<ClampNode> AsClamp(const Graph& graph, const Node& node);

// The name that this range has as an op and in fused_ops: "Relu", "Relu6" or "Clamp".
std::string_view ClampName(const ClampRange& range);

// Sets clamp_min and clamp_max where ClampName() is "Clamp", and erases them elsewhere.
void SetClampAttrs(AttrMap& attrs, const ClampRange& range);

}  // namespace tfwasm
