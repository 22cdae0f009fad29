// SPDX-License-Identifier: Apache-2.0
#include "ops/op_context.h"

namespace tfwasm {

void OpContext::ExpectDType(int i, DType expected, std::string_view what) const {
  if (dtype(i) != expected) {
    Throw(Code::kDType, what, " must be ", expected, ", got ", dtype(i));
  }
}

void OpContext::ExpectRank(int i, int rank, std::string_view what) const {
  if (shape(i).rank() != rank) {
    Throw(Code::kShape, what, " must have rank ", rank, ", got shape ", shape(i));
  }
}

void InferContext::Grow(int i) {
  const auto count = static_cast<size_t>(i) + 1;
  if (outputs_.size() < count) outputs_.resize(count);
  if (output_values_.size() < count) output_values_.resize(count);
}

void InferContext::set_output(int i, DType dtype, const Shape& shape) {
  Grow(i);
  outputs_[static_cast<size_t>(i)] = {dtype, shape};
}

void InferContext::set_output_unknown(int i, DType dtype) {
  set_output(i, dtype, Shape::UnknownRank());
}

void InferContext::set_output_value(int i, Tensor value) {
  set_output(i, value.dtype(), value.shape());
  output_values_[static_cast<size_t>(i)] = std::move(value);
}

Environment& TensorContext::environment() const {
  if (environment_ == nullptr) Throw(Code::kInput, "this op can only run inside a model");
  return *environment_;
}

Tensor& RunContext::AllocateOutput(int i, const Shape&) {
  Throw(Code::kInternal, "output ", i, " was planned and must not be allocated");
}

}  // namespace tfwasm
