// SPDX-License-Identifier: Apache-2.0
// Local response normalization across channels.
#pragma once

#include <cstdint>

namespace tfwasm {

struct LrnSpec {
  int64_t radius = 5;  // neighbouring channels on each side
  float bias = 1;
  float alpha = 1;
  float beta = 0.5f;
};

// out = in / (bias + alpha * sum of squares of the neighbours) ^ beta, for `rows` rows of
// `channels` elements. `in` and `out` must not overlap.
void Lrn(const LrnSpec& spec, int64_t rows, int64_t channels, const float* in, float* out);

}  // namespace tfwasm
