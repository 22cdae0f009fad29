// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string_view>

namespace tfwasm {

// Calls `use` with every key and value of a sorted table in the format of LevelDB, in order. Blocks
// may be compressed with Snappy. Both are valid during the call. Throws E_FILE if the text is no
// table or damaged: positions, order of keys, checksums.
void ReadSortedTable(std::string_view file,
                     const std::function<void(std::string_view key, std::string_view value)>& use);

}  // namespace tfwasm
