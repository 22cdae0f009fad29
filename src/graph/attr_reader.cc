// SPDX-License-Identifier: Apache-2.0
#include "graph/attr_reader.h"

#include <algorithm>
#include <utility>

#include "graph/proto_json.h"
#include "graph/tensor_proto.h"

namespace tfwasm {

namespace {

// Far more than any op has. Insertion into the sorted list is quadratic.
constexpr size_t kMostAttrs = 256;

float ReadFloat(const Json& value, std::string_view what) {
  return static_cast<float>(ReadDouble(value, what));
}

FunctionRef ReadFunctionRef(const Json& value, std::string_view what) {
  const Json* name = FindField(value, "name");
  if (name == nullptr) Throw(Code::kAttr, what, " names no function");
  return {std::string(ExpectString(*name, what))};
}

Tensor ReadTensor(const Json& value, std::string_view what) {
  TensorProto proto = ReadTensorProto(value, what);
  if (!proto.value.empty()) return std::move(proto.value);
  if (proto.dtype == DType::kInvalid) Throw(Code::kDType, what, " has an unsupported dtype");
  return ZeroTensor(proto.dtype, proto.shape);
}

template <typename F>
auto ReadList(const Json& list, std::string_view what, F read) {
  using Value = decltype(read(list, what));
  // bool elements are stored as uint8_t, as in FlagList.
  std::vector<std::conditional_t<std::is_same_v<Value, bool>, uint8_t, Value>> values;
  const Json::Array& array = ExpectArray(list, what);
  values.reserve(array.size());
  for (const Json& value : array) values.push_back(read(value, what));
  return values;
}

// Returns false if the attribute has no usable value.
using ReadFunction = bool (*)(const Json&, std::string_view what, AttrValue& value);

struct Kind {
  std::string_view name;
  ReadFunction read_one;
  ReadFunction read_list;  // nullptr if there are no lists of this kind
};

template <auto read>
bool One(const Json& json, std::string_view what, AttrValue& value) {
  value = read(json, what);
  return true;
}

template <auto read>
bool List(const Json& json, std::string_view what, AttrValue& value) {
  value = ReadList(json, what, read);
  return true;
}

bool Ignore(const Json&, std::string_view, AttrValue&) { return false; }

bool ReadListValue(const Json& json, std::string_view what, AttrValue& value);

constexpr Kind kKinds[] = {{"s", One<ReadBytes>, List<ReadBytes>},
                           {"i", One<ReadInt64>, List<ReadInt64>},
                           {"f", One<ReadFloat>, List<ReadFloat>},
                           {"b", One<ReadBool>, List<ReadBool>},
                           {"type", One<ReadDType>, List<ReadDType>},
                           {"shape", One<ReadShape>, List<ReadShape>},
                           {"tensor", One<ReadTensor>, Ignore},
                           {"func", One<ReadFunctionRef>, List<ReadFunctionRef>},
                           {"list", ReadListValue, nullptr},
                           {"placeholder", Ignore, nullptr}};

// The member of an AttrValue message that has the value.
struct KindOfValue {
  const Kind* kind = nullptr;
  const Json* value = nullptr;

  void Take(const Kind& other, const Json& json, std::string_view what) {
    if (kind != nullptr && kind != &other) Throw(Code::kAmbiguous, what, " is of two kinds");
    kind = &other;
    value = &json;
  }
};

const Kind* FindKind(std::string_view name) {
  const auto* found = std::find_if(std::begin(kKinds), std::end(kKinds),
                                   [&](const Kind& kind) { return kind.name == name; });
  return found == std::end(kKinds) ? nullptr : found;
}

bool ReadListValue(const Json& json, std::string_view what, AttrValue& value) {
  KindOfValue found;
  for (const auto& [name, elements] : ExpectObject(json, what)) {
    const Kind* kind = FindKind(name);
    if (kind == nullptr || kind->read_list == nullptr || elements.is_null()) continue;
    if (!ExpectArray(elements, what).empty()) found.Take(*kind, elements, what);
  }
  if (found.kind != nullptr) return found.kind->read_list(*found.value, what, value);
  value = std::vector<int64_t>();
  return true;
}

bool ReadAttrValue(const Json& message, std::string_view what, AttrValue& value) {
  const Json::Object& members = ExpectObject(message, what);
  KindOfValue found;
  for (const auto& [name, json] : members) {
    const Kind* kind = FindKind(name);
    if (kind != nullptr && !json.is_null()) found.Take(*kind, json, what);
  }
  if (found.kind != nullptr) return found.kind->read_one(*found.value, what, value);
  if (!members.empty()) Throw(Code::kAttr, what, " is of an unknown kind");
  return false;
}

}  // namespace

AttrMap ReadAttrMap(const Json& attrs, std::string_view except) {
  AttrMap map;
  const Json::Object& members = ExpectObject(attrs, "the attributes");
  if (members.size() > kMostAttrs) {
    Throw(Code::kLimit, "there are ", members.size(), " attributes; the limit is ", kMostAttrs);
  }
  map.Reserve(members.size());
  for (const auto& [name, message] : members) {
    // Names that start with "_" are reserved for TensorFlow's internal use.
    if (name.starts_with('_') || name == except) continue;
    try {
      AttrValue value;
      if (ReadAttrValue(message, "its value", value)) map.Set(name, std::move(value));
    } catch (const Error& error) {
      Throw(error.code(), "the attribute '", name, "': ", error.message());
    }
  }
  return map;
}

}  // namespace tfwasm
