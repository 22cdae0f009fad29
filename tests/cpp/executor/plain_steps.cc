// SPDX-License-Identifier: Apache-2.0
#include "executor/plain_steps.h"

#include <algorithm>

namespace tfwasm {

void PlainSteps::AddPlainStep() {
  using Step = void (PlainSteps::*)();
  constexpr Step kSteps[] = {
      &PlainSteps::Unary,   &PlainSteps::Unary,   &PlainSteps::Binary,   &PlainSteps::Binary,
      &PlainSteps::Binary,  &PlainSteps::Compare, &PlainSteps::Logical,  &PlainSteps::Cast,
      &PlainSteps::Cast,    &PlainSteps::View,    &PlainSteps::View,     &PlainSteps::Identity,
      &PlainSteps::Select,  &PlainSteps::Move,    &PlainSteps::Join,     &PlainSteps::Divide,
      &PlainSteps::Reduce,  &PlainSteps::Product, &PlainSteps::Image,    &PlainSteps::Dynamic,
      &PlainSteps::Dynamic, &PlainSteps::Sizes,   &PlainSteps::FromShape};
  (this->*One(kSteps))();
}

void PlainSteps::Unary() {
  constexpr const char* kOps[] = {"Neg", "Abs", "Relu", "Relu6", "Square", "Sign", "Floor"};
  if (const auto x = Value(Number())) Add(One(kOps), {*x});
}

void PlainSteps::Binary() {
  constexpr const char* kOps[] = {"AddV2", "Add",     "Sub",     "Sub",
                                  "Mul",   "Maximum", "Minimum", "SquaredDifference"};
  const DType dtype = Number();
  const auto x = Value(dtype);
  if (!x) return;
  Edge y = *Value(dtype);
  if (random().Int(0, 2) == 0) {
    const Shape shape = Of(*x).shape();
    y = Const(RandomNumbers(random(), dtype, Flip() ? Shape() : shape));
  }
  Add(One(kOps), Flip() ? std::vector{*x, y} : std::vector{y, *x});
}

void PlainSteps::Compare() {
  constexpr const char* kOps[] = {"Less", "GreaterEqual", "Equal", "NotEqual"};
  const DType dtype = Number();
  const auto x = Value(dtype);
  if (!x) return;
  Add(One(kOps), {*x, Flip() ? *Value(dtype) : Const(RandomNumbers(random(), dtype, {}))});
}

void PlainSteps::Logical() {
  constexpr const char* kOps[] = {"LogicalAnd", "LogicalOr"};
  const auto x = Value(DType::kBool);
  if (!x) return;
  if (Flip()) {
    Add("LogicalNot", {*x});
  } else {
    Add(One(kOps), {*x, *Value(DType::kBool)});
  }
}

void PlainSteps::Cast() {
  const auto x = Value();
  if (x) Add("Cast", {*x}, {{"SrcT", Of(*x).dtype()}, {"DstT", Any()}});
}

void PlainSteps::View() {
  const auto x = Value(Any());
  if (!x) return;
  const Shape shape = Of(*x).shape();
  const auto size = static_cast<int32_t>(shape.NumElements());
  switch (random().Int(0, 3)) {
    case 0:
      Add("ExpandDims", {*x, Int(random().Int(-1, shape.rank()))});
      break;
    case 1:
      Add("Squeeze", {*x}, {{"squeeze_dims", std::vector<int64_t>()}});
      break;
    case 2:
      Add("Reshape", {*x, Ints({-1, size % 2 == 0 ? 2 : 1})});
      break;
    default:
      Add("Reshape", {*x, Ints({-1})});
  }
}

void PlainSteps::Identity() {
  constexpr const char* kOps[] = {"Identity", "StopGradient", "IdentityN"};
  const auto x = Value();
  if (x) Add(One(kOps), {*x}, {{"T", TypesAttr(1, Of(*x).dtype())}});
}

void PlainSteps::Select() {
  const auto condition = Value(DType::kBool);
  const DType dtype = Any();
  const auto x = Value(dtype);
  if (condition && x) Add("SelectV2", {*condition, *x, *Value(dtype)});
}

void PlainSteps::Move() {
  const auto x = Value(Any());
  if (!x) return;
  const Shape shape = Of(*x).shape();
  const int rank = shape.rank();
  if (rank == 0) return;
  std::vector<int32_t> order(static_cast<size_t>(rank));
  std::vector<int32_t> begin;
  std::vector<int32_t> size;
  std::vector<int32_t> margins;
  for (int i = 0; i < rank; ++i) {
    order[static_cast<size_t>(i)] = i;
    std::swap(order[static_cast<size_t>(i)], order[static_cast<size_t>(random().Int(0, i))]);
    const auto dim = static_cast<int>(shape[i]);
    begin.push_back(random().Int(0, std::max(0, dim - 1)));
    size.push_back(Flip() ? -1 : random().Int(0, dim - begin.back()));
    margins.insert(margins.end(), {random().Int(0, 1), random().Int(0, 2)});
  }
  const int axis = random().Int(0, rank - 1);
  switch (random().Int(0, 5)) {
    case 0:
      Add("Transpose", {*x, Ints(order)});
      break;
    case 1:
      Add("Slice", {*x, Ints(begin), Ints(size)});
      break;
    case 2:
      Add("Pad", {*x, Const(I32({rank, 2}, margins))});
      break;
    case 3:
      Add("ReverseV2", {*x, Ints({axis})});
      break;
    case 4:
      Add("Tile", {*x, Ints(std::vector<int32_t>(static_cast<size_t>(rank), random().Int(1, 2)))});
      break;
    default:
      Add("GatherV2", {*x, Ints({0, static_cast<int32_t>(shape[axis]) - 1, 0}), Int(axis)});
  }
}

void PlainSteps::Join() {
  const DType dtype = Any();
  const auto x = Value(dtype);
  if (!x) return;
  const Shape shape = Of(*x).shape();
  const Edge y = *Value(dtype, shape);
  if (Flip()) {
    Add("Pack", {*x, y, *x}, {{"axis", random().Int(0, shape.rank())}, {"N", 3}});
  } else if (shape.rank() > 0) {
    Add("ConcatV2", {*x, y, Int(random().Int(0, shape.rank() - 1))}, {{"N", 2}});
  }
}

void PlainSteps::Divide() {
  const auto x = Value(Any());
  if (!x || Of(*x).shape().rank() == 0) return;
  const Shape shape = Of(*x).shape();
  const int axis = random().Int(0, shape.rank() - 1);
  if (Flip() && shape[axis] < 4) {
    Add("Unpack", {*x}, {{"axis", axis}, {"num", shape[axis]}});
  } else {
    Add("Split", {Int(axis), *x}, {{"num_split", random().Int(1, 3)}});
  }
}

void PlainSteps::Reduce() {
  constexpr const char* kOps[] = {"Sum", "Max", "Min"};
  const TestAttrs attrs = {{"keep_dims", Flip()}};
  if (random().Int(0, 2) == 0) {
    const auto x = Value(DType::kBool);
    if (x && Of(*x).shape().rank() > 0) Add(Flip() ? "All" : "Any", {*x, Ints({0})}, attrs);
    return;
  }
  const auto x = Value(Number());
  if (!x || Of(*x).shape().rank() == 0) return;
  Add(One(kOps), {*x, Ints({random().Int(0, Of(*x).shape().rank() - 1)})}, attrs);
}

void PlainSteps::Finish(std::optional<Edge> x, int64_t channels) {
  if (x && Flip())
    x = Add("BiasAdd", {*x, Const(RandomNumbers(random(), DType::kFloat32, {channels}))});
  if (x && Flip()) Add(Flip() ? "Relu" : "Relu6", {*x});
}

void PlainSteps::Product() {
  const auto x = Value(DType::kFloat32);
  if (!x || Of(*x).shape().rank() != 2) return;
  const int64_t columns = random().Int(1, 9);
  const Tensor weights = RandomNumbers(random(), DType::kFloat32, {Of(*x).shape()[1], columns});
  Finish(Add("MatMul", {*x, Const(weights)}), columns);
}

void PlainSteps::Image() {
  const auto x = Value(DType::kFloat32);
  if (!x) return;
  const Shape shape = Of(*x).shape();
  if (shape.rank() != 4) {
    Add("Reshape", {*x, Ints({1, -1, 1, 2})});
    return;
  }
  const int64_t channels = shape[3];
  const int64_t size = random().Int(1, 2);
  const TestAttrs attrs = {{"strides", {1, 1, 1, 1}}, {"padding", Flip() ? "SAME" : "VALID"}};
  if (Flip()) {
    const Tensor filter = RandomNumbers(random(), DType::kFloat32, {size, 1, channels, 1});
    Finish(Add("DepthwiseConv2dNative", {*x, Const(filter)}, attrs), channels);
    return;
  }
  const int64_t outputs = random().Int(1, 9);
  const Tensor filter = RandomNumbers(random(), DType::kFloat32, {size, size, channels, outputs});
  Finish(Add("Conv2D", {*x, Const(filter)}, attrs), outputs);
}

void PlainSteps::Dynamic() {
  const auto x = Value(Any());
  if (!x) return;
  const Shape shape = Of(*x).shape();
  std::vector<int32_t> dims(shape.begin(), shape.end());
  switch (random().Int(0, 5)) {
    case 0:
      Hidden(*x);
      break;
    case 1:
      if (const auto hidden = Hidden(Ints(dims))) Add("Reshape", {*x, *hidden});
      break;
    case 2:
      if (const auto hidden = Hidden(Ints({random().Int(1, 3)}))) {
        if (const auto scalar = Value(Of(*x).dtype(), Shape())) Add("Fill", {*hidden, *scalar});
      }
      break;
    case 3:
      if (const auto flags = Value(DType::kBool)) Add("Where", {*flags});
      break;
    case 4:
      if (const auto flat = Add("Reshape", {*x, Ints({-1})})) Add("Unique", {*flat});
      break;
    default:
      if (const auto size = Add("Size", {*x})) {
        if (const auto hidden = Hidden(*size)) Add("Range", {Int(0), *hidden, Int(2)});
      }
  }
}

void PlainSteps::Sizes() {
  constexpr const char* kOps[] = {"Shape", "Size", "Rank"};
  if (const auto x = Value()) Add(One(kOps), {*x}, {{"out_type", DType::kInt32}});
}

void PlainSteps::FromShape() {
  const auto x = Value();
  const auto y = Value(Any());
  if (!x || !y) return;
  const auto shape = Add("Shape", {*x}, {{"out_type", DType::kInt32}});
  if (!shape) return;
  if (Flip()) {
    Add("BroadcastTo", {*y, *shape});
  } else {
    Add("Reshape", {*y, *shape});
  }
}

}  // namespace tfwasm
