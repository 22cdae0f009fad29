// SPDX-License-Identifier: Apache-2.0
// A JSON parser. json_value.h is for writing JSON.
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

// Adjacent values in a document. Like std::span, but allows incomplete types.
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

// A value of a JsonDocument. The document owns its strings, lists and objects and must outlive it.
class Json {
 public:
  using Array = JsonSpan<Json>;
  using Object = JsonSpan<JsonMember>;  // in source order

  Json() = default;  // null

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }

  // The value, or nullptr if it has another kind.
  const bool* AsBool() const { return std::get_if<bool>(&value_); }
  const std::string_view* AsString() const { return std::get_if<std::string_view>(&value_); }
  const Array* AsArray() const { return std::get_if<Array>(&value_); }
  const Object* AsObject() const { return std::get_if<Object>(&value_); }

  // The number, if it is one. AsInt: only if it is integral and in range.
  std::optional<int64_t> AsInt() const;
  std::optional<double> AsDouble() const;

  // The member of an object; nullptr if it is absent or null, or if this is not an object. Of
  // duplicate keys the last one counts, as in JavaScript.
  const Json* Find(std::string_view key) const;

  // "an object", "a string", ..., for error messages.
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

// Owns a parsed text, in few allocations regardless of the number of values.
class JsonDocument {
 public:
  const Json& root() const { return root_; }

 private:
  friend class JsonBuilder;

  explicit JsonDocument(std::string_view text);

  std::unique_ptr<char[]> text_;  // strings without escapes are views of it
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  Json root_;
};

// The nesting limit. It bounds the recursion of code that walks a value.
inline constexpr int kMaxJsonDepth = 100;
inline constexpr size_t kMaxJsonBytes = size_t{100} << 20;

// Parses a text. `what` names it in error messages ("the model topology"). Throws E_JSON with the
// position, or E_LIMIT if the text is too long or nested too deeply.
JsonDocument ParseJson(std::string_view text, std::string_view what);

// The value of a text that is exactly one JSON number.
std::optional<double> ParseJsonNumber(std::string_view text);

}  // namespace tfwasm
