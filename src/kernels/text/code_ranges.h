// SPDX-License-Identifier: Apache-2.0
// Sets of Unicode code points, for character classes of regular expressions.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace tfwasm {

struct CodeRange {
  uint32_t first;
  uint32_t last;
};
using CodeRanges = std::vector<CodeRange>;

inline constexpr uint32_t kLastCode = 0x10ffff;

// The ranges that are not in `ranges`.
CodeRanges Complement(const CodeRanges& ranges);

void Append(CodeRanges& to, const CodeRanges& from);

// Adds the other case of all ASCII letters in `ranges`.
void AddOtherCase(CodeRanges& ranges);

// Adds the POSIX class `name`, such as "alpha", or the class "d", "s" or "w", negated if
// `is_negated`. Returns false if there is no such class.
bool FindClass(std::string_view name, bool is_negated, CodeRanges& out);

}  // namespace tfwasm
