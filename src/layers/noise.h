// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "kernels/random_sequence.h"
#include "layers/config.h"
#include "ops/builder.h"

namespace tfwasm {

// The random numbers of a layer: other ones at each run. With a seed, the order repeats when the
// layer is created again.
class NoiseSource {
 public:
  explicit NoiseSource(std::optional<int64_t> seed) : seed_(seed) {}

  // In [0, 1), in the shape of x.
  Operand Uniform(Operand x) const { return Random("RandomUniform", x, 0, 1); }
  Operand Normal(Operand x, float mean, float deviation) const {
    return Random("RandomStandardNormal", x, mean, deviation);
  }

 private:
  Operand Random(const char* op, Operand x, float mean, float deviation) const;

  std::optional<int64_t> seed_;
  RandomSequence sequence_;
};

// In [0, 1].
double RateOf(LayerConfig& config, std::string_view key, std::optional<double> fallback = {});

// Keeps elements with the probability 1 - rate, divided by it; the others become 0. What is decided
// for an element of `noise`, which broadcasts to x, holds for all that it covers.
Operand DropoutOf(Operand x, Operand noise, double rate, const NoiseSource& source);

}  // namespace tfwasm
