// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace tfwasm {

// Writes a line for the developer: to the browser's console, or natively to the standard error.
void Log(const std::string& line);

}  // namespace tfwasm
