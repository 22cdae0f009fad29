// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace tfwasm {

// Logs a line: to the browser's console, or natively to standard error.
void Log(const std::string& line);

}  // namespace tfwasm
