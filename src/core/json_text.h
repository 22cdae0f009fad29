// SPDX-License-Identifier: Apache-2.0
// A JSON text as the lexer of nlohmann/json reads it. Only for json.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <string_view>
#include <utility>

namespace tfwasm {

// The lexer copies every character twice, so it gets only those that it must see. It does not get
// the start of a string up to the first escape or non-ASCII character (the plain start), nor a
// space after another one. This makes parsing five times faster.
class JsonText {
 public:
  // The characters that the lexer gets. An iterator without a text is the end.
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = char;

    Iterator() = default;
    explicit Iterator(JsonText* text) : text_(text) {}

    char operator*() const { return text_->Current(); }
    Iterator& operator++() {
      text_->Advance();
      return *this;
    }
    bool operator==(const Iterator& other) const { return IsEnd() == other.IsEnd(); }

   private:
    bool IsEnd() const { return text_ == nullptr || text_->next_ == text_->end_; }

    JsonText* text_ = nullptr;
  };

  explicit JsonText(std::string_view text)
      : start_(text.data()), next_(text.data()), end_(text.data() + text.size()) {}

  Iterator begin() { return Iterator(this); }
  static Iterator end() { return {}; }

  // Of the last string.
  std::string_view plain_start() const { return plain_start_; }

  // The offset in the text of the `count`th character that the lexer got, one of the last two; or
  // of the end, if it got fewer.
  size_t OffsetOf(size_t count) const {
    const char* position = end_;
    if (count == count_) position = last_;
    if (count + 1 == count_) position = before_last_;
    return static_cast<size_t>(position - start_);
  }

  // The offset of the start of the token that ends at `offset`.
  size_t StartOfToken(size_t offset) const {
    if (start_[offset] == '"') return static_cast<size_t>(plain_start_.data() - 1 - start_);
    const std::string_view before(start_, offset + 1);
    if (!IsWord(before.back())) return offset;
    while (offset > 0 && IsWord(before[offset - 1])) --offset;
    return offset;
  }

 private:
  static constexpr int kStep = 8;

  static bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }
  static bool IsPlain(char c) {
    return static_cast<signed char>(c) >= ' ' && c != '"' && c != '\\';
  }
  // Whether it is part of a number or literal.
  static bool IsWord(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == 'E' || c == '.' || c == '+' ||
           c == '-';
  }

  // IsPlain for `kStep` characters at once: each subtraction sets the high bit of a byte if one is
  // not plain.
  static bool ArePlain(const char* text) {
    constexpr uint64_t kOnes = 0x0101010101010101;
    uint64_t chars;
    std::memcpy(&chars, text, kStep);
    const uint64_t quotes = (chars ^ kOnes * '"') - kOnes;
    const uint64_t backslashes = (chars ^ kOnes * '\\') - kOnes;
    const uint64_t controls = chars - kOnes * ' ';
    return ((chars | quotes | backslashes | controls) & kOnes * 0x80) == 0;
  }

  // The lexer takes a zero byte between tokens for the end, so it gets another invalid character.
  char Current() const { return *next_ == '\0' && !is_in_string_ ? '\x01' : *next_; }

  void Advance() {
    before_last_ = std::exchange(last_, next_);
    ++count_;
    const char c = *next_++;
    if (is_in_string_) {
      is_in_string_ = is_escaped_ || c != '"';
      is_escaped_ = !is_escaped_ && c == '\\';
    } else if (c == '"') {
      is_in_string_ = true;
      TakePlainStart();
    } else if (IsSpace(c)) {
      while (next_ != end_ && IsSpace(*next_)) ++next_;
    }
  }

  void TakePlainStart() {
    const char* start = next_;
    while (end_ - next_ >= kStep && ArePlain(next_)) next_ += kStep;
    while (next_ != end_ && IsPlain(*next_)) ++next_;
    plain_start_ = {start, static_cast<size_t>(next_ - start)};
  }

  const char* start_;
  const char* next_;
  const char* end_;
  bool is_in_string_ = false;
  bool is_escaped_ = false;  // whether the last character was a backslash that starts an escape
  std::string_view plain_start_;
  size_t count_ = 0;  // of the characters that the lexer got
  const char* last_ = nullptr;
  const char* before_last_ = nullptr;
};

}  // namespace tfwasm
