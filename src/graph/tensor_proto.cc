// SPDX-License-Identifier: Apache-2.0
#include "graph/tensor_proto.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "core/half.h"
#include "graph/proto_json.h"

namespace tfwasm {

namespace {

// Limits the memory that a short message can request.
constexpr uint64_t kMaxExpandedBytes = uint64_t{256} << 20;

struct ValueField {
  std::string_view name;
  std::string_view dtypes;  // the dtypes whose values it holds
};

constexpr ValueField kValueFields[] = {
    {"floatVal", "DT_FLOAT"},        {"intVal", "DT_INT32 DT_INT16 DT_INT8 DT_UINT8 DT_UINT16"},
    {"int64Val", "DT_INT64"},        {"boolVal", "DT_BOOL"},
    {"stringVal", "DT_STRING"},      {"halfVal", "DT_HALF"},
    {"doubleVal", "DT_DOUBLE"},      {"scomplexVal", "DT_COMPLEX64"},
    {"dcomplexVal", "DT_COMPLEX128"}};

// The values of a TensorProto before decoding.
struct Source {
  const ValueField* field = nullptr;  // nullptr: tensorContent
  const Json* values = nullptr;       // nullptr: none given
};

Source FindSource(const Json& message, std::string_view what) {
  Source source;
  const auto take = [&](const Json* values, const ValueField* field) {
    if (source.values != nullptr) {
      Throw(Code::kAmbiguous, what, " gives its values in more than one field");
    }
    source = {field, values};
  };
  const Json* content = FindField(message, "tensorContent");
  if (content != nullptr && !(content->AsString() && content->AsString()->empty())) {
    take(content, nullptr);
  }
  for (const ValueField& field : kValueFields) {
    const Json* values = FindField(message, field.name);
    if (values != nullptr && !ExpectArray(*values, field.name).empty()) take(values, &field);
  }
  return source;
}

int32_t ClampToInt32(int64_t value) {
  using Limits = std::numeric_limits<int32_t>;
  return static_cast<int32_t>(std::clamp<int64_t>(value, Limits::min(), Limits::max()));
}

void CheckExpansion(DType dtype, const Shape& shape) {
  const uint64_t bytes = static_cast<uint64_t>(shape.NumElements()) * ElementSize(dtype);
  if (bytes > kMaxExpandedBytes) {
    Throw(Code::kLimit, "a constant of shape ", shape, " is too large to be given by a few values");
  }
}

template <typename T, typename F>
std::vector<T> ReadList(const Json& values, F read) {
  std::vector<T> list;
  const Json::Array& array = *values.AsArray();
  list.reserve(array.size());
  for (const Json& value : array) list.push_back(read(value));
  return list;
}

// Reads pairs of real and imaginary parts.
std::vector<Complex64> ReadComplexList(const Json& values, std::string_view what) {
  const auto parts = ReadList<float>(
      values, [&](const Json& value) { return static_cast<float>(ReadDouble(value, what)); });
  if (parts.size() % 2 != 0) Throw(Code::kAttr, what, " has an odd number of values");
  std::vector<Complex64> list;
  for (size_t i = 0; i < parts.size(); i += 2) list.emplace_back(parts[i], parts[i + 1]);
  return list;
}

float ReadHalf(const Json& value, std::string_view what) {
  const int64_t bits = ReadInt64(value, what);
  if (bits < 0 || bits > 0xffff) Throw(Code::kAttr, what, " holds ", bits, ", not 16 bits");
  return HalfToFloat(static_cast<uint16_t>(bits));
}

Tensor ReadValueField(const Json& values, const ValueField& field, DType dtype,
                      const Shape& shape) {
  const std::string_view what = field.name;
  switch (dtype) {
    case DType::kFloat32:
      return ExpandValues(shape, ReadList<float>(values, [&](const Json& value) {
                            return what == "halfVal" ? ReadHalf(value, what)
                                                     : static_cast<float>(ReadDouble(value, what));
                          }));
    case DType::kInt32:
      return ExpandValues(shape, ReadList<int32_t>(values, [&](const Json& value) {
                            return ClampToInt32(ReadInt64(value, what));
                          }));
    case DType::kBool:
      return ExpandValues(shape, ReadList<uint8_t>(values, [&](const Json& value) {
                            return static_cast<uint8_t>(ReadBool(value, what));
                          }));
    case DType::kString:
      return ExpandValues(shape, ReadList<std::string>(values, [&](const Json& value) {
                            return ReadBytes(value, what);
                          }));
    case DType::kComplex64:
      return ExpandValues(shape, ReadComplexList(values, what));
    default:
      break;
  }
  Throw(Code::kInternal, "values of an invalid dtype");
}

template <typename Stored, typename F>
Tensor DecodeContent(std::string_view bytes, DType dtype, const Shape& shape, F convert) {
  const auto size = static_cast<uint64_t>(shape.NumElements());
  if (bytes.size() != size * sizeof(Stored)) {
    Throw(Code::kAttr, "tensorContent of shape ", shape, " must have ", size * sizeof(Stored),
          " bytes, got ", bytes.size());
  }
  Tensor tensor(dtype, shape);
  auto* out = static_cast<decltype(convert(Stored()))*>(tensor.mutable_data());
  for (size_t i = 0; i < size; ++i) {
    Stored stored;
    std::memcpy(&stored, bytes.data() + i * sizeof(Stored), sizeof(Stored));
    out[i] = convert(stored);
  }
  return tensor;
}

}  // namespace

Tensor DecodeElements(std::string_view bytes, std::string_view type, const Shape& shape) {
  const DType dtype = FromTensorFlowType(type);
  const auto decode = [&]<typename Stored>(Stored, auto convert) {
    return DecodeContent<Stored>(bytes, dtype, shape, convert);
  };
  const auto to_float = [](auto value) { return static_cast<float>(value); };
  const auto to_int = [](auto value) { return ClampToInt32(value); };
  if (type == "DT_FLOAT") return decode(float(), to_float);
  if (type == "DT_DOUBLE") return decode(double(), to_float);
  if (type == "DT_HALF") return decode(uint16_t(), HalfToFloat);
  if (type == "DT_BFLOAT16") {
    return decode(uint16_t(),
                  [](uint16_t bits) { return std::bit_cast<float>(uint32_t{bits} << 16); });
  }
  if (type == "DT_INT32") return decode(int32_t(), to_int);
  if (type == "DT_INT64") return decode(int64_t(), to_int);
  if (type == "DT_INT16") return decode(int16_t(), to_int);
  if (type == "DT_UINT16") return decode(uint16_t(), to_int);
  if (type == "DT_INT8") return decode(int8_t(), to_int);
  if (type == "DT_UINT8") return decode(uint8_t(), to_int);
  if (type == "DT_BOOL") {
    return decode(uint8_t(), [](uint8_t value) { return static_cast<uint8_t>(value != 0); });
  }
  if (type == "DT_COMPLEX64") return decode(Complex64(), [](Complex64 value) { return value; });
  if (type == "DT_COMPLEX128") {
    return decode(std::complex<double>(), [](auto value) { return Complex64(value); });
  }
  Throw(Code::kAttr, "tensorContent of ", type, " is not supported");
}

template <typename T>
Tensor ExpandValues(const Shape& shape, const std::vector<T>& values) {
  const auto size = static_cast<uint64_t>(shape.NumElements());
  if (values.size() > size) {
    Throw(Code::kAttr, "a tensor of shape ", shape, " is given ", values.size(), " values");
  }
  if (values.size() < size) CheckExpansion(DTypeOf<T>(), shape);
  Tensor tensor(DTypeOf<T>(), shape);
  T* end = std::copy(values.begin(), values.end(), static_cast<T*>(tensor.mutable_data()));
  if (!values.empty()) std::fill_n(end, static_cast<size_t>(size) - values.size(), values.back());
  return tensor;
}

template Tensor ExpandValues(const Shape&, const std::vector<float>&);
template Tensor ExpandValues(const Shape&, const std::vector<int32_t>&);
template Tensor ExpandValues(const Shape&, const std::vector<uint8_t>&);
template Tensor ExpandValues(const Shape&, const std::vector<std::string>&);
template Tensor ExpandValues(const Shape&, const std::vector<Complex64>&);

Tensor ZeroTensor(DType dtype, const Shape& shape) {
  CheckExpansion(dtype, shape);
  Tensor tensor(dtype, shape);
  if (dtype != DType::kString) std::memset(tensor.mutable_data(), 0, tensor.bytes());
  return tensor;
}

TensorProto ReadTensorProto(const Json& message, std::string_view what) {
  ExpectObject(message, what);
  TensorProto proto;
  const Json* dtype = FindField(message, "dtype");
  const std::string_view type = dtype == nullptr ? "" : ReadTypeName(*dtype, what);
  proto.dtype = FromTensorFlowType(type);
  if (IsHandle(proto.dtype)) proto.dtype = DType::kInvalid;  // handles have no values
  if (const Json* shape = FindField(message, "tensorShape")) proto.shape = ReadShape(*shape, what);
  if (!proto.shape.IsKnown()) Throw(Code::kShape, what, " has the incomplete shape ", proto.shape);

  const Source source = FindSource(message, what);
  if (proto.dtype == DType::kInvalid) {
    if (source.values == nullptr) return proto;
    Throw(Code::kDType, what, " has a dtype that is not supported");
  }
  if (source.values == nullptr) {
    if (proto.shape.NumElements() == 0) proto.value = Tensor(proto.dtype, proto.shape);
  } else if (source.field == nullptr) {
    const std::string bytes = ReadBytes(*source.values, what);
    proto.value = DecodeElements(bytes, type, proto.shape);
  } else if (source.field->dtypes.find(type) == std::string_view::npos) {
    Throw(Code::kAttr, what, " is ", type, " but gives its values as ", source.field->name);
  } else {
    proto.value = ReadValueField(*source.values, *source.field, proto.dtype, proto.shape);
  }
  return proto;
}

}  // namespace tfwasm
