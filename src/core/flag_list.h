// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace tfwasm {

// One flag for each of many things, a byte each: the code of std::vector<bool> takes 5 KB.
using FlagList = std::vector<uint8_t>;

}  // namespace tfwasm
