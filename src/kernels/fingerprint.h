// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace tfwasm {

// FarmHash's Fingerprint64. The value is stable across versions and platforms.
uint64_t Fingerprint64(std::string_view bytes);

}  // namespace tfwasm
