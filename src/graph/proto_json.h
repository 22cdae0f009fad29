// SPDX-License-Identifier: Apache-2.0
// Fields of protobuf messages in protobuf's JSON mapping. `what` names the field in messages; all
// functions throw E_ATTR, save where noted, when the value is not what it must be.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/dtype.h"
#include "core/json.h"
#include "core/shape.h"

namespace tfwasm {

// The field called `name` (lowerCamelCase) or by its original snake_case name; nullptr when unset.
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

// The canonical name, such as "DT_INT64", of a DataType given by name or number. A reference type
// counts as the type it refers to; an unknown number gives "".
std::string_view ReadTypeName(const Json& value, std::string_view what);
// kInvalid for types that tfwasm does not have.
DType ReadDType(const Json& value, std::string_view what);

// A TensorShapeProto. Throws E_SHAPE too.
Shape ReadShape(const Json& value, std::string_view what);

}  // namespace tfwasm
