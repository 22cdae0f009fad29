// SPDX-License-Identifier: Apache-2.0
// JSON as data: a parsed value, and the little that is needed to write one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tfwasm {

struct JsonMember;

class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::vector<JsonMember>;  // in the order of the text

  Json() = default;  // null

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }

  // The value, or nullptr when it is of another kind.
  const bool* AsBool() const { return std::get_if<bool>(&value_); }
  const std::string* AsString() const { return std::get_if<std::string>(&value_); }
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

  std::variant<std::monostate, bool, int64_t, double, std::string, Array, Object> value_;
};

struct JsonMember {
  std::string key;
  Json value;
};

// Deeper nesting is refused, so that nothing that walks or frees a value runs out of stack.
inline constexpr int kMaxJsonDepth = 100;
inline constexpr size_t kMaxJsonBytes = size_t{100} << 20;

// Parses a whole text; `what` names it in messages ("the model topology"). Throws E_JSON with the
// position, or E_LIMIT when the text is too long or nested too deeply.
Json ParseJson(std::string_view text, std::string_view what);

// The value of a text that is a JSON number and nothing else.
std::optional<double> ParseJsonNumber(std::string_view text);

// `text` as a JSON string, quotes included.
std::string QuoteJson(std::string_view text);

}  // namespace tfwasm
