// SPDX-License-Identifier: Apache-2.0
// A persistent list of tensors: a changed copy shares all but a few tree nodes with the original.
// So a loop that sets or appends one element per iteration needs time and memory only for what it
// stores.
#pragma once

#include <memory>
#include <vector>

#include "core/object.h"
#include "core/tensor.h"

namespace tfwasm {

class TensorList : public Object {
 public:
  static constexpr std::string_view kKind = "TensorList";
  static constexpr int64_t kMostElements = int64_t{1} << 24;

  // `element_shape` may be partial. `max_size`: -1 for no limit.
  TensorList(DType dtype, const Shape& element_shape, int64_t max_size = -1)
      : dtype_(dtype), element_shape_(element_shape), max_size_(max_size) {}

  std::string_view kind() const override { return kKind; }
  DType dtype() const { return dtype_; }
  const Shape& element_shape() const { return element_shape_; }
  int64_t size() const { return size_; }

  // An empty tensor if the element was never set. Throws E_INPUT if the index is out of range.
  Tensor Get(int64_t index) const;
  // All elements; unset ones as zeros. Throws E_SHAPE if their shape is unknown.
  std::vector<Tensor> GetAll(const Shape& shape) const;

  // Modify this list in place. Copy a list before if others may use it. Throw E_INPUT, E_SHAPE,
  // E_DTYPE or E_LIMIT.
  void Set(int64_t index, Tensor element);
  void Append(Tensor element);
  void Resize(int64_t size);

  // The value of an unset element: zeros.
  Tensor Unset(const Shape& shape) const;

 private:
  // Copy-on-write: copied before a change if another list refers to it.
  struct Node {
    Tensor element;                               // for a leaf
    std::vector<std::shared_ptr<Node>> children;  // for an inner node; null where nothing is set
  };

  void Check(const Tensor& element);
  void CheckIndex(int64_t index) const;
  void CheckSize(int64_t size) const;
  void Store(int64_t index, Tensor element);

  DType dtype_;
  Shape element_shape_;
  int64_t max_size_;
  int64_t size_ = 0;
  int depth_ = 1;   // nesting of lists in lists
  int levels_ = 0;  // of the tree, which has room for 32^levels elements
  std::shared_ptr<Node> root_;
};

}  // namespace tfwasm
