// SPDX-License-Identifier: Apache-2.0
// Access to fields of protobuf messages in protobuf's JSON mapping. `what` names the field in error
// messages. Functions throw E_ATTR for wrong values, unless noted otherwise.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/dtype.h"
#include "core/json.h"
#include "core/shape.h"

namespace tfwasm {

// The field `name` (lowerCamelCase), or its original snake_case name; nullptr if unset.
const Json* FindField(const Json& message, std::string_view name);

// A repeated or message field that must be a JSON list or object. Throws E_JSON.
const Json::Array& ExpectArray(const Json& value, std::string_view what);
const Json::Object& ExpectObject(const Json& value, std::string_view what);
std::string_view ExpectString(const Json& value, std::string_view what);

bool ReadBool(const Json& value, std::string_view what);
// Number or decimal string.
int64_t ReadInt64(const Json& value, std::string_view what);
// Number, decimal string, "NaN", "Infinity" or "-Infinity".
double ReadDouble(const Json& value, std::string_view what);
// Base64 text, or a list of byte values.
std::string ReadBytes(const Json& value, std::string_view what);

// The canonical name, such as "DT_INT64", of a DataType given by name or number. Reference types
// map to their type. An unknown number gives "".
std::string_view ReadTypeName(const Json& value, std::string_view what);
// The same for the number of a DataType.
std::string_view TensorFlowTypeName(int64_t number);
// kInvalid for types that tfwasm does not support.
DType ReadDType(const Json& value, std::string_view what);

// Reads a TensorShapeProto. Also throws E_SHAPE.
Shape ReadShape(const Json& value, std::string_view what);

}  // namespace tfwasm
