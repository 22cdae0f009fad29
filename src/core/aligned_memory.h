// SPDX-License-Identifier: Apache-2.0
// Uninitialized, aligned memory for kernels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace tfwasm {

class AlignedMemory {
 public:
  // Enough for every SIMD load.
  static constexpr size_t kAlignment = 64;
  // XNNPACK's kernels may read this far past the end (XNN_EXTRA_BYTES).
  static constexpr size_t kPadding = 16;

  // Empty.
  AlignedMemory() = default;
  // Empty if the allocation fails.
  explicit AlignedMemory(uint64_t bytes);

  void* data() const {
    const auto address = reinterpret_cast<uintptr_t>(memory_.get());
    return memory_.get() + (kAlignment - address % kAlignment) % kAlignment;
  }
  explicit operator bool() const { return memory_ != nullptr; }

 private:
  struct Free {
    void operator()(std::byte* memory) const { std::free(memory); }
  };

  std::unique_ptr<std::byte, Free> memory_;
};

}  // namespace tfwasm
