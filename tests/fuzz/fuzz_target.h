// SPDX-License-Identifier: Apache-2.0
// Functions called by libFuzzer and AddressSanitizer.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" const char* __asan_default_options();
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
