// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tfwasm {

// Decodes base64 in the standard or the URL-safe alphabet, padded or not, as protobuf's JSON
// mapping allows for `bytes` fields. nullopt if the text is malformed.
std::optional<std::string> DecodeBase64(std::string_view text);

// In the standard alphabet, padded.
std::string EncodeBase64(std::string_view bytes);

}  // namespace tfwasm
