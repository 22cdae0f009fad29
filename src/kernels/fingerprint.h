// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace tfwasm {

// FarmHash's Fingerprint64 of these bytes, which never changes between versions and machines.
uint64_t Fingerprint64(std::string_view bytes);

}  // namespace tfwasm
