// SPDX-License-Identifier: Apache-2.0
#include "core/json.h"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <cmath>

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

// Receives the parser's events.
class JsonBuilder {
 public:
  using Size = rapidjson::SizeType;

  explicit JsonBuilder(std::string_view what) : what_(what) {}

  void set_stream(const rapidjson::MemoryStream* stream) { stream_ = stream; }

  Json TakeRoot() { return std::move(root_); }

  bool Null() { return Set(std::monostate()); }
  bool Bool(bool value) { return Set(value); }
  bool Int(int value) { return Set(int64_t{value}); }
  bool Uint(unsigned value) { return Set(int64_t{value}); }
  bool Int64(int64_t value) { return Set(value); }
  bool Uint64(uint64_t value) {
    return value <= INT64_MAX ? Set(static_cast<int64_t>(value)) : Set(static_cast<double>(value));
  }
  bool Double(double value) { return Set(IsZero() ? std::copysign(0.0, value) : value); }
  bool RawNumber(const char*, Size, bool) { return false; }  // only on request
  bool String(const char* text, Size size, bool) { return Set(std::string(text, size)); }
  bool StartObject() { return Open(Json::Object()); }
  bool EndObject(Size) { return Close(); }
  bool StartArray() { return Open(Json::Array()); }
  bool EndArray(Size) { return Close(); }

  bool Key(const char* text, Size size, bool) {
    auto& object = std::get<Json::Object>(open_.back()->value_);
    object.push_back({std::string(text, size), Json()});
    return true;
  }

 private:
  // Whether the number that ends here has no digit but zeros: RapidJSON reads 0e-30 as another
  // number.
  bool IsZero() const {
    const std::string_view read(stream_->begin_, stream_->Tell());
    const std::string_view number = read.substr(read.find_last_not_of("+-.0123456789eE") + 1);
    const std::string_view digits = number.substr(0, number.find_first_of("eE"));
    return digits.find_first_of("123456789") == std::string_view::npos;
  }

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
  const rapidjson::MemoryStream* stream_ = nullptr;
  Json root_;
  std::vector<Json*> open_;
};

namespace {

// Iterative, so that no text can exhaust the stack; numbers are rounded as the standard asks.
constexpr unsigned kParseFlags = rapidjson::kParseIterativeFlag |
                                 rapidjson::kParseValidateEncodingFlag |
                                 rapidjson::kParseFullPrecisionFlag;

rapidjson::ParseResult Parse(std::string_view text, JsonBuilder& builder) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  const size_t skipped = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  rapidjson::MemoryStream stream(text.data() + skipped, text.size() - skipped);
  builder.set_stream(&stream);
  rapidjson::Reader reader;
  const rapidjson::ParseResult result = reader.Parse<kParseFlags>(stream, builder);
  if (result.IsError()) return {result.Code(), result.Offset() + skipped};
  // The reader takes a zero byte for the end.
  const size_t read = stream.Tell() + skipped;
  if (read < text.size()) return {rapidjson::kParseErrorDocumentRootNotSingular, read};
  return result;
}

}  // namespace

Json ParseJson(std::string_view text, std::string_view what) {
  if (text.size() > kMaxJsonBytes) {
    Throw(Code::kLimit, what, " has ", text.size(), " bytes; the limit is ", kMaxJsonBytes);
  }
  JsonBuilder builder(what);
  const rapidjson::ParseResult result = Parse(text, builder);
  if (result.IsError()) {
    Throw(Code::kJson, what, " is not valid JSON at byte ", result.Offset(), ": ",
          rapidjson::GetParseError_En(result.Code()));
  }
  return builder.TakeRoot();
}

std::optional<double> ParseJsonNumber(std::string_view text) {
  JsonBuilder builder("the number");
  if (Parse(text, builder).IsError()) return std::nullopt;
  return builder.TakeRoot().AsDouble();
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
