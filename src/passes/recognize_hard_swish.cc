// SPDX-License-Identifier: Apache-2.0
#include "passes/recognize_hard_swish.h"

#include <cmath>

#include "ops/elementwise/activations.h"
#include "passes/clamp_range.h"
#include "passes/rewrite.h"

namespace tfwasm {

namespace {

bool IsNear(double a, double b) { return std::abs(a - b) <= 1e-6 * std::abs(b); }

// The product of `edges` and `scale`.
struct Product {
  double scale = 1;
  std::vector<Edge> edges;
};

// slope * input + offset.
struct Affine {
  Edge input;
  double slope = 1;
  double offset = 0;
};

// scale * x * relu6(x + 3).
struct HardSwish {
  Edge input;
  double scale = 0;
};

class Matcher {
 public:
  explicit Matcher(const Graph& graph) : graph_(graph), uses_(graph) {}

  // Matches a hard-swish whose last node is `id`.
  std::optional<HardSwish> Match(NodeId id) const {
    if (!IsOneOf(graph_.node(id).op, {"Mul", "Div", "RealDiv"})) return std::nullopt;
    const Product product = ExpandProduct(id);
    if (product.edges.size() == 1) return MatchScaled(product);
    if (product.edges.size() != 2) return std::nullopt;
    for (const size_t i : {size_t{0}, size_t{1}}) {
      const auto gate = MatchGate(product.edges[i]);
      if (!gate || !(gate->input == product.edges[1 - i])) continue;
      return HardSwish{gate->input, gate->scale * product.scale};
    }
    return std::nullopt;
  }

 private:
  bool IsInner(Edge edge) const {
    return edge.output == 0 && uses_.Count(edge) == 1 &&
           graph_.node(edge.node).control_inputs.empty();
  }

  // Matches a recognized HardSwish times a constant.
  std::optional<HardSwish> MatchScaled(const Product& product) const {
    const Node* inner = ProducerOf(graph_, product.edges[0], "HardSwish");
    if (inner == nullptr || !IsInner(product.edges[0]) || inner->inputs.size() != 1) {
      return std::nullopt;
    }
    const double scale = double{inner->attrs.Float("hardswish_scale", kHardSwishScale)};
    return HardSwish{inner->inputs[0], scale * product.scale};
  }

  // Splits off a constant scalar factor, if there is one.
  bool SplitScale(const Node& node, Edge& rest, double& scale) const {
    if (node.inputs.size() != 2) return false;
    if (const auto right = ConstScalar(graph_, node.inputs[1])) {
      if (node.op != "Mul" && *right == 0) return false;
      rest = node.inputs[0];
      scale *= node.op == "Mul" ? double{*right} : 1 / double{*right};
      return true;
    }
    const auto left = ConstScalar(graph_, node.inputs[0]);
    if (!left || node.op != "Mul") return false;
    rest = node.inputs[1];
    scale *= *left;
    return true;
  }

  // Expands Mul and RealDiv nodes until two edges are left that are neither.
  Product ExpandProduct(NodeId id) const {
    constexpr int kMostNodes = 8;
    Product product;
    std::vector<Edge> pending = {{.node = id}};
    for (int visited = 0; !pending.empty(); ++visited) {
      const Edge edge = pending.back();
      pending.pop_back();
      const Node& node = graph_.node(edge.node);
      const bool may_expand = visited < kMostNodes && (edge.node == id || IsInner(edge));
      Edge rest;
      if (may_expand && IsOneOf(node.op, {"Mul", "Div", "RealDiv"}) &&
          SplitScale(node, rest, product.scale)) {
        pending.push_back(rest);
      } else if (may_expand && node.op == "Mul" && node.inputs.size() == 2) {
        pending.insert(pending.end(), node.inputs.begin(), node.inputs.end());
      } else {
        product.edges.push_back(edge);
      }
    }
    return product;
  }

  Affine MatchAffine(Edge edge) const {
    Affine affine{.input = edge};
    if (!IsInner(edge)) return affine;
    const Node& sum = graph_.node(edge.node);
    if (IsOneOf(sum.op, {"Add", "AddV2"}) && sum.inputs.size() == 2) {
      for (const size_t i : {size_t{0}, size_t{1}}) {
        const auto offset = ConstScalar(graph_, sum.inputs[i]);
        if (!offset) continue;
        affine = {.input = sum.inputs[1 - i], .offset = *offset};
        break;
      }
    }
    const Edge inner = affine.input;
    const Node& product = graph_.node(inner.node);
    if (IsInner(inner) && IsOneOf(product.op, {"Mul", "Div", "RealDiv"})) {
      SplitScale(product, affine.input, affine.slope);
    }
    return affine;
  }

  // clamp(a*x + 3a, 0, 6a) is a * relu6(x + 3).
  std::optional<HardSwish> MatchGate(Edge edge) const {
    if (!IsInner(edge)) return std::nullopt;
    const auto clamp = AsClamp(graph_, graph_.node(edge.node));
    if (!clamp || clamp->range.min != 0) return std::nullopt;
    const Affine affine = MatchAffine(clamp->input);
    const bool fits = affine.slope > 0 && IsNear(affine.offset, 3 * affine.slope) &&
                      IsNear(clamp->range.max, 6 * affine.slope);
    if (!fits) return std::nullopt;
    return HardSwish{affine.input, affine.slope};
  }

  const Graph& graph_;
  UseMap uses_;
};

}  // namespace

bool RecognizeHardSwish(Graph& graph) {
  const Matcher matcher(graph);
  return RewriteNodes(graph, [&](NodeId id) {
    const auto match = matcher.Match(id);
    if (!match || !std::isfinite(match->scale)) return false;
    Node& node = graph.node(id);
    node.op = "HardSwish";
    node.inputs = {match->input};
    if (!IsNear(match->scale, double{kHardSwishScale})) {
      node.attrs.Set("hardswish_scale", static_cast<float>(match->scale));
    }
    return true;
  });
}

}  // namespace tfwasm
