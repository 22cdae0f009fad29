// SPDX-License-Identifier: Apache-2.0
#include "passes/canonicalize_clamps.h"

#include "passes/clamp_range.h"
#include "passes/rewrite.h"

namespace tfwasm {

namespace {

// Combines `outer` with the clamp that computes its input. Does not skip a clamp with other
// consumers: it is computed anyway, and may be fused into the op before it.
ClampNode SkipInnerClamp(const Graph& graph, const UseMap& uses, ClampNode outer) {
  if (outer.input.output != 0 || uses.Count(outer.input) != 1) return outer;
  const auto inner = AsClamp(graph, graph.node(outer.input.node));
  if (!inner || !graph.node(outer.input.node).control_inputs.empty()) return outer;
  return {inner->input, inner->range.Then(outer.range)};
}

bool Canonicalize(Graph& graph, bool allows_clamp) {
  const UseMap uses(graph);
  return RewriteNodes(graph, [&](NodeId id) {
    const auto own = AsClamp(graph, graph.node(id));
    if (!own) return false;
    const ClampNode clamp = SkipInnerClamp(graph, uses, *own);
    Node& node = graph.node(id);
    const std::string_view name = ClampName(clamp.range);
    if (name == "Clamp" && !allows_clamp) return false;
    if (node.op == name && node.inputs == std::vector<Edge>{clamp.input}) return false;
    node.op = name;
    node.inputs = {clamp.input};
    SetClampAttrs(node.attrs, clamp.range);
    return true;
  });
}

}  // namespace

bool CanonicalizeClamps(Graph& graph) { return Canonicalize(graph, true); }

bool CanonicalizeRelus(Graph& graph) { return Canonicalize(graph, false); }

}  // namespace tfwasm
