// SPDX-License-Identifier: Apache-2.0
#include "core/json.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "core/error.h"
#include "core/json_text.h"
#include "core/json_value.h"

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

// Builds a document from the events of nlohmann/json's SAX parser, which calls the functions with
// its naming.
class JsonBuilder {
 public:
  JsonBuilder(std::string_view text, std::string_view what)
      : what_(what),
        size_(text.size()),
        document_(text),
        text_({document_.text_.get(), text.size()}) {}

  // Throws an Error.
  JsonDocument Parse() {
    // Inlined, so that the readers of binary formats that it can call are not linked.
    [[clang::always_inline]] JsonValue::sax_parse(text_.begin(), text_.end(), this);
    document_.root_ = pending_.back();
    return std::move(document_);
  }

  bool null() { return Add(std::monostate()); }
  bool boolean(bool value) { return Add(value); }
  bool number_integer(int64_t value) { return Add(value); }
  bool number_unsigned(uint64_t value) {
    return value <= INT64_MAX ? Add(static_cast<int64_t>(value)) : Add(static_cast<double>(value));
  }
  bool number_float(double value, const std::string&) { return Add(value); }
  bool string(const std::string& rest) { return AddString(rest); }
  bool binary(const std::vector<uint8_t>&) { return false; }  // not in JSON
  bool start_object(size_t) { return Open(); }
  bool key(const std::string& rest) { return AddString(rest); }
  bool start_array(size_t) { return Open(); }

  bool end_object() {
    const std::span<const Json> parts = Parts();
    const size_t size = parts.size() / 2;
    auto* members = Allocate<JsonMember>(size);
    for (size_t i = 0; i < size; ++i) members[i] = {*parts[2 * i].AsString(), parts[2 * i + 1]};
    return Close(Json::Object(members, size));
  }

  bool end_array() {
    const std::span<const Json> parts = Parts();
    auto* elements = Allocate<Json>(parts.size());
    std::copy(parts.begin(), parts.end(), elements);
    return Close(Json::Array(elements, parts.size()));
  }

  // `count`: how many characters the parser had read.
  bool parse_error(size_t count, const std::string&, const JsonValue::exception& error) {
    const std::string_view message = MessageOf(error);
    size_t offset = text_.OffsetOf(count);
    const bool is_token = message.starts_with("unexpected") || message.starts_with("number");
    if (is_token && offset < size_) offset = text_.StartOfToken(offset);
    Throw(Code::kJson, what_, " is not valid JSON at byte ", offset, ": ", message);
  }

 private:
  // "[json.exception.parse_error.101] parse error at line 1, column 5: syntax error while parsing
  // value - MESSAGE; last read: '[1, x'", or "[json.exception.out_of_range.406] MESSAGE".
  static std::string_view MessageOf(const JsonValue::exception& error) {
    std::string_view message = error.what();
    for (const std::string_view end : {"] ", ": ", " - "}) {
      const size_t position = message.find(end);
      if (position < message.find('\'')) message.remove_prefix(position + end.size());
    }
    return message.substr(0, message.find("; last read: "));
  }

  bool Add(Json::Value value) {
    pending_.push_back(Json(value));
    return true;
  }

  // Adds a string that ends with `rest`.
  bool AddString(std::string_view rest) {
    const std::string_view start = text_.plain_start();
    if (rest.empty()) return Add(start);
    auto* copy = Allocate<char>(start.size() + rest.size());
    std::copy(rest.begin(), rest.end(), std::copy(start.begin(), start.end(), copy));
    return Add(std::string_view(copy, start.size() + rest.size()));
  }

  bool Open() {
    if (open_.size() == kMaxJsonDepth) {
      Throw(Code::kLimit, what_, " is nested more than ", kMaxJsonDepth, " levels deep");
    }
    open_.push_back(pending_.size());
    return true;
  }

  // The values and keys of the innermost list or object.
  std::span<const Json> Parts() const { return std::span(pending_).subspan(open_.back()); }

  // Replaces them by `value`.
  bool Close(Json::Value value) {
    pending_.resize(open_.back());
    open_.pop_back();
    return Add(value);
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
  JsonText text_;
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
