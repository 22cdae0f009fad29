// SPDX-License-Identifier: Apache-2.0
#include "core/quantization.h"

#include <cmath>
#include <type_traits>

#include "core/half.h"

namespace tfwasm {

namespace {

template <typename Value, typename Stored>
void DequantizeAffine(const Quantization& quantization, const Stored* __restrict stored,
                      size_t count, Value* __restrict values) {
  const double scale = quantization.scale;
  const double min = quantization.min;
  for (size_t i = 0; i < count; ++i) {
    const double value = scale * stored[i] + min;
    if constexpr (std::is_same_v<Value, float>) {
      values[i] = static_cast<float>(value);
    } else {
      values[i] = static_cast<Value>(std::floor(value + 0.5));
    }
  }
}

template <typename Stored>
void DequantizeAffine(const Quantization& quantization, DType dtype, const void* stored,
                      size_t count, void* values) {
  const auto* from = static_cast<const Stored*>(stored);
  if (dtype == DType::kInt32) {
    return DequantizeAffine(quantization, from, count, static_cast<int32_t*>(values));
  }
  DequantizeAffine(quantization, from, count, static_cast<float*>(values));
}

void DequantizeHalf(const uint16_t* __restrict stored, size_t count, float* __restrict values) {
  for (size_t i = 0; i < count; ++i) values[i] = HalfToFloat(stored[i]);
}

}  // namespace

void Dequantize(const Quantization& quantization, DType dtype, const void* stored, size_t count,
                void* values) {
  switch (quantization.kind) {
    case Quantization::Kind::kUint8:
      return DequantizeAffine<uint8_t>(quantization, dtype, stored, count, values);
    case Quantization::Kind::kUint16:
      return DequantizeAffine<uint16_t>(quantization, dtype, stored, count, values);
    case Quantization::Kind::kFloat16:
      return DequantizeHalf(static_cast<const uint16_t*>(stored), count,
                            static_cast<float*>(values));
  }
}

}  // namespace tfwasm
