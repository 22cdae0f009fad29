// SPDX-License-Identifier: Apache-2.0
// nlohmann/json's SAX parser for texts in memory: JsonParser. Only for json.cc.
//
// The grammar, numbers, escapes and UTF-8 are checked by the library. What is replaced here is how
// its lexer gets and keeps characters: it would copy each one twice, once for error messages, which
// made parsing 20 times slower. Members that need snprintf or the locale are replaced, too.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/str_cat.h"

namespace tfwasm {

// The input adapter.
class JsonText {
 public:
  using char_type = char;

  explicit JsonText(std::string_view text) : next_(text.data()), end_(text.data() + text.size()) {}

  int get_character() {
    return next_ == end_ ? std::char_traits<char>::eof() : static_cast<unsigned char>(*next_++);
  }

  // Consumes the characters before the next one that has a meaning in a string or is not ASCII.
  std::string_view TakePlain() {
    const char* end = next_;
    while (end_ - end >= kStep && ArePlain(end)) end += kStep;
    while (end != end_ && IsPlain(*end)) ++end;
    const char* start = std::exchange(next_, end);
    return {start, static_cast<size_t>(end - start)};
  }

  // The number of characters up to the first one of the current token, inclusive.
  size_t token_start = 0;

 private:
  static constexpr int kStep = 8;

  static bool IsPlain(char c) {
    return static_cast<signed char>(c) >= ' ' && c != '"' && c != '\\';
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

  const char* next_;
  const char* end_;
};

// The string type: the last string or number. A string without escapes is a view of the text.
class JsonToken {
 public:
  using value_type = char;

  // Sets the start of a string, a part of the text.
  void Start(std::string_view plain) {
    plain_ = plain.data();
    size_ = plain.size();
  }

  bool is_view_of_text() const { return plain_ != nullptr; }
  std::string_view view() const { return {is_view_of_text() ? plain_ : buffer_.get(), size_}; }

  // Called by the lexer. data() ends with a zero byte and is only called for numbers.
  void clear() { Start({}); }
  void push_back(char c) {
    if (is_view_of_text() || size_ == capacity_) MakeRoom();
    buffer_[size_++] = c;
  }
  const char* data() {
    push_back('\0');
    --size_;
    return buffer_.get();
  }
  size_t size() const { return size_; }

 private:
  // Moves the token to the buffer, with room for more characters.
  void MakeRoom() {
    constexpr size_t kLeastBytes = 64;
    const std::string_view old = view();
    if (size_ >= capacity_) {
      capacity_ = std::max(kLeastBytes, size_ * 2);
      auto larger = std::make_unique_for_overwrite<char[]>(capacity_);
      std::copy(old.begin(), old.end(), larger.get());
      buffer_ = std::move(larger);
    } else {
      std::copy(old.begin(), old.end(), buffer_.get());
    }
    plain_ = nullptr;
  }

  const char* plain_ = nullptr;
  size_t size_ = 0;
  std::unique_ptr<char[]> buffer_;
  size_t capacity_ = 0;
};

using JsonTypes = nlohmann::basic_json<std::map, std::vector, JsonToken>;
using JsonLexer = nlohmann::detail::lexer<JsonTypes, JsonText>;
using JsonParser = nlohmann::detail::parser<JsonTypes, JsonText>;

}  // namespace tfwasm

namespace nlohmann::detail {

using tfwasm::JsonLexer;
using tfwasm::JsonParser;

template <>
inline int JsonLexer::get() {
  ++position.chars_read_total;
  if (!std::exchange(next_unget, false)) current = ia.get_character();
  return current;
}

template <>
inline void JsonLexer::unget() {
  --position.chars_read_total;
  next_unget = true;
}

template <>
inline void JsonLexer::skip_whitespace() {
  do get();
  while (current == ' ' || current == '\n' || current == '\t' || current == '\r');
  ia.token_start = position.chars_read_total;
  // The library would take a zero byte for the end.
  constexpr int kNoCharacter = 256;
  if (current == '\0') current = kNoCharacter;
}

// Called at the first character of a string or number.
template <>
inline void JsonLexer::reset() noexcept {
  token_buffer.clear();
  if (current != '"') return;
  const std::string_view plain = ia.TakePlain();
  token_buffer.Start(plain);
  position.chars_read_total += plain.size();
}

template <>
inline char JsonLexer::get_decimal_point() noexcept {
  return '.';
}

// Called for errors: the start of an unexpected token, or the wrong character within one.
template <>
constexpr position_t JsonLexer::get_position() const noexcept {
  position_t result = position;
  if (*error_message == '\0') result.chars_read_total = ia.token_start;
  return result;
}

// Only used for numbers that are too large.
template <>
[[gnu::noinline]] inline std::string JsonLexer::get_token_string() const {
  constexpr size_t kMostCharacters = 40;
  return std::string(token_buffer.view().substr(0, kMostCharacters));
}

template <>
[[gnu::noinline]] inline std::string JsonParser::exception_message(token_type expected,
                                                                   const std::string&) {
  if (last_token == token_type::parse_error) return m_lexer.get_error_message();
  std::string message = tfwasm::StrCat("unexpected ", JsonLexer::token_type_name(last_token));
  if (expected == token_type::uninitialized) return message;
  return tfwasm::StrCat(message, "; expected ", JsonLexer::token_type_name(expected));
}

}  // namespace nlohmann::detail
