// SPDX-License-Identifier: Apache-2.0
// The dimensions of a tensor, stored inline: a Shape never allocates.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

namespace tfwasm {

class Shape {
 public:
  static constexpr int kMaxRank = 8;
  static constexpr int64_t kUnknownDim = -1;

  Shape() = default;  // rank 0: a scalar
  Shape(std::initializer_list<int64_t> dims)
      : Shape(std::span<const int64_t>(dims.begin(), dims.size())) {}
  // Throws E_SHAPE when the rank exceeds kMaxRank or a dimension is below -1.
  explicit Shape(std::span<const int64_t> dims);
  explicit Shape(std::span<const int32_t> dims);

  // A shape with unknown rank.
  static Shape UnknownRank();

  bool rank_known() const { return rank_ >= 0; }
  // True when the rank and every dimension are known.
  bool IsKnown() const;

  int rank() const { return rank_; }
  int64_t operator[](int axis) const { return dims_[static_cast<size_t>(axis)]; }
  int64_t& operator[](int axis) { return dims_[static_cast<size_t>(axis)]; }
  std::span<const int64_t> dims() const [[clang::lifetimebound]] {
    return {dims_.data(), static_cast<size_t>(rank_)};
  }
  const int64_t* begin() const [[clang::lifetimebound]] { return dims_.data(); }
  const int64_t* end() const [[clang::lifetimebound]] { return dims_.data() + rank_; }

  // Number of elements of a known shape. Throws E_SHAPE when it exceeds 2^32.
  int64_t NumElements() const;
  // Product of the dimensions in [first, last).
  int64_t Product(int first, int last) const;

  void Append(int64_t dim);
  Shape WithDim(int axis, int64_t dim) const;
  Shape Without(int axis) const;

  // Whether a tensor of the known shape `actual` fits this possibly partial shape.
  bool Admits(const Shape& actual) const;

  // "[1,224,224,3]"; "?" for what is unknown.
  std::string ToString() const;

  bool operator==(const Shape& other) const;

 private:
  int rank_ = 0;  // -1: unknown rank
  std::array<int64_t, kMaxRank> dims_{};
};

// Element strides of a row-major tensor of this shape.
std::array<int64_t, Shape::kMaxRank> RowMajorStrides(const Shape& shape);

// The shape that NumPy-style broadcasting gives `a` and `b`. Throws E_SHAPE when they disagree.
Shape BroadcastShapes(const Shape& a, const Shape& b);

// A tensor as [outer, size, inner] around an axis.
struct AxisSplit {
  AxisSplit(const Shape& shape, int axis)
      : outer(shape.Product(0, axis)),
        size(shape[axis]),
        inner(shape.Product(axis + 1, shape.rank())) {}

  int64_t outer;
  int64_t size;
  int64_t inner;
};

// `axis` counted from the front, for axis in [-rank, rank). Throws E_SHAPE otherwise.
int NormalizeAxis(int64_t axis, int rank);

}  // namespace tfwasm
