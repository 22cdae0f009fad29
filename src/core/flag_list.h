// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace tfwasm {

// Flags, one byte each. The code of std::vector<bool> would add 5 KB.
using FlagList = std::vector<uint8_t>;

}  // namespace tfwasm
