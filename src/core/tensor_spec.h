// SPDX-License-Identifier: Apache-2.0
// The dtype and shape of a tensor that need not be there yet.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/tensor.h"

namespace tfwasm {

struct TensorSpec {
  DType dtype = DType::kInvalid;
  Shape shape;

  bool operator==(const TensorSpec&) const = default;
};

inline TensorSpec SpecOf(const Tensor& tensor) { return {tensor.dtype(), tensor.shape()}; }
std::vector<TensorSpec> SpecsOf(std::span<const Tensor> tensors);

// The shape must be known. 64 bits, since a model may request more than the address space.
inline uint64_t NumBytes(const TensorSpec& spec) {
  return static_cast<uint64_t>(spec.shape.NumElements()) * ElementSize(spec.dtype);
}

}  // namespace tfwasm
