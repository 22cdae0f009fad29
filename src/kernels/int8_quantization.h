// SPDX-License-Identifier: Apache-2.0
// Quantization to int8, for products of integers: weights once, activations in each run.
#pragma once

#include <cstdint>
#include <vector>

namespace tfwasm {

// Weights of a product, with one scale per output: value = scale * stored, in [-127, 127].
struct Int8Weights {
  std::vector<int8_t> values;  // [outputs, inputs]
  std::vector<float> scales;   // by output

  // `weights`: [inputs, outputs], or [outputs, inputs] if `is_transposed`. They must be finite.
  Int8Weights(int64_t inputs, int64_t outputs, const float* weights, bool is_transposed);
};

// The quantization of activations: value = scale * (stored - zero_point). Zero is exact.
struct Int8Range {
  int32_t zero_point = 0;
  float scale = 1;
  // Whether there is a NaN or an infinity, so that the others cannot be represented.
  bool is_finite = true;
};

// Finds the range of `count` values, and quantizes them. Threads share large ones.
Int8Range QuantizeToInt8(const float* values, int64_t count, int8_t* stored);

}  // namespace tfwasm
