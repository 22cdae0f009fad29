// SPDX-License-Identifier: Apache-2.0
#include "kernels/element_key.h"

#include <cmath>
#include <limits>

#include "kernels/copy.h"

namespace tfwasm {

namespace {

void AppendFloat(float value, std::string& key) {
  // Adding zero turns -0 into 0.
  const float canonical = std::isnan(value) ? std::numeric_limits<float>::quiet_NaN() : value + 0;
  key.append(reinterpret_cast<const char*>(&canonical), sizeof(canonical));
}

}  // namespace

std::string_view KeyOf(DType dtype, const void* data, int64_t index, std::string& room) {
  if (dtype == DType::kInt32 || dtype == DType::kBool) {
    return {static_cast<const char*>(ElementAt(dtype, data, index)), ElementSize(dtype)};
  }
  room.clear();
  AppendKey(dtype, data, index, room);
  return room;
}

void AppendKey(DType dtype, const void* data, int64_t index, std::string& key) {
  const void* element = ElementAt(dtype, data, index);
  switch (dtype) {
    case DType::kFloat32:
      return AppendFloat(*static_cast<const float*>(element), key);
    case DType::kComplex64:
      AppendFloat(static_cast<const Complex64*>(element)->real(), key);
      return AppendFloat(static_cast<const Complex64*>(element)->imag(), key);
    case DType::kString: {
      const auto& text = *static_cast<const std::string*>(element);
      // The length prefix distinguishes ["ab", "c"] from ["a", "bc"].
      const uint64_t length = text.size();
      key.append(reinterpret_cast<const char*>(&length), sizeof(length));
      key.append(text);
      return;
    }
    default:
      key.append(static_cast<const char*>(element), ElementSize(dtype));
  }
}

}  // namespace tfwasm
