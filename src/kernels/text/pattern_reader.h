// SPDX-License-Identifier: Apache-2.0
// A cursor over the text of a regular expression.
#pragma once

#include <algorithm>
#include <string_view>

#include "core/error.h"
#include "kernels/text/regex.h"

namespace tfwasm {

// The value of a hexadecimal digit; -1 if it is not one.
inline int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

struct PatternReader {
  explicit PatternReader(std::string_view text) : pattern(text) {}

  [[noreturn]] void Fail(std::string_view why) const {
    Throw(Code::kAttr, "the regular expression '", pattern, "': ", why, " (at byte ", at, ")");
  }

  std::string_view rest() const { return pattern.substr(at); }
  bool AtDigit(char last) const { return !rest().empty() && rest()[0] >= '0' && rest()[0] <= last; }

  bool Take(std::string_view text) {
    if (!rest().starts_with(text)) return false;
    at += text.size();
    return true;
  }
  char TakeByte() {
    if (rest().empty()) Fail("it ends too early");
    return pattern[at++];
  }
  uint32_t TakeCode() {
    if (rest().empty()) Fail("it ends too early");
    const CodePoint point = DecodeUtf8(rest());
    if (point.code == kBadCode) Fail("it is not valid UTF-8");
    at += point.size;
    return point.code;
  }
  // Reads a number, capped at `most`. Returns false if there is none.
  bool TakeNumber(int64_t most, int64_t& number) {
    if (!AtDigit('9')) return false;
    for (number = 0; AtDigit('9');) number = std::min(number * 10 + (TakeByte() - '0'), most);
    return true;
  }

  std::string_view pattern;
  size_t at = 0;
};

}  // namespace tfwasm
