// SPDX-License-Identifier: Apache-2.0
// Random numbers of several distributions, from a counter-based generator: each element depends on
// the key and its position only.
#pragma once

#include <cstdint>

#include "kernels/philox.h"

namespace tfwasm {

struct RandomOutput {
  void* data;
  int64_t size;
  bool is_int;  // int32, else float32
};

// Uniform in [low, high).
void FillUniform(const Philox& generator, float low, float high, RandomOutput out);

// `is_truncated`: redraws numbers beyond two standard deviations.
void FillNormal(const Philox& generator, float mean, float deviation, bool is_truncated,
                RandomOutput out);

// Uniform in [low, high), which must not be empty.
void FillUniformInts(const Philox& generator, int64_t low, int64_t high, int64_t size,
                     int32_t* out);

// Draws samples [begin, end) of the sequence into the same places of `out`: classes with
// probabilities proportional to exp(logits), or to the logits if `is_normalized`. Classes whose
// logit is not finite are not drawn.
void DrawClasses(const Philox& generator, const float* logits, int64_t classes, bool is_normalized,
                 int64_t begin, int64_t end, int32_t* out);

}  // namespace tfwasm
