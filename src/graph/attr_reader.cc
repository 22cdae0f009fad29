// SPDX-License-Identifier: Apache-2.0
#include "graph/attr_reader.h"

#include <optional>
#include <utility>

#include "graph/proto_json.h"
#include "graph/tensor_proto.h"

namespace tfwasm {

namespace {

float ReadFloat(const Json& value, std::string_view what) {
  return static_cast<float>(ReadDouble(value, what));
}

FunctionRef ReadFunctionRef(const Json& value, std::string_view what) {
  const Json* name = FindField(value, "name");
  if (name == nullptr) Throw(Code::kAttr, what, " names no function");
  return {ExpectString(*name, what)};
}

Tensor ReadTensor(const Json& value, std::string_view what) {
  TensorProto proto = ReadTensorProto(value, what);
  if (!proto.value.empty()) return std::move(proto.value);
  if (proto.dtype == DType::kInvalid) Throw(Code::kDType, what, " has an unsupported dtype");
  return ZeroTensor(proto.dtype, proto.shape);
}

template <typename F>
AttrValue ReadList(const Json& list, std::string_view what, F read) {
  using Value = decltype(read(list, what));
  // As FlagList has it.
  std::vector<std::conditional_t<std::is_same_v<Value, bool>, uint8_t, Value>> values;
  const Json::Array& array = ExpectArray(list, what);
  values.reserve(array.size());
  for (const Json& value : array) values.push_back(read(value, what));
  return values;
}

using ReadFunction = std::optional<AttrValue> (*)(const Json&, std::string_view what);

struct Kind {
  std::string_view name;
  ReadFunction read_one;
  ReadFunction read_list;
};

template <auto read>
std::optional<AttrValue> One(const Json& value, std::string_view what) {
  return AttrValue(read(value, what));
}

template <auto read>
std::optional<AttrValue> List(const Json& value, std::string_view what) {
  return ReadList(value, what, read);
}

std::optional<AttrValue> Ignore(const Json&, std::string_view) { return std::nullopt; }

constexpr Kind kKinds[] = {{"s", One<ReadBytes>, List<ReadBytes>},
                           {"i", One<ReadInt64>, List<ReadInt64>},
                           {"f", One<ReadFloat>, List<ReadFloat>},
                           {"b", One<ReadBool>, List<ReadBool>},
                           {"type", One<ReadDType>, List<ReadDType>},
                           {"shape", One<ReadShape>, List<ReadShape>},
                           {"tensor", One<ReadTensor>, Ignore},
                           {"func", One<ReadFunctionRef>, List<ReadFunctionRef>}};

std::optional<AttrValue> ReadListValue(const Json& list, std::string_view what) {
  ExpectObject(list, what);
  const Kind* found = nullptr;
  const Json* elements = nullptr;
  for (const Kind& kind : kKinds) {
    const Json* field = list.Find(kind.name);
    if (field == nullptr || ExpectArray(*field, what).empty()) continue;
    if (found != nullptr) Throw(Code::kAmbiguous, what, " has lists of two kinds");
    found = &kind;
    elements = field;
  }
  if (found == nullptr) return AttrValue(std::vector<int64_t>());
  return found->read_list(*elements, what);
}

std::optional<AttrValue> ReadAttrValue(const Json& message, std::string_view what) {
  ExpectObject(message, what);
  ReadFunction read = nullptr;
  const Json* value = nullptr;
  const auto take = [&](std::string_view field, ReadFunction reader) {
    const Json* found = message.Find(field);
    if (found == nullptr) return;
    if (read != nullptr) Throw(Code::kAmbiguous, what, " has values of two kinds");
    read = reader;
    value = found;
  };
  for (const Kind& kind : kKinds) take(kind.name, kind.read_one);
  take("list", ReadListValue);
  take("placeholder", Ignore);
  if (read != nullptr) return read(*value, what);
  if (!message.AsObject()->empty()) Throw(Code::kAttr, what, " is of an unknown kind");
  return std::nullopt;
}

}  // namespace

AttrMap ReadAttrMap(const Json& attrs, std::string_view except) {
  AttrMap map;
  for (const auto& [name, message] : ExpectObject(attrs, "the attributes")) {
    // Names that start with "_" are reserved for TensorFlow's internal use.
    if (name.starts_with('_') || name == except) continue;
    auto value = ReadAttrValue(message, StrCat("the attribute '", name, "'"));
    if (value) map.Set(name, *std::move(value));
  }
  return map;
}

}  // namespace tfwasm
