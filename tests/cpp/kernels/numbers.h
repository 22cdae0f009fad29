// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tfwasm {

// Deterministic numbers from -2 to 2. A different step gives different numbers.
inline std::vector<float> Numbers(int64_t count, size_t step) {
  std::vector<float> numbers(static_cast<size_t>(count));
  for (size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = static_cast<float>(i * step % 101) / 25.0F - 2.0F;
  }
  return numbers;
}

}  // namespace tfwasm
