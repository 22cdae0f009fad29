// SPDX-License-Identifier: Apache-2.0
// JSON as data: a parsed text, and the little that is needed to write one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tfwasm {

struct JsonMember;

// Values side by side in a document, like a std::span, which does not take incomplete types.
template <typename T>
class JsonSpan {
 public:
  constexpr JsonSpan() = default;
  JsonSpan(const T* data, size_t size) : data_(data), size_(size) {}

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  const T& operator[](size_t i) const { return data_[i]; }

 private:
  const T* data_ = nullptr;
  size_t size_ = 0;
};

// A value of a JsonDocument, which must outlive it: strings, lists and objects lie there.
class Json {
 public:
  using Array = JsonSpan<Json>;
  using Object = JsonSpan<JsonMember>;  // in the order of the text

  Json() = default;  // null

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }

  // The value, or nullptr when it is of another kind.
  const bool* AsBool() const { return std::get_if<bool>(&value_); }
  const std::string_view* AsString() const { return std::get_if<std::string_view>(&value_); }
  const Array* AsArray() const { return std::get_if<Array>(&value_); }
  const Object* AsObject() const { return std::get_if<Object>(&value_); }

  // A number, if it is one; AsInt only if it is integral and fits.
  std::optional<int64_t> AsInt() const;
  std::optional<double> AsDouble() const;

  // The member of an object. nullptr when it is absent or null or this is no object; the last one
  // when the key occurs more than once, as in JavaScript.
  const Json* Find(std::string_view key) const;

  // "an object", "a string", ...: for error messages.
  std::string_view KindName() const;

 private:
  friend class JsonBuilder;

  using Value =
      std::variant<std::monostate, bool, int64_t, double, std::string_view, Array, Object>;
  explicit Json(Value value) : value_(value) {}

  Value value_;
};

struct JsonMember {
  std::string_view key;
  Json value;
};

// Owns a parsed text in a handful of pieces of memory, however many values it has.
class JsonDocument {
 public:
  const Json& root() const { return root_; }

 private:
  friend class JsonBuilder;

  explicit JsonDocument(std::string_view text);

  std::unique_ptr<char[]> text_;  // ends with zero bytes; strings are decoded in place
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  Json root_;
};

// Deeper nesting is refused, so that nothing that walks a value runs out of stack.
inline constexpr int kMaxJsonDepth = 100;
inline constexpr size_t kMaxJsonBytes = size_t{100} << 20;

// Parses a whole text; `what` names it in messages ("the model topology"). Throws E_JSON with the
// position, or E_LIMIT when the text is too long or nested too deeply.
JsonDocument ParseJson(std::string_view text, std::string_view what);

// The value of a text that is a JSON number and nothing else.
std::optional<double> ParseJsonNumber(std::string_view text);

// `text` as a JSON string, quotes included.
std::string QuoteJson(std::string_view text);

}  // namespace tfwasm
