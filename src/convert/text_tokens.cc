// SPDX-License-Identifier: Apache-2.0
#include "convert/text_tokens.h"

#include <algorithm>
#include <cstdint>

#include "core/error.h"

namespace tfwasm {

namespace {

bool IsWord(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '.' || c == '-' || c == '+' || c == '/';
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

void AppendUtf8(uint32_t code, std::string& out) {
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  const uint32_t marks[] = {0, 0xc0, 0xe0, 0xf0};
  out += static_cast<char>(marks[more] | code >> 6 * more);
  for (int i = more; i-- > 0;) out += static_cast<char>(0x80 | (code >> 6 * i & 0x3f));
}

// Takes up to `most` digits of a base from the start of a text.
uint32_t TakeDigits(std::string_view& text, int most, int base) {
  uint32_t value = 0;
  for (int i = 0; i < most && !text.empty(); ++i) {
    const int digit = HexDigit(text.front());
    if (digit < 0 || digit >= base) break;
    value = value * static_cast<uint32_t>(base) + static_cast<uint32_t>(digit);
    text.remove_prefix(1);
  }
  return value;
}

// Appends the character of an escape sequence, whose backslash has been taken.
void AppendEscape(std::string_view& text, std::string& out) {
  constexpr std::string_view kNames = "nrtabfv";
  constexpr std::string_view kValues = "\n\r\t\a\b\f\v";
  const char c = text.front();
  if (c >= '0' && c <= '7') {
    out += static_cast<char>(TakeDigits(text, 3, 8));
    return;
  }
  text.remove_prefix(1);
  const size_t name = kNames.find(c);
  if (name != kNames.npos) {
    out += kValues[name];
  } else if (c == 'x' || c == 'X') {
    out += static_cast<char>(TakeDigits(text, 2, 16));
  } else if (c == 'u' || c == 'U') {
    AppendUtf8(TakeDigits(text, c == 'u' ? 4 : 8, 16) & 0x1fffff, out);
  } else {
    out += c;
  }
}

}  // namespace

void TextTokens::Fail(std::string_view what) const {
  const std::string_view before = text_.substr(0, next_);
  Throw(Code::kProto, "line ", 1 + std::ranges::count(before, '\n'), ": ", what);
}

void TextTokens::SkipSpace() {
  while (next_ < text_.size()) {
    const char c = text_[next_];
    if (c == '#') {
      next_ = std::min(text_.find('\n', next_), text_.size());
    } else if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
      ++next_;
    } else {
      return;
    }
  }
}

void TextTokens::Advance() {
  SkipSpace();
  const size_t start = next_;
  if (start == text_.size()) {
    current_ = {};
    return;
  }
  const char c = text_[next_++];
  if (c == '"' || c == '\'') {
    while (next_ < text_.size() && text_[next_] != c) next_ += text_[next_] == '\\' ? 2 : 1;
    if (next_ >= text_.size()) {
      next_ = text_.size();
      Fail("a string does not end");
    }
    ++next_;
  } else if (IsWord(c)) {
    while (next_ < text_.size() && IsWord(text_[next_])) ++next_;
  }
  current_ = text_.substr(start, next_ - start);
}

std::string_view TextTokens::Take() {
  if (current_.empty()) Fail("the text ends too early");
  const std::string_view token = current_;
  Advance();
  return token;
}

bool TextTokens::TakeIf(std::string_view token) {
  if (current_ != token) return false;
  Advance();
  return true;
}

std::string TextTokens::TakeString() {
  const std::string_view token = Take();
  std::string_view rest = token.substr(1, token.size() - 2);
  std::string value;
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '\\' && !rest.empty()) {
      AppendEscape(rest, value);
    } else {
      value += c;
    }
  }
  return value;
}

}  // namespace tfwasm
