// SPDX-License-Identifier: Apache-2.0
#include "kernels/text/code_ranges.h"

#include <algorithm>
#include <cstdint>

#include "core/sort_keys.h"

namespace tfwasm {

namespace {

struct NamedClass {
  std::string_view name;
  std::string_view ranges;  // pairs of first and last characters
};

constexpr NamedClass kClasses[] = {{"alnum", "09AZaz"},
                                   {"alpha", "AZaz"},
                                   {"ascii", std::string_view("\0\x7f", 2)},
                                   {"blank", "\t\t  "},
                                   {"cntrl", std::string_view("\0\x1f\x7f\x7f", 4)},
                                   {"digit", "09"},
                                   {"graph", "!~"},
                                   {"lower", "az"},
                                   {"print", " ~"},
                                   {"punct", "!/:@[`{~"},
                                   {"space", "\t\r  "},
                                   {"upper", "AZ"},
                                   {"word", "09AZaz__"},
                                   {"xdigit", "09AFaf"},
                                   {"d", "09"},
                                   {"s", "\t\n\f\r  "},
                                   {"w", "09AZaz__"}};

}  // namespace

CodeRanges Complement(const CodeRanges& ranges) {
  std::vector<uint64_t> keys;
  for (const CodeRange& range : ranges) keys.push_back(uint64_t{range.first} << 32 | range.last);
  SortAscending(keys);
  CodeRanges result;
  uint32_t next = 0;
  for (const uint64_t key : keys) {
    const auto first = static_cast<uint32_t>(key >> 32);
    if (first > next) result.push_back({next, first - 1});
    next = std::max(next, static_cast<uint32_t>(key) + 1);
  }
  if (next <= kLastCode) result.push_back({next, kLastCode});
  return result;
}

void Append(CodeRanges& to, const CodeRanges& from) {
  to.insert(to.end(), from.begin(), from.end());
}

void AddOtherCase(CodeRanges& ranges) {
  const size_t count = ranges.size();
  for (size_t i = 0; i < count; ++i) {
    const CodeRange range = ranges[i];
    for (const uint32_t first : {uint32_t{'a'}, uint32_t{'A'}}) {
      const uint32_t low = std::max(range.first, first);
      const uint32_t high = std::min(range.last, first + 25);
      if (low <= high) ranges.push_back({low ^ 32, high ^ 32});
    }
  }
}

bool FindClass(std::string_view name, bool is_negated, CodeRanges& out) {
  for (const NamedClass& known : kClasses) {
    if (known.name != name) continue;
    CodeRanges ranges;
    for (size_t i = 0; i < known.ranges.size(); i += 2) {
      ranges.push_back(
          {static_cast<uint8_t>(known.ranges[i]), static_cast<uint8_t>(known.ranges[i + 1])});
    }
    Append(out, is_negated ? Complement(ranges) : ranges);
    return true;
  }
  return false;
}

}  // namespace tfwasm
