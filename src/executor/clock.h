// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ctime>

namespace tfwasm {

// In milliseconds since some moment. std::chrono's error handling would add 10 KB.
inline double Now() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

}  // namespace tfwasm
