// SPDX-License-Identifier: Apache-2.0
#include "convert/proto_values.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "core/half.h"
#include "graph/proto_json.h"

namespace tfwasm {

namespace {

constexpr int64_t kMostInt32 = std::numeric_limits<int32_t>::max();
constexpr int64_t kLeastInt32 = std::numeric_limits<int32_t>::min();

// The fields of a TensorProto.
struct TensorFields {
  std::string_view type = "";
  Shape shape;
  std::string_view content;
  std::vector<float> floats;
  std::vector<double> doubles;
  std::vector<int64_t> ints;  // also of bool_val
  std::vector<int64_t> halves;
  std::vector<std::string> strings;
};

TensorFields ReadFields(ProtoReader reader) {
  TensorFields fields;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        fields.type = TensorFlowTypeName(reader.Int());
        break;
      case 2:
        fields.shape = ReadShape(reader.Message());
        break;
      case 4:
        fields.content = reader.Bytes();
        break;
      case 5:
      case 9:
        reader.AppendTo(fields.floats);
        break;
      case 6:
      case 12:
        reader.AppendTo(fields.doubles);
        break;
      case 7:
      case 10:
      case 11:
      case 16:
      case 17:
        reader.AppendTo(fields.ints);
        break;
      case 8:
        fields.strings.emplace_back(reader.Bytes());
        break;
      case 13:
        reader.AppendTo(fields.halves);
        break;
      default:
        break;
    }
  }
  return fields;
}

std::vector<float> ToFloats(const TensorFields& fields) {
  if (!fields.floats.empty()) return fields.floats;
  std::vector<float> floats(fields.doubles.begin(), fields.doubles.end());
  for (const int64_t value : fields.halves) {
    const auto bits = static_cast<uint16_t>(value);
    const bool is_half = fields.type == "DT_HALF";
    floats.push_back(is_half ? HalfToFloat(bits) : std::bit_cast<float>(uint32_t{bits} << 16));
  }
  return floats;
}

std::vector<Complex64> ToComplex(const TensorFields& fields) {
  const std::vector<float> parts = ToFloats(fields);
  std::vector<Complex64> values;
  for (size_t i = 0; i + 1 < parts.size(); i += 2) values.emplace_back(parts[i], parts[i + 1]);
  return values;
}

template <typename T>
std::vector<T> Clamped(const std::vector<int64_t>& ints) {
  std::vector<T> values;
  for (const int64_t value : ints) {
    values.push_back(static_cast<T>(std::clamp(value, kLeastInt32, kMostInt32)));
  }
  return values;
}

template <typename T>
Tensor Filled(const Shape& shape, std::vector<T> values) {
  if (values.empty()) return ZeroTensor(DTypeOf<T>(), shape);
  const auto size = static_cast<size_t>(shape.NumElements());
  if (values.size() > size) values.resize(size);  // TensorFlow ignores them, too
  return ExpandValues(shape, values);
}

Tensor ReadValue(const TensorFields& fields, DType dtype) {
  if (!fields.content.empty() && dtype != DType::kString) {
    return DecodeElements(fields.content, fields.type, fields.shape);
  }
  switch (dtype) {
    case DType::kFloat32:
      return Filled(fields.shape, ToFloats(fields));
    case DType::kInt32:
      return Filled(fields.shape, Clamped<int32_t>(fields.ints));
    case DType::kBool: {
      std::vector<uint8_t> values;
      for (const int64_t value : fields.ints) values.push_back(value != 0 ? 1 : 0);
      return Filled(fields.shape, std::move(values));
    }
    case DType::kString:
      return Filled(fields.shape, fields.strings);
    case DType::kComplex64:
      return Filled(fields.shape, ToComplex(fields));
    default:
      return {};
  }
}

bool IsBeyondInt32(const TensorFields& fields) {
  const auto is_beyond = [](int64_t value) { return value < kLeastInt32 || value > kMostInt32; };
  if (fields.type != "DT_INT64") return false;
  if (std::any_of(fields.ints.begin(), fields.ints.end(), is_beyond)) return true;
  for (size_t i = 0; i + sizeof(int64_t) <= fields.content.size(); i += sizeof(int64_t)) {
    int64_t value;
    std::memcpy(&value, fields.content.data() + i, sizeof(value));
    if (is_beyond(value)) return true;
  }
  return false;
}

std::string_view ReadFunctionName(ProtoReader reader) {
  std::string_view name;
  while (reader.Next()) {
    if (reader.field() == 1) name = reader.Bytes();
  }
  return name;
}

DType DTypeOfNumber(int64_t number) { return FromTensorFlowType(TensorFlowTypeName(number)); }

// The values of a ListValue. All but one are empty.
struct Lists {
  std::vector<std::string> strings;
  std::vector<int64_t> ints;
  std::vector<float> floats;
  std::vector<int64_t> bools;
  std::vector<int64_t> types;
  std::vector<Shape> shapes;
  std::vector<FunctionRef> functions;
  bool has_tensors = false;
};

Lists ReadLists(ProtoReader reader) {
  Lists lists;
  while (reader.Next()) {
    switch (reader.field()) {
      case 2:
        lists.strings.emplace_back(reader.Bytes());
        break;
      case 3:
        reader.AppendTo(lists.ints);
        break;
      case 4:
        reader.AppendTo(lists.floats);
        break;
      case 5:
        reader.AppendTo(lists.bools);
        break;
      case 6:
        reader.AppendTo(lists.types);
        break;
      case 7:
        lists.shapes.push_back(ReadShape(reader.Message()));
        break;
      case 8:
        lists.has_tensors = true;
        break;
      case 9:
        lists.functions.push_back({std::string(ReadFunctionName(reader.Message()))});
        break;
      default:
        break;
    }
  }
  return lists;
}

bool ReadList(ProtoReader reader, AttrValue& value) {
  Lists lists = ReadLists(reader);
  if (lists.has_tensors) return false;
  if (!lists.strings.empty()) {
    value = std::move(lists.strings);
  } else if (!lists.floats.empty()) {
    value = std::move(lists.floats);
  } else if (!lists.bools.empty()) {
    FlagList flags;
    for (const int64_t flag : lists.bools) flags.push_back(flag != 0);
    value = std::move(flags);
  } else if (!lists.types.empty()) {
    std::vector<DType> types;
    for (const int64_t type : lists.types) types.push_back(DTypeOfNumber(type));
    value = std::move(types);
  } else if (!lists.shapes.empty()) {
    value = std::move(lists.shapes);
  } else if (!lists.functions.empty()) {
    value = std::move(lists.functions);
  } else {
    value = std::move(lists.ints);
  }
  return true;
}

}  // namespace

Shape ReadShape(ProtoReader reader) {
  Shape shape;
  bool rank_known = true;
  while (reader.Next()) {
    if (reader.field() == 3) rank_known = !reader.Bool();
    if (reader.field() != 2) continue;
    int64_t size = 0;
    for (ProtoReader dim = reader.Message(); dim.Next();) {
      if (dim.field() == 1) size = dim.Int();
    }
    shape.Append(size);
  }
  return rank_known ? shape : Shape::UnknownRank();
}

TensorProto ReadTensorProto(ProtoReader reader, bool* clamped) {
  const TensorFields fields = ReadFields(reader);
  if (!fields.shape.IsKnown()) {
    Throw(Code::kShape, "a constant has the incomplete shape ", fields.shape);
  }
  TensorProto proto{.dtype = FromTensorFlowType(fields.type), .shape = fields.shape};
  if (!IsHandle(proto.dtype)) proto.value = ReadValue(fields, proto.dtype);
  if (clamped != nullptr) *clamped = IsBeyondInt32(fields);
  return proto;
}

bool ReadAttrValue(ProtoReader reader, AttrValue& value) {
  bool found = false;
  while (reader.Next()) {
    const uint32_t field = reader.field();
    found = found || (field >= 1 && field <= 10 && field != 9);
    switch (field) {
      case 1:
        found = ReadList(reader.Message(), value);
        break;
      case 2:
        value = std::string(reader.Bytes());
        break;
      case 3:
        value = reader.Int();
        break;
      case 4:
        value = reader.Float();
        break;
      case 5:
        value = reader.Bool();
        break;
      case 6:
        value = DTypeOfNumber(reader.Int());
        break;
      case 7:
        value = ReadShape(reader.Message());
        break;
      case 8:
        value = ReadTensorProto(reader.Message()).value;
        break;
      case 10:
        value = FunctionRef{std::string(ReadFunctionName(reader.Message()))};
        break;
      default:
        break;
    }
  }
  return found;
}

}  // namespace tfwasm
