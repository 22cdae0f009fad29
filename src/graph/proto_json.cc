// SPDX-License-Identifier: Apache-2.0
#include "graph/proto_json.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "core/base64.h"
#include "core/error.h"

namespace tfwasm {

namespace {

// The position is the number in TensorFlow's types.proto.
constexpr std::string_view kTypeNames[] = {
    "DT_INVALID",    "DT_FLOAT",  "DT_DOUBLE",    "DT_INT32",   "DT_UINT8",   "DT_INT16",
    "DT_INT8",       "DT_STRING", "DT_COMPLEX64", "DT_INT64",   "DT_BOOL",    "DT_QINT8",
    "DT_QUINT8",     "DT_QINT32", "DT_BFLOAT16",  "DT_QINT16",  "DT_QUINT16", "DT_UINT16",
    "DT_COMPLEX128", "DT_HALF",   "DT_RESOURCE",  "DT_VARIANT", "DT_UINT32",  "DT_UINT64"};

// The number of a reference type is that of its type plus this.
constexpr int64_t kFirstReferenceType = 100;

[[noreturn]] void ThrowKind(Code code, std::string_view what, std::string_view expected,
                            const Json& value) {
  Throw(code, what, " must be ", expected, ", got ", value.KindName());
}

// Whether `key` is `name` or its snake_case form.
bool IsField(std::string_view key, std::string_view name) {
  size_t at = 0;
  for (const char c : name) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && key.substr(at).starts_with('_')) {
      ++at;
      if (at == key.size() || key[at] != c - 'A' + 'a') return false;
    } else if (at == key.size() || key[at] != c) {
      return false;
    }
    ++at;
  }
  return at == key.size();
}

}  // namespace

const Json* FindField(const Json& message, std::string_view name) {
  const Json::Object* fields = message.AsObject();
  const Json* found = nullptr;
  if (fields == nullptr) return found;
  for (const auto& [key, value] : *fields) {
    if (IsField(key, name)) found = value.is_null() ? nullptr : &value;
  }
  return found;
}

const Json::Array& ExpectArray(const Json& value, std::string_view what) {
  if (value.AsArray() == nullptr) ThrowKind(Code::kJson, what, "a list", value);
  return *value.AsArray();
}

const Json::Object& ExpectObject(const Json& value, std::string_view what) {
  if (value.AsObject() == nullptr) ThrowKind(Code::kJson, what, "an object", value);
  return *value.AsObject();
}

std::string_view ExpectString(const Json& value, std::string_view what) {
  if (value.AsString() == nullptr) ThrowKind(Code::kJson, what, "a string", value);
  return *value.AsString();
}

bool ReadBool(const Json& value, std::string_view what) {
  if (value.AsBool() == nullptr) ThrowKind(Code::kAttr, what, "a boolean", value);
  return *value.AsBool();
}

int64_t ReadInt64(const Json& value, std::string_view what) {
  if (const auto number = value.AsInt()) return *number;
  if (const std::string_view* text = value.AsString()) {
    int64_t number = 0;
    const char* end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, number);
    if (error == std::errc() && stop == end) return number;
  }
  ThrowKind(Code::kAttr, what, "a 64-bit integer", value);
}

double ReadDouble(const Json& value, std::string_view what) {
  if (const auto number = value.AsDouble()) return *number;
  if (const std::string_view* text = value.AsString(); text != nullptr && !text->empty()) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    if (*text == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (*text == "Infinity") return kInfinity;
    if (*text == "-Infinity") return -kInfinity;
    if (const auto number = ParseJsonNumber(*text)) return *number;
  }
  ThrowKind(Code::kAttr, what, "a number", value);
}

std::string ReadBytes(const Json& value, std::string_view what) {
  if (const std::string_view* text = value.AsString()) {
    auto bytes = DecodeBase64(*text);
    if (!bytes) Throw(Code::kAttr, what, " is not valid base64");
    return *std::move(bytes);
  }
  const Json::Array* list = value.AsArray();
  if (list == nullptr) ThrowKind(Code::kAttr, what, "base64 text", value);
  std::string bytes;
  for (const Json& element : *list) {
    const int64_t byte = element.AsInt().value_or(-1);
    if (byte < 0 || byte > 255) Throw(Code::kAttr, what, " has an element that is not a byte");
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

std::string_view ReadTypeName(const Json& value, std::string_view what) {
  if (const std::string_view* text = value.AsString()) {
    std::string_view name = *text;
    if (name.ends_with("_REF")) name.remove_suffix(4);
    for (const std::string_view known : kTypeNames) {
      if (known == name) return known;
    }
    return "";
  }
  const auto number = value.AsInt();
  if (!number) ThrowKind(Code::kAttr, what, "the name or number of a dtype", value);
  return TensorFlowTypeName(*number);
}

std::string_view TensorFlowTypeName(int64_t number) {
  const int64_t index = number > kFirstReferenceType ? number - kFirstReferenceType : number;
  return index >= 0 && index < std::ssize(kTypeNames) ? kTypeNames[index] : "";
}

DType ReadDType(const Json& value, std::string_view what) {
  return FromTensorFlowType(ReadTypeName(value, what));
}

Shape ReadShape(const Json& value, std::string_view what) {
  ExpectObject(value, what);
  const Json* unknown_rank = FindField(value, "unknownRank");
  if (unknown_rank != nullptr && ReadBool(*unknown_rank, what)) return Shape::UnknownRank();
  Shape shape;
  const Json* dims = FindField(value, "dim");
  if (dims == nullptr) return shape;
  for (const Json& dim : ExpectArray(*dims, what)) {
    // Protobuf's JSON omits fields that are 0.
    const Json* size = FindField(dim, "size");
    shape.Append(size == nullptr ? 0 : ReadInt64(*size, what));
  }
  return shape;
}

}  // namespace tfwasm
