// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "core/tensor.h"
#include "graph/weight_spec.h"

namespace tfwasm {

// Takes the bytes of one weight and makes its tensor of them.
class WeightReceiver {
 public:
  // Takes the memory for a weight with at least one element. Throws E_OOM.
  static std::unique_ptr<WeightReceiver> Create(const WeightSpec& spec);
  virtual ~WeightReceiver() = default;

  // Where the next bytes of this weight belong; empty once it is complete.
  virtual std::span<uint8_t> Target() = 0;
  // Says that the first `bytes` of Target() were written. Throws E_STRING.
  virtual void Commit(size_t bytes) = 0;
  // The finished tensor, once Target() is empty. Call once.
  virtual Tensor Take() = 0;
};

}  // namespace tfwasm
