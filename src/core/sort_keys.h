// SPDX-License-Identifier: Apache-2.0
// Sorting of many elements by integer keys. Each instance of std::sort would add 2 KB.
#pragma once

#include <cstdint>
#include <span>

namespace tfwasm {

void SortAscending(std::span<uint64_t> keys);
void SortDescending(std::span<uint64_t> keys);

}  // namespace tfwasm
