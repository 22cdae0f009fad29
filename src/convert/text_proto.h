// SPDX-License-Identifier: Apache-2.0
// Protobuf's text format.
#pragma once

#include <string>
#include <string_view>

namespace tfwasm {

// Whether these bytes are text rather than a binary message.
bool IsTextProto(std::string_view bytes);

// Converts a text to a binary message of this type: "GraphDef" or "SavedModel". Fields that
// conversion does not use are left out. Throws E_PROTO with the line, and E_LIMIT if messages are
// nested too deeply.
std::string EncodeTextProto(std::string_view text, std::string_view type);

}  // namespace tfwasm
