// SPDX-License-Identifier: Apache-2.0
#include "core/json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.h"

namespace tfwasm {

std::optional<int64_t> Json::AsInt() const {
  if (const auto* integer = std::get_if<int64_t>(&value_)) return *integer;
  constexpr double kTwoTo63 = 0x1p63;
  const auto* number = std::get_if<double>(&value_);
  if (number == nullptr || !(*number >= -kTwoTo63 && *number < kTwoTo63)) return std::nullopt;
  if (*number != std::floor(*number)) return std::nullopt;
  return static_cast<int64_t>(*number);
}

std::optional<double> Json::AsDouble() const {
  if (const auto* integer = std::get_if<int64_t>(&value_)) return static_cast<double>(*integer);
  if (const auto* number = std::get_if<double>(&value_)) return *number;
  return std::nullopt;
}

const Json* Json::Find(std::string_view key) const {
  const Object* object = AsObject();
  if (object == nullptr) return nullptr;
  for (auto it = object->rbegin(); it != object->rend(); ++it) {
    if (it->key == key) return it->value.is_null() ? nullptr : &it->value;
  }
  return nullptr;
}

std::string_view Json::KindName() const {
  static constexpr std::string_view kNames[] = {"null",     "a boolean", "a number", "a number",
                                                "a string", "a list",    "an object"};
  return kNames[value_.index()];
}

// Receives the parser's events. The parser itself does not recurse.
class JsonBuilder {
 public:
  explicit JsonBuilder(std::string_view what) : what_(what) {}

  Json TakeRoot() { return std::move(root_); }

  bool null() { return Set(std::monostate()); }
  bool boolean(bool value) { return Set(value); }
  bool number_integer(int64_t value) { return Set(value); }
  bool number_unsigned(uint64_t value) {
    return value <= INT64_MAX ? Set(static_cast<int64_t>(value)) : Set(static_cast<double>(value));
  }
  bool number_float(double value, const std::string&) { return Set(value); }
  bool string(std::string& value) { return Set(std::move(value)); }
  bool binary(nlohmann::json::binary_t&) { return false; }  // not in JSON text
  bool start_object(size_t) { return Open(Json::Object()); }
  bool end_object() { return Close(); }
  bool start_array(size_t) { return Open(Json::Array()); }
  bool end_array() { return Close(); }

  bool key(std::string& name) {
    auto& object = std::get<Json::Object>(open_.back()->value_);
    object.push_back({std::move(name), Json()});
    return true;
  }

  bool parse_error(size_t position, const std::string&, const nlohmann::json::exception& error) {
    // The text is "[json.exception.NAME.ID] what happened".
    std::string_view reason = error.what();
    reason.remove_prefix(std::min(reason.find("] ") + 2, reason.size()));
    constexpr size_t kLongest = 200;
    Throw(Code::kJson, what_, " is not valid JSON at byte ", position, ": ",
          reason.substr(0, kLongest));
  }

 private:
  // Where the next value goes. Pointers in open_ stay valid: a container only grows once its last
  // element is complete.
  Json& Slot() {
    if (open_.empty()) return root_;
    auto& parent = open_.back()->value_;
    if (auto* object = std::get_if<Json::Object>(&parent)) return object->back().value;
    return std::get<Json::Array>(parent).emplace_back();
  }

  template <typename T>
  bool Set(T value) {
    Slot().value_ = std::move(value);
    return true;
  }

  template <typename T>
  bool Open(T container) {
    if (open_.size() >= kMaxJsonDepth) {
      Throw(Code::kLimit, what_, " is nested more than ", kMaxJsonDepth, " levels deep");
    }
    Json& slot = Slot();
    slot.value_ = std::move(container);
    open_.push_back(&slot);
    return true;
  }

  bool Close() {
    open_.pop_back();
    return true;
  }

  std::string_view what_;
  Json root_;
  std::vector<Json*> open_;
};

Json ParseJson(std::string_view text, std::string_view what) {
  if (text.size() > kMaxJsonBytes) {
    Throw(Code::kLimit, what, " has ", text.size(), " bytes; the limit is ", kMaxJsonBytes);
  }
  JsonBuilder builder(what);
  nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  return builder.TakeRoot();
}

std::string QuoteJson(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace tfwasm
