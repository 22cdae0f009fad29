// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "core/tensor.h"
#include "graph/weight_spec.h"

namespace tfwasm {

// Receives the bytes of one weight and builds its tensor.
class WeightReceiver {
 public:
  // Allocates the memory. The weight must have at least one element. Throws E_OOM.
  static std::unique_ptr<WeightReceiver> Create(const WeightSpec& spec);
  virtual ~WeightReceiver() = default;

  // Where to write the next bytes; empty when the weight is complete.
  virtual std::span<uint8_t> Target() = 0;
  // Call after writing the first `bytes` of Target(). Throws E_STRING.
  virtual void Commit(size_t bytes) = 0;
  // The finished tensor, once Target() is empty. Call once.
  virtual Tensor Take() = 0;
};

}  // namespace tfwasm
