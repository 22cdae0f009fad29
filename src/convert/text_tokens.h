// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace tfwasm {

// The tokens of a text in protobuf's text format: names and numbers, strings with their quotes, and
// single other characters. Comments are skipped. The text must outlive them.
class TextTokens {
 public:
  explicit TextTokens(std::string_view text) : text_(text) { Advance(); }

  // The current token; "" at the end.
  std::string_view current() const { return current_; }
  // Takes the current token. Throws E_PROTO at the end.
  std::string_view Take();
  // Takes the current token if it is this one.
  bool TakeIf(std::string_view token);
  // Takes the current token, a string, and returns its bytes.
  std::string TakeString();

  // Throws E_PROTO with the line.
  [[noreturn]] void Fail(std::string_view what) const;

 private:
  void Advance();
  void SkipSpace();

  std::string_view text_;
  size_t next_ = 0;
  std::string_view current_;
};

}  // namespace tfwasm
