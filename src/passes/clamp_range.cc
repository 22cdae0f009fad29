// SPDX-License-Identifier: Apache-2.0
#include "passes/clamp_range.h"

#include <algorithm>
#include <cmath>

#include "passes/rewrite.h"

namespace tfwasm {

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::optional<ClampNode> AsBound(const Graph& graph, const Node& node) {
  if (node.inputs.size() != 2) return std::nullopt;
  for (const size_t i : {size_t{1}, size_t{0}}) {
    const auto bound = ConstScalar(graph, node.inputs[i]);
    if (!bound) continue;
    ClampNode clamp{.input = node.inputs[1 - i], .range = {}};
    (node.op == "Minimum" ? clamp.range.max : clamp.range.min) = *bound;
    return clamp;
  }
  return std::nullopt;
}

std::optional<ClampNode> AsClip(const Graph& graph, const Node& node) {
  if (node.inputs.size() != 3) return std::nullopt;
  const auto min = ConstScalar(graph, node.inputs[1]);
  const auto max = ConstScalar(graph, node.inputs[2]);
  if (!min || !max || *min > *max) return std::nullopt;
  return ClampNode{node.inputs[0], {*min, *max}};
}

}  // namespace

ClampRange ClampRange::Then(const ClampRange& next) const {
  return {std::clamp(min, next.min, next.max), std::clamp(max, next.min, next.max)};
}

std::optional<ClampNode> AsClamp(const Graph& graph, const Node& node) {
  if (IsOneOf(node.op, {"Minimum", "Maximum"})) return AsBound(graph, node);
  if (node.op == "ClipByValue") return AsClip(graph, node);
  if (node.inputs.size() != 1) return std::nullopt;
  const auto range = NamedClamp(node.op, node.attrs);
  if (!range) return std::nullopt;
  return ClampNode{node.inputs[0], *range};
}

std::optional<ClampRange> NamedClamp(std::string_view op, const AttrMap& attrs) {
  if (op == "Relu") return ClampRange{0, kInfinity};
  if (op == "Relu6") return ClampRange{0, 6};
  if (op != "Clamp") return std::nullopt;
  const ClampRange range{attrs.Float("clamp_min", -kInfinity), attrs.Float("clamp_max", kInfinity)};
  return range.min <= range.max ? std::optional(range) : std::nullopt;
}

std::string_view ClampName(const ClampRange& range) {
  if (range == ClampRange{0, kInfinity}) return "Relu";
  return range == ClampRange{0, 6} ? "Relu6" : "Clamp";
}

void SetClampAttrs(AttrMap& attrs, const ClampRange& range) {
  attrs.Erase("clamp_min");
  attrs.Erase("clamp_max");
  if (ClampName(range) != "Clamp") return;
  attrs.Set("clamp_min", range.min);
  attrs.Set("clamp_max", range.max);
}

}  // namespace tfwasm
