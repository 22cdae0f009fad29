// SPDX-License-Identifier: Apache-2.0
#include "ops/tensor_list.h"

#include <algorithm>

#include "ops/handles.h"

namespace tfwasm {

namespace {

constexpr int kBits = 5;
constexpr size_t kChildren = size_t{1} << kBits;

size_t ChildIndex(int64_t index, int level) {
  return static_cast<size_t>(index >> (level * kBits)) & (kChildren - 1);
}

}  // namespace

void TensorList::CheckIndex(int64_t index) const {
  if (index < 0 || index >= size_) {
    Throw(Code::kInput, "the index ", index, " is out of range: the list has ", size_, " elements");
  }
}

void TensorList::CheckSize(int64_t size) const {
  if (size < 0) Throw(Code::kInput, "a list cannot have ", size, " elements");
  if (size > kMostElements) Throw(Code::kLimit, "a list of ", size, " elements is too long");
  if (max_size_ >= 0 && size > max_size_) {
    Throw(Code::kInput, "the list may have no more than ", max_size_, " elements, not ", size);
  }
}

// Limits the nesting of lists: their destruction is recursive.
void TensorList::Check(const Tensor& element) {
  constexpr int kMostDepth = 64;
  ExpectElement(element, dtype_, element_shape_);
  if (dtype_ != DType::kVariant) return;
  const int depth = HandleTo<TensorList>(element)->depth_ + 1;
  if (depth > kMostDepth) Throw(Code::kLimit, "lists are nested more than ", kMostDepth, " deep");
  depth_ = std::max(depth_, depth);
}

Tensor TensorList::Get(int64_t index) const {
  CheckIndex(index);
  const Node* node = root_.get();
  for (int level = levels_ - 1; node != nullptr && level >= 0; --level) {
    const size_t child = ChildIndex(index, level);
    node = child < node->children.size() ? node->children[child].get() : nullptr;
  }
  return node == nullptr ? Tensor() : node->element;
}

Tensor TensorList::Unset(const Shape& shape) const {
  const Shape known = MergeShapes(element_shape_, shape);
  if (!known.IsKnown()) {
    Throw(Code::kShape, "an element that was never set has no size: elements have shape ", known);
  }
  return ZeroElement(dtype_, known);
}

std::vector<Tensor> TensorList::GetAll(const Shape& shape) const {
  std::vector<Tensor> elements;
  Shape common = MergeShapes(element_shape_, shape);
  bool has_unset = false;
  for (int64_t i = 0; i < size_; ++i) {
    elements.push_back(Get(i));
    if (elements.back().empty()) {
      has_unset = true;
    } else {
      common = MergeShapes(common, elements.back().shape());
    }
  }
  if (!has_unset) return elements;
  const Tensor unset = Unset(common);
  for (Tensor& element : elements) {
    if (element.empty()) element = unset;
  }
  return elements;
}

void TensorList::Set(int64_t index, Tensor element) {
  CheckIndex(index);
  Check(element);
  Store(index, std::move(element));
}

void TensorList::Append(Tensor element) {
  CheckSize(size_ + 1);
  Check(element);
  Resize(size_ + 1);
  Store(size_ - 1, std::move(element));
}

void TensorList::Resize(int64_t size) {
  CheckSize(size);
  // Dropped elements must be unset if the list grows again.
  if (size < size_ && size_ - size > 1) {
    TensorList shorter(dtype_, element_shape_, max_size_);
    shorter.Resize(size);
    for (int64_t i = 0; i < size; ++i) {
      if (Tensor element = Get(i); !element.empty()) shorter.Store(i, std::move(element));
    }
    *this = std::move(shorter);
    return;
  }
  if (size < size_) Store(size, Tensor());
  size_ = size;
  while (levels_ == 0 || int64_t{1} << (levels_ * kBits) < size) {
    if (root_ != nullptr) {
      auto root = std::make_shared<Node>();
      root->children.push_back(std::move(root_));
      root_ = std::move(root);
    }
    ++levels_;
  }
}

// Copies shared nodes along the path.
void TensorList::Store(int64_t index, Tensor element) {
  std::shared_ptr<Node>* place = &root_;
  for (int level = levels_ - 1;; --level) {
    if (*place == nullptr) {
      *place = std::make_shared<Node>();
    } else if (place->use_count() > 1) {
      *place = std::make_shared<Node>(**place);
    }
    if (level < 0) break;
    auto& children = (*place)->children;
    const size_t child = ChildIndex(index, level);
    if (children.size() <= child) children.resize(child + 1);
    place = &children[child];
  }
  (*place)->element = std::move(element);
}

}  // namespace tfwasm
