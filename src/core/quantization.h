// SPDX-License-Identifier: Apache-2.0
// Elements in fewer bytes than their dtype has.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/dtype.h"

namespace tfwasm {

struct Quantization {
  enum class Kind : uint8_t { kUint8, kUint16, kFloat16 };

  Kind kind = Kind::kUint8;
  // For kUint8 and kUint16: value = scale * stored + min, in double precision; integers are
  // rounded.
  double scale = 1;
  double min = 0;

  size_t StoredElementSize() const { return kind == Kind::kUint8 ? 1 : 2; }
};

// Writes `count` values of `dtype`: float32, or int32 unless they are kFloat16. `stored` and
// `values` must not overlap.
void Dequantize(const Quantization& quantization, DType dtype, const void* stored, size_t count,
                void* values);

}  // namespace tfwasm
