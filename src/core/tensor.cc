// SPDX-License-Identifier: Apache-2.0
#include "core/tensor.h"

#include <cstring>

namespace tfwasm {

Tensor::Tensor(DType dtype, const Shape& shape)
    : dtype_(dtype),
      shape_(shape),
      size_(shape.NumElements()),
      buffer_(Buffer::Allocate(dtype, static_cast<uint64_t>(size_))) {}

Tensor::Tensor(DType dtype, const Shape& shape, std::shared_ptr<Buffer> buffer)
    : dtype_(dtype), shape_(shape), size_(shape.NumElements()), buffer_(std::move(buffer)) {
  if (buffer_->bytes() < bytes()) {
    Throw(Code::kInternal, "a buffer of ", buffer_->bytes(), " bytes cannot hold ", shape);
  }
}

Tensor Tensor::Quantized(DType dtype, const Shape& shape, const Quantization& quantization) {
  Tensor tensor = WithoutValue(dtype, shape);
  tensor.buffer_ =
      Buffer::AllocateQuantized(dtype, static_cast<uint64_t>(tensor.size_), quantization);
  return tensor;
}

Tensor Tensor::WithoutValue(DType dtype, const Shape& shape) {
  Tensor tensor;
  tensor.dtype_ = dtype;
  tensor.shape_ = shape;
  tensor.size_ = shape.NumElements();
  return tensor;
}

Tensor Tensor::Dequantized() const {
  if (!is_quantized()) return *this;
  Tensor values(dtype_, shape_);
  buffer_->CopyDequantized(values.mutable_data());
  return values;
}

Tensor Tensor::Reshaped(const Shape& shape) const {
  if (shape.NumElements() != size_) {
    Throw(Code::kShape, "cannot reshape ", shape_, " to ", shape, ": the element counts differ");
  }
  return Tensor(dtype_, shape, buffer_);
}

void Tensor::CheckType(DType expected) const {
  if (dtype_ != expected) {
    Throw(Code::kInternal, "a ", dtype_, " tensor was read as ", expected);
  }
}

std::vector<int64_t> ToInts(const Tensor& tensor) {
  if (tensor.dtype() != DType::kInt32) {
    Throw(Code::kDType, "expected an int32 tensor, got ", tensor.dtype());
  }
  const auto values = tensor.values<int32_t>();
  return {values.begin(), values.end()};
}

void Tensor::MakeUnique() {
  if (is_quantized()) {
    *this = Dequantized();
    return;
  }
  if (buffer_.use_count() == 1) {
    buffer_ = Buffer::TakeMemory(std::move(buffer_));
    return;
  }
  Tensor copy(dtype_, shape_);
  std::memcpy(copy.mutable_data(), data(), bytes());
  buffer_ = std::move(copy.buffer_);
}

}  // namespace tfwasm
