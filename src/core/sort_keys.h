// SPDX-License-Identifier: Apache-2.0
// Sorting many things by way of numbers that order as they do: each instance of std::sort takes 2
// KB.
#pragma once

#include <cstdint>
#include <span>

namespace tfwasm {

void SortAscending(std::span<uint64_t> keys);
void SortDescending(std::span<uint64_t> keys);

}  // namespace tfwasm
