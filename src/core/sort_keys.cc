// SPDX-License-Identifier: Apache-2.0
#include "core/sort_keys.h"

#include <algorithm>
#include <functional>

namespace tfwasm {

void SortDescending(std::span<uint64_t> keys) {
  std::sort(keys.data(), keys.data() + keys.size(), std::greater<>());
}

void SortAscending(std::span<uint64_t> keys) {
  SortDescending(keys);
  std::reverse(keys.begin(), keys.end());
}

}  // namespace tfwasm
