// SPDX-License-Identifier: Apache-2.0
// The encodings of weights in files of TensorFlow.js.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/tensor.h"
#include "graph/weight_spec.h"

namespace tfwasm {

// The float16 number nearest to `value`, ties to even, as bits. Beyond the range: infinity.
uint16_t FloatToHalf(float value);

// A weight as a file stores it.
struct EncodedWeight {
  WeightSpec spec;
  std::vector<uint8_t> bytes;

  // The entry of the weights manifest, as JSON.
  std::string SpecJson() const;
};

// Encodes a tensor. kUint8 and kUint16: value = scale * stored + min, with 0 stored exactly if it
// is within the values; a tensor whose values are all equal is stored as zeros. Only float32
// tensors with elements are quantized; others are stored plainly. Throws E_QUANT for a value that
// is not finite or, as float16, too large.
EncodedWeight EncodeWeight(std::string name, const Tensor& tensor, WeightSpec::Encoding encoding);

// The size of EncodeWeight().bytes, which does not depend on numeric values.
uint64_t EncodedBytes(const Tensor& tensor, WeightSpec::Encoding encoding);

// "uint8", "uint16", "float16"; kPlain for other names.
WeightSpec::Encoding EncodingOf(std::string_view name);

}  // namespace tfwasm
