// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace tfwasm {

// out[i] = in[i] - log(sum of exp(in)) for each row. `out` may be `in`. A row with NaN or an
// infinity becomes NaN, except -infinity next to finite numbers.
void LogSoftmax(const float* in, float* out, int64_t rows, int64_t columns);

}  // namespace tfwasm
