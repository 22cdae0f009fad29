// SPDX-License-Identifier: Apache-2.0
#include "convert/decompose.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "convert/parts.h"
#include "convert/portable_ops.h"
#include "ops/op.h"
#include "passes/rewrite.h"

namespace tfwasm {

namespace {

void AccumulateN(Parts& parts) {
  AttrMap attrs;
  attrs.Set("T", parts.type());
  attrs.Set("N", std::ssize(parts.node().inputs));
  parts.Become("AddN", parts.node().inputs, std::move(attrs));
}

// (x - mean) * factor + mean, with the mean of each image and channel.
void AdjustContrast(Parts& parts) {
  const Edge x = parts.input(0);
  const Edge mean = parts.Reduce("Mean", x, {-3, -2});
  const Edge scaled = parts.AddTyped("Mul", {parts.AddTyped("Sub", {x, mean}), parts.input(1)});
  parts.Become("AddV2", {scaled, mean});
}

// With v the largest and m the least channel, the saturation s is (v - m) / v, and a channel c of a
// color with the same hue and value is v - (v - c) * s' / s. Here s' = min(s * scale, 1).
void AdjustSaturation(Parts& parts) {
  const Edge x = parts.input(0);
  const Edge most = parts.Reduce("Max", x, {-1});
  const Edge range = parts.AddTyped("Sub", {most, parts.Reduce("Min", x, {-1})});
  const Edge scale = parts.AddTyped("Maximum", {parts.input(1), parts.Number(0)});
  const Edge limit = parts.AddTyped("DivNoNan", {most, range});
  const Edge ratio = parts.AddTyped("Minimum", {limit, scale});
  const Edge distance = parts.AddTyped("Sub", {most, x});
  parts.Become("Sub", {most, parts.AddTyped("Mul", {distance, ratio})});
}

void Angle(Parts& parts) {
  const Edge x = parts.input(0);
  const auto part = [&](std::string_view op) {
    AttrMap attrs;
    attrs.Set("T", DType::kComplex64);
    attrs.Set("Tout", DType::kFloat32);
    return parts.Add(op, {x}, std::move(attrs));
  };
  AttrMap attrs;
  attrs.Set("T", DType::kFloat32);
  parts.Become("Atan2", {part("Imag"), part("Real")}, std::move(attrs));
}

void Bitcast(Parts& parts) {
  const AttrMap& attrs = parts.node().attrs;
  if (attrs.Type("T", DType::kInvalid) == DType::kInvalid) return;
  if (attrs.Type("T", DType::kInvalid) == attrs.Type("type", DType::kInvalid)) {
    parts.Become("Identity", {parts.input(0)});
  }
}

// a | b = a + b - (a & b), a ^ b = a + b - 2 * (a & b).
void BitwiseOr(Parts& parts, bool exclusive) {
  const Edge a = parts.input(0);
  const Edge b = parts.input(1);
  Edge both = parts.AddTyped("BitwiseAnd", {a, b});
  if (exclusive) both = parts.AddTyped("AddV2", {both, both});
  parts.Become("Sub", {parts.AddTyped("AddV2", {a, b}), both});
}

void LogicalXor(Parts& parts) {
  const auto to_int = [&](size_t i) {
    AttrMap attrs;
    attrs.Set("SrcT", DType::kBool);
    attrs.Set("DstT", DType::kInt32);
    return parts.Add("Cast", {parts.input(i)}, std::move(attrs));
  };
  AttrMap attrs;
  attrs.Set("T", DType::kInt32);
  parts.Become("NotEqual", {to_int(0), to_int(1)}, std::move(attrs));
}

// f(x, y), but 0 where input `zero` is 0.
void ZeroWhere(Parts& parts, size_t zero, Edge value) {
  const Edge is_zero = parts.AddTyped("Equal", {parts.input(zero), parts.Number(0)});
  parts.Become("SelectV2", {is_zero, parts.Number(0), value});
}

void TensorScatter(Parts& parts, std::string_view op) {
  const Edge x = parts.input(0);
  AttrMap shape_attrs;
  shape_attrs.Set("T", parts.node().attrs.Type("T", DType::kFloat32));
  shape_attrs.Set("out_type", DType::kInt32);
  const Edge shape = parts.Add("Shape", {x}, std::move(shape_attrs));
  AttrMap attrs;
  attrs.Set("T", parts.type());
  attrs.Set("Tindices", DType::kInt32);
  const Edge updates =
      parts.Add("ScatterNd", {parts.input(1), parts.input(2), shape}, std::move(attrs));
  parts.Become(op, {x, updates});
}

// Output 0: the loss of each row; output 1: its gradient.
void SoftmaxCrossEntropy(Parts& parts) {
  const Edge logits = parts.input(0);
  const Edge labels = parts.input(1);
  parts.ReplaceOutput(1, parts.AddTyped("Sub", {parts.AddTyped("Softmax", {logits}), labels}));
  const Edge products = parts.AddTyped("Mul", {parts.AddTyped("LogSoftmax", {logits}), labels});
  AttrMap attrs;
  attrs.Set("T", parts.type());
  attrs.Set("Tidx", DType::kInt32);
  attrs.Set("keep_dims", false);
  const Edge sum = parts.Add("Sum", {products, parts.Ints({}, {-1})}, std::move(attrs));
  parts.Become("Neg", {sum});
}

// The position of each of `values`, a vector, in `bounds`.
Edge Search(Parts& parts, std::string_view op, Edge bounds, Edge values) {
  const Edge row = parts.Ints({2}, {1, -1});
  AttrMap attrs;
  attrs.Set("T", DType::kFloat32);
  attrs.Set("out_type", DType::kInt32);
  return parts.Add(
      op,
      {parts.Reshaped(bounds, row, DType::kFloat32), parts.Reshaped(values, row, DType::kFloat32)},
      std::move(attrs));
}

// Output i: the bucket of each value of input i, min(lower bound, n - 1) with n boundaries.
void BoostedTreesBucketize(Parts& parts) {
  const size_t features = parts.node().inputs.size() / 2;
  AttrMap ints;
  ints.Set("T", DType::kInt32);
  AttrMap size_attrs;
  size_attrs.Set("T", DType::kFloat32);
  size_attrs.Set("out_type", DType::kInt32);
  for (size_t i = 0; i < features; ++i) {
    const Edge bounds = parts.input(features + i);
    const Edge found = Search(parts, "LowerBound", bounds, parts.input(i));
    const Edge size = parts.Add("Size", {bounds}, size_attrs);
    const Edge last = parts.Add("Sub", {size, parts.Ints({}, {1})}, ints);
    const Edge least = parts.Add("Maximum", {last, parts.Ints({}, {0})}, ints);
    const Edge bounded = parts.Add("Minimum", {found, least}, ints);
    const Edge bucket = parts.Reshaped(bounded, parts.Ints({1}, {-1}), DType::kInt32);
    parts.ReplaceOutput(static_cast<int>(i), bucket);
  }
  parts.Become("NoOp", {}, {});
}

// The number of boundaries that are not greater.
void Bucketize(Parts& parts) {
  if (parts.type() != DType::kFloat32) return;
  const std::vector<float> bounds = parts.node().attrs.Floats("boundaries");
  const Edge sorted =
      parts.Constant(Tensor::FromSpan<float>({static_cast<int64_t>(bounds.size())}, bounds));
  const Edge x = parts.input(0);
  AttrMap shape_attrs;
  shape_attrs.Set("T", DType::kFloat32);
  shape_attrs.Set("out_type", DType::kInt32);
  const Edge shape = parts.Add("Shape", {x}, std::move(shape_attrs));
  AttrMap attrs;
  attrs.Set("T", DType::kInt32);
  attrs.Set("Tshape", DType::kInt32);
  parts.Become("Reshape", {Search(parts, "UpperBound", sorted, x), shape}, std::move(attrs));
}

// The attribute becomes the last input.
void TopK(Parts& parts) {
  AttrMap attrs = parts.node().attrs;
  const auto k = static_cast<int32_t>(attrs.RequireInt("k"));
  attrs.Erase("k");
  parts.Become("TopKV2", {parts.input(0), parts.Ints({}, {k})}, std::move(attrs));
}

void NonMaxSuppression(Parts& parts) {
  const float threshold = parts.node().attrs.Float("iou_threshold", 0.5F);
  AttrMap attrs;
  attrs.Set("T", DType::kFloat32);
  attrs.Set("T_threshold", DType::kFloat32);
  parts.Become("NonMaxSuppressionV2",
               {parts.input(0), parts.input(1), parts.input(2), parts.Floats({}, {threshold})},
               std::move(attrs));
}

// x / (1 + |x|)
void Softsign(Parts& parts) {
  const Edge x = parts.input(0);
  const Edge size = parts.AddTyped("Abs", {x});
  parts.Become("RealDiv", {x, parts.AddTyped("AddV2", {size, parts.Number(1)})});
}

// sign(x) * sign(y) * floor(|x| / |y|)
Edge TruncatedQuotient(Parts& parts) {
  const Edge x = parts.input(0);
  const Edge y = parts.input(1);
  const Edge quotient =
      parts.AddTyped("FloorDiv", {parts.AddTyped("Abs", {x}), parts.AddTyped("Abs", {y})});
  const Edge sign =
      parts.AddTyped("Mul", {parts.AddTyped("Sign", {x}), parts.AddTyped("Sign", {y})});
  return parts.AddTyped("Mul", {sign, quotient});
}

void TruncateMod(Parts& parts) {
  const Edge product = parts.AddTyped("Mul", {TruncatedQuotient(parts), parts.input(1)});
  parts.Become("Sub", {parts.input(0), product});
}

void FakeQuantArgs(Parts& parts) {
  AttrMap attrs = parts.node().attrs;
  const Edge min = parts.Floats({}, {attrs.Float("min", -6)});
  const Edge max = parts.Floats({}, {attrs.Float("max", 6)});
  attrs.Erase("min");
  attrs.Erase("max");
  parts.Become("FakeQuantWithMinMaxVars", {parts.input(0), min, max}, std::move(attrs));
}

constexpr DecomposeRule kRules[] = {
    {"AccumulateNV2", AccumulateN},
    {"AdjustContrastv2", AdjustContrast},
    {"AdjustSaturation", AdjustSaturation},
    {"Angle", Angle},
    {"BatchMatMulV3", [](Parts& parts) { parts.Rename("BatchMatMulV2"); }},
    {"BiasAddV1", [](Parts& parts) { parts.Rename("BiasAdd"); }},
    {"Bitcast", Bitcast},
    {"BitwiseOr", [](Parts& parts) { BitwiseOr(parts, false); }},
    {"BitwiseXor", [](Parts& parts) { BitwiseOr(parts, true); }},
    {"BoostedTreesBucketize", BoostedTreesBucketize},
    {"Bucketize", Bucketize},
    {"DeepCopy", [](Parts& parts) { parts.Rename("Identity"); }},
    {"Erfc",
     [](Parts& parts) {
       parts.Become("Sub", {parts.Number(1), parts.AddTyped("Erf", {parts.input(0)})});
     }},
    {"FakeQuantWithMinMaxArgs", FakeQuantArgs},
    {"Inv", [](Parts& parts) { parts.Rename("Reciprocal"); }},
    {"Invert", [](Parts& parts) { parts.Become("Sub", {parts.Number(-1), parts.input(0)}); }},
    {"LogicalXor", LogicalXor},
    {"MulNoNan",
     [](Parts& parts) {
       ZeroWhere(parts, 1, parts.AddTyped("Mul", {parts.input(0), parts.input(1)}));
     }},
    {"NonMaxSuppression", NonMaxSuppression},
    {"PreventGradient", [](Parts& parts) { parts.Rename("Identity"); }},
    {"Rint", [](Parts& parts) { parts.Rename("Round"); }},
    {"ScatterNdNonAliasingAdd", [](Parts& parts) { TensorScatter(parts, "AddV2"); }},
    {"SoftmaxCrossEntropyWithLogits", SoftmaxCrossEntropy},
    {"Softsign", Softsign},
    {"TensorScatterAdd", [](Parts& parts) { TensorScatter(parts, "AddV2"); }},
    {"TensorScatterSub", [](Parts& parts) { TensorScatter(parts, "Sub"); }},
    {"TopK", TopK},
    {"TruncateDiv", [](Parts& parts) { parts.Become("Identity", {TruncatedQuotient(parts)}); }},
    {"TruncateMod", TruncateMod},
    {"Xdivy",
     [](Parts& parts) {
       ZeroWhere(parts, 0, parts.AddTyped("RealDiv", {parts.input(0), parts.input(1)}));
     }},
    {"Xlogy",
     [](Parts& parts) {
       const Edge log = parts.AddTyped("Log", {parts.input(1)});
       ZeroWhere(parts, 0, parts.AddTyped("Mul", {parts.input(0), log}));
     }},
};

const DecomposeRule* FindRule(std::string_view op) {
  for (const auto rules : {std::span<const DecomposeRule>(kRules), ArrayRules()}) {
    const auto found = std::ranges::find(rules, op, &DecomposeRule::op);
    if (found != rules.end()) return &*found;
  }
  return nullptr;
}

}  // namespace

bool DecomposeOps(Graph& graph, bool for_tfwasm) {
  bool changed = false;
  const NodeId count = graph.size();
  for (NodeId id = 0; id < count; ++id) {
    if (graph.IsRemoved(id)) continue;
    const std::string op = graph.node(id).op;
    if (IsPortable(op) || (for_tfwasm && FindOp(op) != nullptr)) continue;
    const DecomposeRule* rule = FindRule(op);
    if (rule == nullptr) continue;
    Parts parts(graph, id);
    Blaming(op, std::string(parts.node().name), [&] { rule->apply(parts); });
    changed |= graph.node(id).op != op;
  }
  return changed;
}

}  // namespace tfwasm
