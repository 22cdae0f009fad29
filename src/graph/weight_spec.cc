// SPDX-License-Identifier: Apache-2.0
#include "graph/weight_spec.h"

#include <cmath>
#include <limits>
#include <unordered_set>

#include "core/error.h"
#include "core/json.h"

namespace tfwasm {

namespace {

using Encoding = WeightSpec::Encoding;

std::string_view RequireString(const Json& json, std::string_view field, Code code) {
  const Json* value = json.Find(field);
  if (value == nullptr || value->AsString() == nullptr) {
    Throw(code, "'", field, "' must be a string, got ", value ? value->KindName() : "nothing");
  }
  return *value->AsString();
}

Shape ReadSpecShape(const Json& json) {
  const Json* dims = json.Find("shape");
  if (dims == nullptr || dims->AsArray() == nullptr) Throw(Code::kShape, "'shape' must be a list");
  Shape shape;
  for (const Json& dim : *dims->AsArray()) {
    const auto size = dim.AsInt();
    if (!size || *size < 0) {
      Throw(Code::kShape, "dimension ", shape.rank(), " must be a non-negative integer");
    }
    shape.Append(*size);
  }
  shape.NumElements();  // throws if there are too many
  return shape;
}

double RequireFinite(const Json& json, std::string_view field) {
  const Json* value = json.Find(field);
  const auto number = value == nullptr ? std::nullopt : value->AsDouble();
  if (!number || !std::isfinite(*number)) {
    Throw(Code::kQuant, "its quantization needs a finite '", field, "'");
  }
  return *number;
}

void CheckRange(const WeightSpec& spec) {
  const double largest_stored = spec.encoding == Encoding::kUint8 ? 0xff : 0xffff;
  const bool is_float = spec.dtype == DType::kFloat32;
  const double low = is_float ? std::numeric_limits<float>::lowest() : INT32_MIN;
  const double high = is_float ? std::numeric_limits<float>::max() : INT32_MAX;
  const double max = spec.scale * largest_stored + spec.min;
  if (spec.scale <= 0 || !(spec.min >= low && max <= high)) {
    Throw(Code::kQuant, "its quantization to ", spec.dtype, " has scale ", spec.scale, " and min ",
          spec.min);
  }
}

void ReadQuantization(const Json& json, WeightSpec& spec) {
  const std::string_view dtype = RequireString(json, "dtype", Code::kQuant);
  const bool is_affine = dtype == "uint8" || dtype == "uint16";
  const bool is_supported = dtype == "float16" ? spec.dtype == DType::kFloat32
                                               : is_affine && (spec.dtype == DType::kFloat32 ||
                                                               spec.dtype == DType::kInt32);
  if (!is_supported) {
    Throw(Code::kQuant, "quantization of ", spec.dtype, " as '", dtype, "' is not supported");
  }
  if (!is_affine) {
    spec.encoding = Encoding::kFloat16;
    return;
  }
  spec.encoding = dtype == "uint8" ? Encoding::kUint8 : Encoding::kUint16;
  spec.scale = RequireFinite(json, "scale");
  spec.min = RequireFinite(json, "min");
  CheckRange(spec);
}

void ReadSpec(const Json& json, WeightSpec& spec) {
  const std::string_view dtype_name = RequireString(json, "dtype", Code::kDType);
  const auto dtype = ParseDType(dtype_name);
  if (!dtype) Throw(Code::kDType, "the dtype '", dtype_name, "' is not supported");
  spec.dtype = *dtype;
  spec.shape = ReadSpecShape(json);
  if (spec.dtype == DType::kString) spec.encoding = Encoding::kString;
  if (const Json* quantization = json.Find("quantization")) ReadQuantization(*quantization, spec);
}

}  // namespace

int64_t WeightSpec::StoredElementSize() const {
  switch (encoding) {
    case Encoding::kPlain:
      return static_cast<int64_t>(ElementSize(dtype));
    case Encoding::kUint8:
      return 1;
    case Encoding::kUint16:
    case Encoding::kFloat16:
      return 2;
    case Encoding::kString:
      return sizeof(uint32_t);
  }
  return 0;
}

std::vector<WeightSpec> ReadWeightSpecs(std::string_view text) {
  const JsonDocument document = ParseJson(text, "the weights manifest");
  const Json& json = document.root();
  if (json.AsArray() == nullptr) {
    Throw(Code::kJson, "the weights manifest must be a list, got ", json.KindName());
  }
  std::vector<WeightSpec> specs;
  specs.reserve(json.AsArray()->size());
  std::unordered_set<std::string_view> names;
  for (const Json& entry : *json.AsArray()) {
    WeightSpec& spec = specs.emplace_back();
    try {
      spec.name = RequireString(entry, "name", Code::kJson);
      ReadSpec(entry, spec);
    } catch (const Error& error) {
      Throw(error.code(), "weight ", specs.size() - 1, " '", spec.name, "': ", error.message());
    }
    if (!names.insert(*entry.Find("name")->AsString()).second) {
      Throw(Code::kDuplicate, "two weights are named '", spec.name, "'");
    }
  }
  return specs;
}

}  // namespace tfwasm
