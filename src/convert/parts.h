// SPDX-License-Identifier: Apache-2.0
// How ops are expressed by others.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/str_cat.h"
#include "graph/graph.h"

namespace tfwasm {

// Adds the nodes that take the place of one node. Their names start with its name.
class Parts {
 public:
  Parts(Graph& graph, NodeId id) : graph_(graph), id_(id) {}

  const Node& node() const { return graph_.node(id_); }
  Edge input(size_t i) const {
    if (i >= node().inputs.size()) Throw(Code::kEdge, "the node has too few inputs");
    return node().inputs[i];
  }
  // The value of an input; nullptr if it is not constant.
  const Tensor* Known(size_t i) const { return graph_.ConstValue(input(i)); }
  DType type() const { return node().attrs.Type("T", DType::kFloat32); }

  Edge Add(std::string_view op, std::vector<Edge> inputs, AttrMap attrs = {}) {
    Node part{.name = graph_.UniqueName(StrCat(node().name, "/", op)),
              .op = std::string(op),
              .inputs = std::move(inputs),
              .attrs = std::move(attrs)};
    return {.node = graph_.Add(std::move(part))};
  }
  // An op whose attribute T is `type`, without one that of the node.
  Edge AddTyped(std::string_view op, std::vector<Edge> inputs) {
    return AddTyped(op, std::move(inputs), type());
  }
  Edge AddTyped(std::string_view op, std::vector<Edge> inputs, DType type) {
    AttrMap attrs;
    attrs.Set("T", type);
    return Add(op, std::move(inputs), std::move(attrs));
  }
  Edge Constant(Tensor value) {
    return {.node = graph_.AddConst(StrCat(node().name, "/constant"), std::move(value))};
  }
  Edge Floats(const Shape& shape, std::initializer_list<float> values) {
    return Constant(Tensor::FromValues(shape, values));
  }
  Edge Ints(const Shape& shape, std::initializer_list<int32_t> values) {
    return Constant(Tensor::FromValues(shape, values));
  }
  // A scalar of the node's type.
  Edge Number(int32_t value) {
    return type() == DType::kInt32 ? Ints({}, {value}) : Floats({}, {static_cast<float>(value)});
  }
  Edge Reduce(std::string_view op, Edge x, std::initializer_list<int32_t> axes) {
    AttrMap attrs;
    attrs.Set("T", type());
    attrs.Set("Tidx", DType::kInt32);
    attrs.Set("keep_dims", true);
    return Add(op, {x, Ints({static_cast<int64_t>(axes.size())}, axes)}, std::move(attrs));
  }

  Edge ShapeOf(Edge x, DType type) {
    AttrMap attrs;
    attrs.Set("T", type);
    attrs.Set("out_type", DType::kInt32);
    return Add("Shape", {x}, std::move(attrs));
  }
  // The sizes of axes begin ... end - 1, as a vector.
  Edge SizeOf(Edge x, int32_t begin, int32_t end) {
    return Slice(ShapeOf(x, type()), Ints({1}, {begin}), Ints({1}, {end - begin}), DType::kInt32);
  }
  // `begin`, `sizes`: a number for each axis of x. A size of -1 stands for all that is left.
  Edge Slice(Edge x, Edge begin, Edge sizes, DType type) {
    AttrMap attrs;
    attrs.Set("T", type);
    attrs.Set("Index", DType::kInt32);
    return Add("Slice", {x, begin, sizes}, std::move(attrs));
  }
  Edge Concat(std::vector<Edge> values, int32_t axis, DType type) {
    AttrMap attrs;
    attrs.Set("T", type);
    attrs.Set("Tidx", DType::kInt32);
    attrs.Set("N", std::ssize(values));
    values.push_back(Ints({}, {axis}));
    return Add("ConcatV2", std::move(values), std::move(attrs));
  }
  Edge Reshaped(Edge x, Edge shape, DType type) {
    AttrMap attrs;
    attrs.Set("T", type);
    attrs.Set("Tshape", DType::kInt32);
    return Add("Reshape", {x, shape}, std::move(attrs));
  }

  // The node itself becomes this op.
  void Become(std::string_view op, std::vector<Edge> inputs) {
    AttrMap attrs;
    attrs.Set("T", type());
    Become(op, std::move(inputs), std::move(attrs));
  }
  void Become(std::string_view op, std::vector<Edge> inputs, AttrMap attrs) {
    Node& node = graph_.node(id_);
    node.op = op;
    node.inputs = std::move(inputs);
    node.attrs = std::move(attrs);
  }
  void Rename(std::string_view op) { graph_.node(id_).op = op; }
  // The readers of an output read this instead.
  void ReplaceOutput(int output, Edge edge) { graph_.ReplaceUses({id_, output}, edge); }

 private:
  Graph& graph_;
  NodeId id_;
};

// Leaves the node as it is if it cannot be expressed.
struct DecomposeRule {
  std::string_view op;
  void (*apply)(Parts&);
};

// Of ops that rearrange elements, and of recurrent cells.
std::span<const DecomposeRule> ArrayRules();

}  // namespace tfwasm
