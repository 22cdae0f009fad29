// SPDX-License-Identifier: Apache-2.0
// A common view of the ops that clamp every element of a tensor to constants.
#pragma once

#include <limits>
#include <optional>
#include <string_view>

#include "graph/graph.h"

namespace tfwasm {

// min(max(x, min), max).
struct ClampRange {
  float min = -std::numeric_limits<float>::infinity();
  float max = std::numeric_limits<float>::infinity();

  // This clamp followed by `next`. The result has min <= max if both have.
  ClampRange Then(const ClampRange& next) const;
  bool operator==(const ClampRange&) const = default;
};

struct ClampNode {
  Edge input;
  ClampRange range;
};

// `node` as a clamp if it is Relu, Relu6, Clamp, or Minimum, Maximum or ClipByValue with float32
// constants of rank 0. Swapped bounds behave as in TensorFlow.
std::optional<ClampNode> AsClamp(const Graph& graph, const Node& node);

// The range of Relu, Relu6 or Clamp, alone or fused into the op with these attributes; nullopt for
// other ops and if the bounds are swapped.
std::optional<ClampRange> NamedClamp(std::string_view op, const AttrMap& attrs);

// The op for this range, also in fused_ops: "Relu", "Relu6" or "Clamp".
std::string_view ClampName(const ClampRange& range);

// Sets clamp_min and clamp_max if ClampName() is "Clamp", else erases them.
void SetClampAttrs(AttrMap& attrs, const ClampRange& range);

}  // namespace tfwasm
