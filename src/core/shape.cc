// SPDX-License-Identifier: Apache-2.0
#include "core/shape.h"

#include <algorithm>

#include "core/error.h"

namespace tfwasm {

namespace {

constexpr int64_t kMaxElements = int64_t{1} << 32;

}  // namespace

Shape::Shape(std::span<const int64_t> dims) : rank_(0) {
  for (const int64_t dim : dims) Append(dim);
}

Shape::Shape(std::span<const int32_t> dims) : rank_(0) {
  for (const int32_t dim : dims) Append(dim);
}

Shape Shape::UnknownRank() {
  Shape shape;
  shape.rank_ = -1;
  return shape;
}

bool Shape::IsKnown() const {
  return rank_known() && std::none_of(begin(), end(), [](int64_t dim) { return dim < 0; });
}

int64_t Shape::NumElements() const { return Product(0, rank_); }

int64_t Shape::Product(int first, int last) const {
  int64_t product = 1;
  for (int axis = first; axis < last; ++axis) {
    const int64_t dim = (*this)[axis];
    if (dim < 0) Throw(Code::kShape, "the shape ", *this, " is not fully known");
    // Each factor is at most 2^32, but the product may overflow. A zero dimension later does not
    // help.
    if (dim != 0 && product > kMaxElements / dim) {
      Throw(Code::kShape, "the shape ", *this, " has more than 2^32 elements");
    }
    product *= dim;
  }
  return product;
}

void Shape::Append(int64_t dim) {
  if (rank_ >= kMaxRank) {
    Throw(Code::kShape, "a tensor can have at most ", kMaxRank, " dimensions");
  }
  if (dim < kUnknownDim || dim > kMaxElements) {
    Throw(Code::kShape, "dimension ", rank_, " is ", dim, ", which is out of range");
  }
  dims_[static_cast<size_t>(rank_++)] = dim;
}

Shape Shape::WithDim(int axis, int64_t dim) const {
  Shape result = *this;
  result[axis] = dim;
  return result;
}

Shape Shape::Without(int axis) const {
  Shape result;
  for (int i = 0; i < rank_; ++i) {
    if (i != axis) result.Append((*this)[i]);
  }
  return result;
}

bool Shape::Admits(const Shape& actual) const {
  if (!rank_known()) return true;
  if (rank_ != actual.rank_) return false;
  for (int axis = 0; axis < rank_; ++axis) {
    if ((*this)[axis] >= 0 && (*this)[axis] != actual[axis]) return false;
  }
  return true;
}

std::string Shape::ToString() const {
  if (!rank_known()) return "[?...]";
  std::string text = "[";
  for (int axis = 0; axis < rank_; ++axis) {
    if (axis > 0) text += ',';
    text += (*this)[axis] < 0 ? "?" : std::to_string((*this)[axis]);
  }
  return text + "]";
}

bool Shape::operator==(const Shape& other) const {
  return rank_ == other.rank_ && (rank_ < 0 || std::equal(begin(), end(), other.begin()));
}

std::array<int64_t, Shape::kMaxRank> RowMajorStrides(const Shape& shape) {
  std::array<int64_t, Shape::kMaxRank> strides{};
  int64_t stride = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    strides[static_cast<size_t>(axis)] = stride;
    stride *= shape[axis];
  }
  return strides;
}

Shape BroadcastShapes(const Shape& a, const Shape& b) {
  const Shape& longer = a.rank() >= b.rank() ? a : b;
  const Shape& shorter = a.rank() >= b.rank() ? b : a;
  const int offset = longer.rank() - shorter.rank();
  Shape result = longer;
  for (int axis = 0; axis < shorter.rank(); ++axis) {
    const int64_t dim = shorter[axis];
    int64_t& out = result[axis + offset];
    if (out == dim || dim == 1) continue;
    if (out != 1) Throw(Code::kShape, "the shapes ", a, " and ", b, " cannot be broadcast");
    out = dim;
  }
  return result;
}

int NormalizeAxis(int64_t axis, int rank) {
  if (axis < -rank || axis >= rank) {
    Throw(Code::kShape, "axis ", axis, " is out of range for rank ", rank);
  }
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

}  // namespace tfwasm
