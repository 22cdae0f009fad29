// SPDX-License-Identifier: Apache-2.0
// Reads the messages that hold values: TensorShapeProto, TensorProto and AttrValue.
#pragma once

#include <string_view>

#include "convert/proto_reader.h"
#include "graph/attr.h"
#include "graph/tensor_proto.h"

namespace tfwasm {

// Throws E_SHAPE if the rank is too high or a dimension below -1.
Shape ReadShape(ProtoReader reader);

// Reads a TensorProto. The value is converted to a dtype of the core, and is empty if there is none
// (resources, variants, types without a counterpart). Missing values repeat the last one, or are 0.
// Integers beyond int32 are clamped, and `clamped`, if given, set to true. Throws E_PROTO, E_ATTR,
// E_SHAPE or E_LIMIT.
TensorProto ReadTensorProto(ProtoReader reader, bool* clamped = nullptr);

// Reads an AttrValue message. False if it has no usable value: placeholders, lists of tensors.
bool ReadAttrValue(ProtoReader reader, AttrValue& value);

}  // namespace tfwasm
