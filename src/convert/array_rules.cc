// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "convert/parts.h"

namespace tfwasm {

namespace {

AttrMap IntAttrs() {
  AttrMap attrs;
  attrs.Set("T", DType::kInt32);
  return attrs;
}

// The size of an axis, which may count from the end, as a scalar.
Edge AxisSize(Parts& parts, Edge x, int32_t axis) {
  AttrMap attrs = IntAttrs();
  attrs.Set("Index", DType::kInt32);
  attrs.Set("shrink_axis_mask", int64_t{1});
  return parts.Add("StridedSlice",
                   {parts.ShapeOf(x, parts.type()), parts.Ints({1}, {axis}),
                    parts.Ints({1}, {axis + 1}), parts.Ints({1}, {1})},
                   std::move(attrs));
}

// 0 ... size - 1
Edge Range(Parts& parts, Edge size) {
  AttrMap attrs;
  attrs.Set("Tidx", DType::kInt32);
  return parts.Add("Range", {parts.Ints({}, {0}), size, parts.Ints({}, {1})}, std::move(attrs));
}

Edge ExpandDims(Parts& parts, Edge x, int32_t axis, DType type) {
  AttrMap attrs;
  attrs.Set("T", type);
  attrs.Set("Tdim", DType::kInt32);
  return parts.Add("ExpandDims", {x, parts.Ints({}, {axis})}, std::move(attrs));
}

AttrMap GatherAttrs(DType type) {
  AttrMap attrs;
  attrs.Set("Tparams", type);
  attrs.Set("Tindices", DType::kInt32);
  attrs.Set("Taxis", DType::kInt32);
  attrs.Set("batch_dims", int64_t{0});
  return attrs;
}

// Axis by axis: element i is that at (i - shift) mod n.
void Roll(Parts& parts) {
  const Tensor* shifts = parts.Known(1);
  const Tensor* axes = parts.Known(2);
  if (shifts == nullptr || axes == nullptr || shifts->dtype() != DType::kInt32 ||
      axes->dtype() != DType::kInt32 ||
      shifts->shape().NumElements() != axes->shape().NumElements()) {
    return;
  }
  Edge x = parts.input(0);
  const auto shift = shifts->values<int32_t>();
  const auto axis = axes->values<int32_t>();
  for (size_t i = 0; i < axis.size(); ++i) {
    const Edge size = AxisSize(parts, parts.input(0), axis[i]);
    const Edge moved =
        parts.Add("Sub", {Range(parts, size), parts.Ints({}, {shift[i]})}, IntAttrs());
    const Edge from = parts.Add("FloorMod", {moved, size}, IntAttrs());
    x = parts.Add("GatherV2", {x, from, parts.Ints({}, {axis[i]})}, GatherAttrs(parts.type()));
  }
  parts.Become("Identity", {x});
}

// [N, H, W, C] -> [N, H / b, W / b, b * b * C]
void SpaceToDepth(Parts& parts) {
  const AttrMap& attrs = parts.node().attrs;
  if (attrs.String("data_format", "NHWC") != "NHWC") return;
  const auto block = static_cast<int32_t>(attrs.RequireInt("block_size"));
  if (block < 1 || block > (1 << 12)) return;
  const Edge x = parts.input(0);
  const Edge b = parts.Ints({1}, {block});
  const Edge batch = parts.SizeOf(x, 0, 1);
  const Edge height = parts.Add("FloorDiv", {parts.SizeOf(x, 1, 2), b}, IntAttrs());
  const Edge width = parts.Add("FloorDiv", {parts.SizeOf(x, 2, 3), b}, IntAttrs());
  const Edge channels = parts.SizeOf(x, 3, 4);
  const Edge blocks = parts.Reshaped(
      x, parts.Concat({batch, height, b, width, b, channels}, 0, DType::kInt32), parts.type());
  AttrMap transpose;
  transpose.Set("T", parts.type());
  transpose.Set("Tperm", DType::kInt32);
  const Edge order = parts.Ints({6}, {0, 1, 3, 2, 4, 5});
  const Edge depth = parts.Add("Mul", {channels, parts.Ints({1}, {block * block})}, IntAttrs());
  const Edge shape = parts.Concat({batch, height, width, depth}, 0, DType::kInt32);
  AttrMap reshape;
  reshape.Set("T", parts.type());
  reshape.Set("Tshape", DType::kInt32);
  parts.Become("Reshape", {parts.Add("Transpose", {blocks, order}, std::move(transpose)), shape},
               std::move(reshape));
}

// The shape of the data after the axes of its ids.
Edge RowShape(Parts& parts, Edge data, Edge ids) {
  const Edge rank = parts.ShapeOf(parts.ShapeOf(ids, DType::kInt32), DType::kInt32);
  return parts.Slice(parts.ShapeOf(data, parts.type()), rank, parts.Ints({1}, {-1}), DType::kInt32);
}

// Sums of the rows with the same id. `count`: of the ids, a scalar.
void SumSegments(Parts& parts, Edge count) {
  const Edge data = parts.input(0);
  const Edge ids = parts.input(1);
  const Edge row = RowShape(parts, data, ids);
  const Edge rows = parts.Reshaped(count, parts.Ints({1}, {1}), DType::kInt32);
  AttrMap attrs;
  attrs.Set("T", parts.type());
  attrs.Set("Tindices", DType::kInt32);
  parts.Become("ScatterNd",
               {ExpandDims(parts, ids, -1, DType::kInt32), data,
                parts.Concat({rows, row}, 0, DType::kInt32)},
               std::move(attrs));
}

// Ids are sorted, so the last one is the largest.
void SegmentSum(Parts& parts) {
  AttrMap attrs = IntAttrs();
  attrs.Set("Tidx", DType::kInt32);
  attrs.Set("keep_dims", false);
  const Edge last = parts.Add("Max", {parts.input(1), parts.Ints({1}, {0})}, std::move(attrs));
  SumSegments(parts, parts.Add("AddV2", {last, parts.Ints({}, {1})}, IntAttrs()));
}

// Whether the optional input `k` says that this is about the main diagonal, without further inputs
// that matter.
bool IsMainDiagonal(const Parts& parts, size_t k) {
  if (parts.node().inputs.size() <= k) return true;
  const Tensor* value = parts.Known(k);
  if (value == nullptr || value->dtype() != DType::kInt32) return false;
  return std::ranges::all_of(value->values<int32_t>(), [](int32_t each) { return each == 0; });
}

// Whether an input is a constant with this value, or absent.
template <typename T>
bool IsNumber(const Parts& parts, size_t i, T number) {
  if (parts.node().inputs.size() <= i) return true;
  const Tensor* value = parts.Known(i);
  return value != nullptr && value->shape().NumElements() == 1 && value->values<T>()[0] == number;
}

// [rows, columns], true where they are equal.
Edge Diagonal(Parts& parts, Edge rows, Edge columns) {
  return parts.Add("Equal",
                   {ExpandDims(parts, Range(parts, rows), 1, DType::kInt32), Range(parts, columns)},
                   IntAttrs());
}

void MatrixDiag(Parts& parts) {
  if (parts.type() != DType::kFloat32 || !IsMainDiagonal(parts, 1) ||
      !IsNumber<int32_t>(parts, 2, -1) || !IsNumber<int32_t>(parts, 3, -1) ||
      !IsNumber<float>(parts, 4, 0)) {
    return;
  }
  const Edge x = parts.input(0);
  const Edge size = AxisSize(parts, x, -1);
  parts.Become("SelectV2", {Diagonal(parts, size, size), ExpandDims(parts, x, -2, parts.type()),
                            parts.Number(0)});
}

// For matrices that have as many columns as rows, or more.
void MatrixSetDiag(Parts& parts) {
  if (!IsMainDiagonal(parts, 2)) return;
  const Edge x = parts.input(0);
  const Edge mask = Diagonal(parts, AxisSize(parts, x, -2), AxisSize(parts, x, -1));
  parts.Become("SelectV2", {mask, ExpandDims(parts, parts.input(1), -1, parts.type()), x});
}

// By a constant number of bits: a product or a quotient.
void Shift(Parts& parts, std::string_view op) {
  const Tensor* amount = parts.Known(1);
  if (parts.type() != DType::kInt32 || amount == nullptr || amount->dtype() != DType::kInt32 ||
      amount->shape().NumElements() != 1) {
    return;
  }
  const int32_t bits = amount->values<int32_t>()[0];
  if (bits < 0 || bits > 30) return;
  parts.Become(op, {parts.input(0), parts.Number(1 << bits)});
}

void InvertPermutation(Parts& parts) {
  const Edge x = parts.input(0);
  const Edge size = AxisSize(parts, x, 0);
  AttrMap attrs = IntAttrs();
  attrs.Set("Tindices", DType::kInt32);
  parts.Become("ScatterNd",
               {ExpandDims(parts, x, -1, DType::kInt32), Range(parts, size),
                parts.Reshaped(size, parts.Ints({1}, {1}), DType::kInt32)},
               std::move(attrs));
}

// Output i: the rows whose number is i. Numbers and rows may lie along several axes.
void DynamicPartition(Parts& parts) {
  const int64_t count = parts.node().attrs.RequireInt("num_partitions");
  if (count < 1 || count > 1024) return;
  const Edge all = parts.Ints({1}, {-1});
  const Edge row = RowShape(parts, parts.input(0), parts.input(1));
  const Edge x =
      parts.Reshaped(parts.input(0), parts.Concat({all, row}, 0, DType::kInt32), parts.type());
  const Edge ids = parts.Reshaped(parts.input(1), all, DType::kInt32);
  for (int32_t i = 0; i < count; ++i) {
    const Edge is_there = parts.Add("Equal", {ids, parts.Ints({}, {i})}, IntAttrs());
    AttrMap where;
    where.Set("T", DType::kBool);
    const Edge rows =
        parts.Reshaped(parts.Add("Where", {is_there}, std::move(where)), all, DType::kInt32);
    parts.ReplaceOutput(
        i, parts.Add("GatherV2", {x, rows, parts.Ints({}, {0})}, GatherAttrs(parts.type())));
  }
  parts.Become("NoOp", {}, {});
}

void BatchNormWithGlobalNormalization(Parts& parts) {
  const AttrMap& attrs = parts.node().attrs;
  const bool is_scaled = attrs.Bool("scale_after_normalization", false);
  const Edge epsilon = parts.Floats({}, {attrs.Float("variance_epsilon", 0)});
  const Edge x = parts.AddTyped("Sub", {parts.input(0), parts.input(1)});
  const Edge sum = parts.AddTyped("AddV2", {parts.input(2), epsilon});
  Edge factor = parts.AddTyped("Rsqrt", {sum});
  if (is_scaled) factor = parts.AddTyped("Mul", {factor, parts.input(4)});
  parts.Become("AddV2", {parts.AddTyped("Mul", {x, factor}), parts.input(3)});
}

// x W + b in `count` parts along the second axis.
std::vector<Edge> Gates(Parts& parts, std::vector<Edge> x, Edge w, Edge b, int64_t count) {
  AttrMap matrix;
  matrix.Set("T", parts.type());
  matrix.Set("transpose_a", false);
  matrix.Set("transpose_b", false);
  const Edge product =
      parts.Add("MatMul", {parts.Concat(std::move(x), 1, parts.type()), w}, std::move(matrix));
  const Edge sum = parts.AddTyped("BiasAdd", {product, b});
  if (count == 1) return {sum};
  AttrMap split;
  split.Set("T", parts.type());
  split.Set("num_split", count);
  const Edge all = parts.Add("Split", {parts.Ints({}, {1}), sum}, std::move(split));
  std::vector<Edge> gates;
  for (int i = 0; i < count; ++i) gates.push_back({.node = all.node, .output = i});
  return gates;
}

// x, c, h, w, wci, wcf, wco, b -> i, c', f, o, ci, co, h'. Gates are in the order i, ci, f, o.
void LstmBlockCell(Parts& parts) {
  const AttrMap& attrs = parts.node().attrs;
  const float clip = attrs.Float("cell_clip", 3);
  const Edge forget_bias = parts.Floats({}, {attrs.Float("forget_bias", 1)});
  const bool has_peepholes = attrs.Bool("use_peephole", false);
  const Edge c = parts.input(1);
  const auto binary = [&](std::string_view op, Edge a, Edge b) {
    return parts.AddTyped(op, {a, b});
  };
  const auto peep = [&](Edge gate, size_t weight, Edge cell) {
    return has_peepholes ? binary("AddV2", gate, binary("Mul", cell, parts.input(weight))) : gate;
  };
  const std::vector<Edge> z =
      Gates(parts, {parts.input(0), parts.input(2)}, parts.input(3), parts.input(7), 4);
  const Edge i = parts.AddTyped("Sigmoid", {peep(z[0], 4, c)});
  const Edge f = parts.AddTyped("Sigmoid", {peep(binary("AddV2", z[2], forget_bias), 5, c)});
  const Edge ci = parts.AddTyped("Tanh", {z[1]});
  Edge next = binary("AddV2", binary("Mul", f, c), binary("Mul", i, ci));
  if (clip > 0) {
    next = binary("Minimum", binary("Maximum", next, parts.Floats({}, {-clip})),
                  parts.Floats({}, {clip}));
  }
  const Edge o = parts.AddTyped("Sigmoid", {peep(z[3], 6, next)});
  const Edge co = parts.AddTyped("Tanh", {next});
  const std::array<Edge, 7> outputs = {i, next, f, o, ci, co, binary("Mul", o, co)};
  for (size_t k = 0; k < outputs.size(); ++k) parts.ReplaceOutput(static_cast<int>(k), outputs[k]);
  parts.Become("NoOp", {}, {});
}

// x, h, w_ru, w_c, b_ru, b_c -> r, u, c, h'
void GruBlockCell(Parts& parts) {
  const Edge x = parts.input(0);
  const Edge h = parts.input(1);
  const auto binary = [&](std::string_view op, Edge a, Edge b) {
    return parts.AddTyped(op, {a, b});
  };
  const std::vector<Edge> z = Gates(parts, {x, h}, parts.input(2), parts.input(4), 2);
  const Edge r = parts.AddTyped("Sigmoid", {z[0]});
  const Edge u = parts.AddTyped("Sigmoid", {z[1]});
  const Edge reset = binary("Mul", r, h);
  const Edge c =
      parts.AddTyped("Tanh", {Gates(parts, {x, reset}, parts.input(3), parts.input(5), 1)[0]});
  const Edge rest = binary("Mul", binary("Sub", parts.Number(1), u), c);
  const std::array<Edge, 4> outputs = {r, u, c, binary("AddV2", binary("Mul", u, h), rest)};
  for (size_t k = 0; k < outputs.size(); ++k) parts.ReplaceOutput(static_cast<int>(k), outputs[k]);
  parts.Become("NoOp", {}, {});
}

constexpr DecomposeRule kRules[] = {
    {"BatchNormWithGlobalNormalization", BatchNormWithGlobalNormalization},
    {"DynamicPartition", DynamicPartition},
    {"GRUBlockCell", GruBlockCell},
    {"InvertPermutation", InvertPermutation},
    {"LSTMBlockCell", LstmBlockCell},
    {"LeftShift", [](Parts& parts) { Shift(parts, "Mul"); }},
    {"MatrixDiag", MatrixDiag},
    {"MatrixDiagV2", MatrixDiag},
    {"MatrixDiagV3", MatrixDiag},
    {"MatrixSetDiag", MatrixSetDiag},
    {"MatrixSetDiagV2", MatrixSetDiag},
    {"MatrixSetDiagV3", MatrixSetDiag},
    {"RightShift", [](Parts& parts) { Shift(parts, "FloorDiv"); }},
    {"Roll", Roll},
    {"SegmentSum", SegmentSum},
    {"SegmentSumV2", [](Parts& parts) { SumSegments(parts, parts.input(2)); }},
    {"SpaceToDepth", SpaceToDepth},
    {"UnsortedSegmentSum", [](Parts& parts) { SumSegments(parts, parts.input(2)); }},
};

}  // namespace

std::span<const DecomposeRule> ArrayRules() { return kRules; }

}  // namespace tfwasm
