// SPDX-License-Identifier: Apache-2.0
#include "core/log.h"

#ifdef __EMSCRIPTEN__
#include <emscripten/console.h>
#else
#include <cstdio>
#endif

namespace tfwasm {

void Log(const std::string& line) {
#ifdef __EMSCRIPTEN__
  emscripten_console_log(line.c_str());
#else
  std::fprintf(stderr, "%s\n", line.c_str());
#endif
}

}  // namespace tfwasm
