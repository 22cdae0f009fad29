// SPDX-License-Identifier: Apache-2.0
#include "ops/arguments.h"

#include <algorithm>

#include "core/sort_few.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

// Far more than any real graph has. Stops a file from creating millions of values.
constexpr int64_t kMaxOutputs = 1 << 16;

const Tensor& KnownValue(const OpContext& context, int i) {
  const Tensor* value = context.value(i);
  if (value == nullptr) Throw(Code::kInternal, "input ", i, " is not known");
  return *value;
}

}  // namespace

std::optional<int64_t> IntOrDefer(InferContext& context, int i, std::string_view what) {
  ExpectScalar(context, i, DType::kInt32, what);
  const auto values = IntsOrDefer(context, i, what);
  if (!values) return std::nullopt;
  return values->front();
}

std::optional<int> AxisOrDefer(InferContext& context, int i, int rank) {
  const auto axis = IntOrDefer(context, i, "the axis");
  if (!axis) return std::nullopt;
  return NormalizeAxis(*axis, rank);
}

std::optional<std::vector<int>> AxesOrDefer(InferContext& context, int i, int rank) {
  const auto values = IntsOrDefer(context, i, "the list of axes");
  if (!values) return std::nullopt;
  std::vector<int> axes;
  for (const int64_t value : *values) axes.push_back(NormalizeAxis(value, rank));
  SortFew(axes);
  const auto twice = std::adjacent_find(axes.begin(), axes.end());
  if (twice != axes.end()) Throw(Code::kShape, "axis ", *twice, " is listed twice");
  return axes;
}

std::optional<std::vector<int64_t>> IntsOfAnyRankOrDefer(InferContext& context, int i,
                                                         std::string_view what) {
  context.ExpectDType(i, DType::kInt32, what);
  const Tensor* value = context.value(i);
  if (value == nullptr) {
    context.Defer();
    return std::nullopt;
  }
  // Shapes, axes, paddings and part sizes. Part sizes are the longest lists: one per output.
  if (value->size() > kMaxOutputs) {
    Throw(Code::kLimit, what, " has ", value->size(), " numbers, more than ", kMaxOutputs);
  }
  return ToInts(*value);
}

std::optional<Shape> ShapeOrDefer(InferContext& context, int i) {
  const auto dims = IntsOrDefer(context, i, "the shape");
  if (!dims) return std::nullopt;
  for (size_t axis = 0; axis < dims->size(); ++axis) {
    if ((*dims)[axis] >= 0) continue;
    Throw(Code::kShape, "dimension ", axis, " of the shape is ", (*dims)[axis],
          ", expected 0 or more");
  }
  return Shape(std::span<const int64_t>(*dims));
}

std::vector<int64_t> KnownInts(const OpContext& context, int i) {
  return ToInts(KnownValue(context, i));
}

int64_t KnownInt(const OpContext& context, int i) { return KnownInts(context, i).front(); }

int KnownAxis(const OpContext& context, int i, int rank) {
  return NormalizeAxis(KnownInt(context, i), rank);
}

void ExpectScalar(const OpContext& context, int i, DType dtype, std::string_view what) {
  context.ExpectDType(i, dtype, what);
  const Shape& shape = context.shape(i);
  if (shape.rank() > 1 || shape.NumElements() != 1) {
    Throw(Code::kShape, what, " must be a scalar, got shape ", shape);
  }
}

void ExpectSpec(const OpContext& context, int i, DType dtype, const Shape& shape,
                std::string_view what) {
  context.ExpectDType(i, dtype, what);
  if (context.shape(i) == shape) return;
  Throw(Code::kShape, what, " must have shape ", shape, ", got ", context.shape(i));
}

void ExpectNumber(const OpContext& context, int i, std::string_view what) {
  const DType dtype = context.dtype(i);
  if (dtype != DType::kFloat32 && dtype != DType::kInt32) {
    Throw(Code::kDType, what, " must be float32 or int32, got ", dtype);
  }
}

void ExpectOneDType(const OpContext& context, int first, int last) {
  for (int i = first + 1; i < last; ++i) {
    if (context.dtype(i) == context.dtype(first)) continue;
    Throw(Code::kDType, "inputs ", first, " and ", i, " must have one dtype, got ",
          context.dtype(first), " and ", context.dtype(i));
  }
}

void ExpectRankAtLeast(const OpContext& context, int i, int rank, std::string_view what) {
  if (context.shape(i).rank() < rank) {
    Throw(Code::kShape, what, " must have rank ", rank, " or more, got shape ", context.shape(i));
  }
}

int OutputCount(const Node& node, std::string_view attribute) {
  const int64_t count = node.attrs.RequireInt(attribute);
  if (count < 0) {
    Throw(Code::kAttr, "the attribute '", attribute, "' must not be negative, got ", count);
  }
  if (count > kMaxOutputs) {
    Throw(Code::kLimit, "a node can have at most ", kMaxOutputs, " outputs, got ", count);
  }
  return static_cast<int>(count);
}

}  // namespace tfwasm
