// SPDX-License-Identifier: Apache-2.0
#include "core/dtype.h"

#include <array>
#include <utility>

#include "core/object.h"

namespace tfwasm {

namespace {

constexpr size_t kNumDataTypes = 5;
constexpr std::array<std::string_view, 7> kNames = {"float32",   "int32",    "bool",   "string",
                                                    "complex64", "resource", "variant"};

constexpr std::pair<std::string_view, DType> kTensorFlowTypes[] = {
    {"DT_FLOAT", DType::kFloat32},       {"DT_HALF", DType::kFloat32},
    {"DT_BFLOAT16", DType::kFloat32},    {"DT_DOUBLE", DType::kFloat32},
    {"DT_INT32", DType::kInt32},         {"DT_INT64", DType::kInt32},
    {"DT_INT8", DType::kInt32},          {"DT_UINT8", DType::kInt32},
    {"DT_INT16", DType::kInt32},         {"DT_UINT16", DType::kInt32},
    {"DT_BOOL", DType::kBool},           {"DT_STRING", DType::kString},
    {"DT_COMPLEX64", DType::kComplex64}, {"DT_COMPLEX128", DType::kComplex64},
    {"DT_RESOURCE", DType::kResource},   {"DT_VARIANT", DType::kVariant}};

}  // namespace

size_t ElementSize(DType dtype) {
  switch (dtype) {
    case DType::kFloat32:
    case DType::kInt32:
      return 4;
    case DType::kBool:
      return 1;
    case DType::kString:
      return sizeof(std::string);
    case DType::kComplex64:
      return 8;
    case DType::kResource:
    case DType::kVariant:
      return sizeof(ObjectPtr);
    case DType::kInvalid:
      break;
  }
  return 0;
}

std::string_view DTypeName(DType dtype) {
  const auto index = static_cast<size_t>(dtype);
  return index < kNames.size() ? kNames[index] : "invalid";
}

std::optional<DType> ParseDType(std::string_view name) {
  for (size_t i = 0; i < kNumDataTypes; ++i) {
    if (kNames[i] == name) return static_cast<DType>(i);
  }
  return std::nullopt;
}

DType FromTensorFlowType(std::string_view name) {
  for (const auto& [tensorflow_name, dtype] : kTensorFlowTypes) {
    if (tensorflow_name == name) return dtype;
  }
  return DType::kInvalid;
}

}  // namespace tfwasm
