// SPDX-License-Identifier: Apache-2.0
// A dtype and shape on a reference-counted Buffer. Copies share the memory.
#pragma once

#include <initializer_list>
#include <memory>
#include <span>
#include <vector>

#include "core/buffer.h"
#include "core/dtype.h"
#include "core/error.h"
#include "core/shape.h"

namespace tfwasm {

class Tensor {
 public:
  Tensor() = default;  // no tensor: empty() is true
  // Allocates uninitialized elements. The shape must be known. Throws E_SHAPE or E_OOM.
  Tensor(DType dtype, const Shape& shape);
  // Shares `buffer`, which must be large enough for dtype and shape.
  Tensor(DType dtype, const Shape& shape, std::shared_ptr<Buffer> buffer);
  // Allocates uninitialized elements in the bytes of `quantization`, which are in
  // buffer()->stored(). data() dequantizes them.
  static Tensor Quantized(DType dtype, const Shape& shape, const Quantization& quantization);
  // Stands for a tensor that is computed later: has no buffer, and empty() is true.
  static Tensor WithoutValue(DType dtype, const Shape& shape);

  template <typename T>
  static Tensor Scalar(T value) {
    return FromValues<T>({}, {value});
  }
  template <typename T>
  static Tensor FromValues(const Shape& shape, std::initializer_list<T> values) {
    return FromSpan<T>(shape, std::span<const T>(values.begin(), values.size()));
  }
  template <typename T>
  static Tensor FromSpan(const Shape& shape, std::span<const T> values);

  bool empty() const { return buffer_ == nullptr; }
  DType dtype() const { return dtype_; }
  const Shape& shape() const [[clang::lifetimebound]] { return shape_; }
  int64_t size() const { return size_; }
  bool is_quantized() const { return buffer_ != nullptr && buffer_->is_quantized(); }
  size_t bytes() const { return static_cast<size_t>(size_) * ElementSize(dtype_); }

  const void* data() const { return buffer_->data(); }
  void* mutable_data() { return buffer_->data(); }
  const std::shared_ptr<Buffer>& buffer() const [[clang::lifetimebound]] { return buffer_; }

  // The elements as T. Throws E_INTERNAL when T is not the dtype's type.
  template <typename T>
  std::span<const T> values() const [[clang::lifetimebound]] {
    CheckType(DTypeOf<T>());
    return {static_cast<const T*>(data()), static_cast<size_t>(size_)};
  }
  template <typename T>
  std::span<T> mutable_values() [[clang::lifetimebound]] {
    CheckType(DTypeOf<T>());
    return {static_cast<T*>(mutable_data()), static_cast<size_t>(size_)};
  }

  // Call before changing the elements of a tensor that others may have seen: gives it a buffer that
  // no other tensor has. Copies the elements only if the buffer is shared.
  void MakeUnique();

  // For reading the elements once: if they are quantized, a copy in their dtype, after which the
  // bytes stay as they are. Otherwise the same tensor.
  Tensor Dequantized() const;

  // The same buffer with another shape with as many elements.
  Tensor Reshaped(const Shape& shape) const;

 private:
  void CheckType(DType expected) const;

  DType dtype_ = DType::kInvalid;
  Shape shape_;
  int64_t size_ = 0;
  std::shared_ptr<Buffer> buffer_;
};

template <typename T>
Tensor Tensor::FromSpan(const Shape& shape, std::span<const T> values) {
  Tensor tensor(DTypeOf<T>(), shape);
  if (values.size() != static_cast<size_t>(tensor.size())) {
    Throw(Code::kShape, "the shape ", shape, " does not hold ", values.size(), " values");
  }
  std::copy(values.begin(), values.end(), static_cast<T*>(tensor.mutable_data()));
  return tensor;
}

// The elements of an int32 tensor (shapes, axes, sizes) as 64-bit integers.
std::vector<int64_t> ToInts(const Tensor& tensor);

}  // namespace tfwasm
