// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace tfwasm {

// How many elements of the ascending row come before `value`: the smaller ones, with kIsUpper those
// that equal it, too. Halves the row without branches, which would be taken at random.
template <bool kIsUpper, typename T>
int32_t FindPlace(const T* row, int64_t columns, T value) {
  const T* place = row;
  for (auto left = static_cast<size_t>(columns); left > 0;) {
    const size_t half = (left + 1) / 2;
    const T element = place[half - 1];
    size_t mask = size_t{0} - static_cast<size_t>(kIsUpper ? !(value < element) : element < value);
    // The compiler is not to know that it is all ones or none.
    asm("" : "+r"(mask));
    place += half & mask;
    left -= half;
  }
  return static_cast<int32_t>(place - row);
}

}  // namespace tfwasm
