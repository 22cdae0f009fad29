// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "core/json.h"
#include "graph/attr.h"

namespace tfwasm {

// Reads a map of AttrValue messages, {"axis": {"i": "1"}, ...}, without the attribute `except`.
// Skips TensorFlow's internal attributes ("_class"), attributes that a function's caller would
// define ("placeholder"), lists of tensors, and attributes without a value. Throws E_ATTR, E_JSON,
// E_SHAPE, E_DTYPE, E_LIMIT or E_AMBIGUOUS, naming the attribute.
AttrMap ReadAttrMap(const Json& attrs, std::string_view except = {});

}  // namespace tfwasm
