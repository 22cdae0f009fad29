// SPDX-License-Identifier: Apache-2.0
// The weight specs of a manifest.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/dtype.h"
#include "core/shape.h"

namespace tfwasm {

struct WeightSpec {
  // The encoding of elements in the stream.
  enum class Encoding : uint8_t { kPlain, kUint8, kUint16, kFloat16, kString };

  std::string name;
  DType dtype = DType::kInvalid;
  Shape shape;
  Encoding encoding = Encoding::kPlain;
  double scale = 1;  // for kUint8 and kUint16: value = scale * q + min
  double min = 0;

  // Bytes per element in the stream; for strings those of the length prefix.
  int64_t StoredElementSize() const;
};

// Reads the JSON text of a list [{name, shape, dtype, quantization?: {dtype, scale?, min?}}].
// Throws E_JSON, E_SHAPE, E_DTYPE, E_QUANT, E_DUPLICATE or E_LIMIT, naming the weight.
std::vector<WeightSpec> ReadWeightSpecs(std::string_view text);

}  // namespace tfwasm
