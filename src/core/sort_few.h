// SPDX-License-Identifier: Apache-2.0
// Sorting of few elements, such as axes. Each instance of std::sort would add 2 KB.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

namespace tfwasm {

// Insertion sort: stable, quadratic.
template <typename T, typename Less = std::less<T>>
void SortFew(std::vector<T>& elements, Less less = {}) {
  for (auto it = elements.begin(); it != elements.end(); ++it) {
    std::rotate(std::upper_bound(elements.begin(), it, *it, less), it, it + 1);
  }
}

}  // namespace tfwasm
