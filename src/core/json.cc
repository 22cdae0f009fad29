// SPDX-License-Identifier: Apache-2.0
#include "core/json.h"

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <new>
#include <utility>

#include "core/error.h"

namespace tfwasm {

namespace {

// The longest UTF-8 character. The reader reads as many bytes as the first byte announces, even
// past a zero byte.
constexpr size_t kMostUtf8Bytes = 4;

// For the reader's stack. RapidJSON's own allocator does not check for failure.
class ThrowingAllocator {
 public:
  static void* Malloc(size_t bytes) { return Realloc(nullptr, 0, bytes); }
  static void* Realloc(void* memory, size_t, size_t bytes) {
    void* larger = std::realloc(memory, bytes);
    if (larger == nullptr && bytes > 0) throw std::bad_alloc();
    return larger;
  }
  static void Free(void* memory) { std::free(memory); }
};

using JsonReader =
    rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>, ThrowingAllocator>;

}  // namespace

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
    : text_(std::make_unique_for_overwrite<char[]>(text.size() + kMostUtf8Bytes)) {
  std::fill_n(std::copy(text.begin(), text.end(), text_.get()), kMostUtf8Bytes, 0);
}

// Builds a document from the parser's events.
class JsonBuilder {
 public:
  using Size = rapidjson::SizeType;

  JsonBuilder(std::string_view text, std::string_view what)
      : what_(what),
        size_(text.size()),
        skipped_(text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0),
        document_(text),
        stream_(document_.text_.get() + skipped_) {}

  rapidjson::ParseResult Parse() {
    JsonReader reader;
    const rapidjson::ParseResult result = reader.Parse<kParseFlags>(stream_, *this);
    if (result.IsError()) return {result.Code(), result.Offset() + skipped_};
    // The reader stops at a zero byte.
    const size_t read = stream_.Tell() + skipped_;
    if (read < size_) return {rapidjson::kParseErrorDocumentRootNotSingular, read};
    return result;
  }

  JsonDocument Take() {
    document_.root_ = pending_.back();
    return std::move(document_);
  }

  bool Null() { return Add(std::monostate()); }
  bool Bool(bool value) { return Add(value); }
  bool Int(int value) { return Add(int64_t{value}); }
  bool Uint(unsigned value) { return Add(int64_t{value}); }
  bool Int64(int64_t value) { return Add(value); }
  bool Uint64(uint64_t value) {
    return value <= INT64_MAX ? Add(static_cast<int64_t>(value)) : Add(static_cast<double>(value));
  }
  bool Double(double value) { return Add(IsZero() ? std::copysign(0.0, value) : value); }
  bool RawNumber(const char*, Size, bool) { return false; }  // only on request
  bool String(const char* text, Size size, bool) { return Add(std::string_view(text, size)); }
  bool Key(const char* text, Size size, bool) { return Add(std::string_view(text, size)); }
  bool StartObject() { return Open(); }
  bool StartArray() { return Open(); }

  bool EndObject(Size size) {
    auto* members = Allocate<JsonMember>(size);
    const Json* next = Close(size_t{size} * 2);
    for (Size i = 0; i < size; ++i, next += 2) members[i] = {*next->AsString(), next[1]};
    return Add(Json::Object(members, size));
  }

  bool EndArray(Size size) {
    auto* elements = Allocate<Json>(size);
    std::copy_n(Close(size), size, elements);
    return Add(Json::Array(elements, size));
  }

 private:
  static constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

  // Iterative, so that deep nesting cannot overflow the stack. Numbers are rounded correctly.
  static constexpr unsigned kParseFlags =
      rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag |
      rapidjson::kParseValidateEncodingFlag | rapidjson::kParseFullPrecisionFlag;

  // Whether the number at the current position has only zero digits: RapidJSON misreads 0e-30.
  bool IsZero() const {
    const char* digit = stream_.src_;
    while (*digit == '-' || *digit == '0' || *digit == '.') ++digit;
    return *digit < '1' || *digit > '9';
  }

  bool Add(Json::Value value) {
    pending_.push_back(Json(value));
    return true;
  }

  bool Open() {
    if (++depth_ > kMaxJsonDepth) {
      Throw(Code::kLimit, what_, " is nested more than ", kMaxJsonDepth, " levels deep");
    }
    return true;
  }

  // Pops the last pending values, the elements of their list or object. They stay in place until
  // another value is added.
  const Json* Close(size_t count) {
    --depth_;
    pending_.resize(pending_.size() - count);
    return pending_.data() + pending_.size();
  }

  template <typename T>
  T* Allocate(size_t count) {
    const size_t bytes = count * sizeof(T);
    if (bytes > left_) {
      // About as much as the values of a text need.
      left_ = std::max(bytes, size_);
      document_.blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(left_));
      next_ = document_.blocks_.back().get();
    }
    left_ -= bytes;
    return reinterpret_cast<T*>(std::exchange(next_, next_ + bytes));
  }

  std::string_view what_;
  size_t size_;     // of the text
  size_t skipped_;  // bytes of it
  JsonDocument document_;
  rapidjson::InsituStringStream stream_;
  std::vector<Json> pending_;  // values of open lists and objects, keys before their values
  int depth_ = 0;
  std::byte* next_ = nullptr;  // the free part of the last block
  size_t left_ = 0;
};

JsonDocument ParseJson(std::string_view text, std::string_view what) {
  if (text.size() > kMaxJsonBytes) {
    Throw(Code::kLimit, what, " has ", text.size(), " bytes; the limit is ", kMaxJsonBytes);
  }
  JsonBuilder builder(text, what);
  const rapidjson::ParseResult result = builder.Parse();
  if (result.IsError()) {
    Throw(Code::kJson, what, " is not valid JSON at byte ", result.Offset(), ": ",
          rapidjson::GetParseError_En(result.Code()));
  }
  return builder.Take();
}

std::optional<double> ParseJsonNumber(std::string_view text) {
  JsonBuilder builder(text, "the number");
  if (builder.Parse().IsError()) return std::nullopt;
  return builder.Take().root().AsDouble();
}

std::string QuoteJson(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  size_t written = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    out += text.substr(written, i - written);
    out += "\\u00";
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
    written = i + 1;
  }
  out += text.substr(written);
  return out += '"';
}

}  // namespace tfwasm
