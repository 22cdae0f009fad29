// SPDX-License-Identifier: Apache-2.0
#include "core/json.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "core/error.h"
#include "core/json_parser.h"

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
  for (size_t i = object->size(); i-- > 0;) {
    const auto& [name, value] = (*object)[i];
    if (name == key) return value.is_null() ? nullptr : &value;
  }
  return nullptr;
}

std::string_view Json::KindName() const {
  static constexpr std::string_view kNames[] = {"null",     "a boolean", "a number", "a number",
                                                "a string", "a list",    "an object"};
  return kNames[value_.index()];
}

JsonDocument::JsonDocument(std::string_view text)
    : text_(std::make_unique_for_overwrite<char[]>(text.size())) {
  std::copy(text.begin(), text.end(), text_.get());
}

// Builds a document from the parser's events, whose names are nlohmann/json's.
class JsonBuilder {
 public:
  JsonBuilder(std::string_view text, std::string_view what)
      : what_(what), size_(text.size()), document_(text) {}

  // Throws an Error.
  JsonDocument Parse() {
    JsonParser(JsonText({document_.text_.get(), size_})).sax_parse(this);
    document_.root_ = pending_.back();
    return std::move(document_);
  }

  bool null() { return Add(std::monostate()); }
  bool boolean(bool value) { return Add(value); }
  bool number_integer(int64_t value) { return Add(value); }
  bool number_unsigned(uint64_t value) {
    return value <= INT64_MAX ? Add(static_cast<int64_t>(value)) : Add(static_cast<double>(value));
  }
  bool number_float(double value, const JsonToken&) { return Add(value); }
  bool string(const JsonToken& token) { return AddText(token); }
  bool binary(const std::vector<uint8_t>&) { return false; }  // not in JSON
  bool start_object(size_t) { return Open(); }
  bool key(const JsonToken& token) { return AddText(token); }
  bool start_array(size_t) { return Open(); }

  bool end_object() {
    const std::span<const Json> parts = Close();
    const size_t size = parts.size() / 2;
    auto* members = Allocate<JsonMember>(size);
    for (size_t i = 0; i < size; ++i) members[i] = {*parts[2 * i].AsString(), parts[2 * i + 1]};
    return Add(Json::Object(members, size));
  }

  bool end_array() {
    const std::span<const Json> values = Close();
    auto* elements = Allocate<Json>(values.size());
    std::copy(values.begin(), values.end(), elements);
    return Add(Json::Array(elements, values.size()));
  }

  // `position` counts from 1.
  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception& error) {
    // "[json.exception.parse_error.101] parse error at line 1, column 0: message", or
    // "[json.exception.out_of_range.406] message".
    std::string_view message = error.what();
    message.remove_prefix(message.find("] ") + 2);
    if (message.starts_with("parse error")) message.remove_prefix(message.find(": ") + 2);
    Fail(position - 1, message);
  }

 private:
  [[noreturn]] void Fail(size_t position, std::string_view message) const {
    Throw(Code::kJson, what_, " is not valid JSON at byte ", position, ": ", message);
  }

  bool Add(Json::Value value) {
    pending_.push_back(Json(value));
    return true;
  }

  bool AddText(const JsonToken& token) {
    const std::string_view text = token.view();
    if (token.is_view_of_text()) return Add(text);
    auto* copy = Allocate<char>(text.size());
    std::copy(text.begin(), text.end(), copy);
    return Add(std::string_view(copy, text.size()));
  }

  bool Open() {
    if (open_.size() == kMaxJsonDepth) {
      Throw(Code::kLimit, what_, " is nested more than ", kMaxJsonDepth, " levels deep");
    }
    open_.push_back(pending_.size());
    return true;
  }

  // Removes the parts of the innermost list or object from the pending values. They stay in place
  // until the next value is added.
  std::span<const Json> Close() {
    const size_t size = pending_.size() - open_.back();
    pending_.resize(open_.back());
    open_.pop_back();
    return {pending_.data() + pending_.size(), size};
  }

  template <typename T>
  T* Allocate(size_t count) {
    constexpr size_t kAlignment = alignof(Json);
    static_assert(alignof(T) <= kAlignment);
    const size_t bytes = (count * sizeof(T) + kAlignment - 1) & -kAlignment;
    if (bytes > left_) {
      // The values take about as many bytes as the text.
      left_ = std::max(bytes, size_);
      document_.blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(left_));
      next_ = document_.blocks_.back().get();
    }
    left_ -= bytes;
    return reinterpret_cast<T*>(std::exchange(next_, next_ + bytes));
  }

  std::string_view what_;
  size_t size_;  // of the text
  JsonDocument document_;
  std::vector<Json> pending_;  // values and keys of the open lists and objects
  std::vector<size_t> open_;   // per open list or object: the index of its first part in `pending_`
  std::byte* next_ = nullptr;  // free memory of the last block
  size_t left_ = 0;
};

JsonDocument ParseJson(std::string_view text, std::string_view what) {
  if (text.size() > kMaxJsonBytes) {
    Throw(Code::kLimit, what, " has ", text.size(), " bytes; the limit is ", kMaxJsonBytes);
  }
  return JsonBuilder(text, what).Parse();
}

std::optional<double> ParseJsonNumber(std::string_view text) {
  try {
    return JsonBuilder(text, "the number").Parse().root().AsDouble();
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace tfwasm
