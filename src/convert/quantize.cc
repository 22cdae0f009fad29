// SPDX-License-Identifier: Apache-2.0
#include "convert/quantize.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "core/json_value.h"
#include "core/str_cat.h"

namespace tfwasm {

namespace {

using Encoding = WeightSpec::Encoding;

constexpr float kMostHalf = 65504;

// The dtype in the manifest.
std::string_view StoredType(Encoding encoding) {
  switch (encoding) {
    case Encoding::kUint8:
      return "uint8";
    case Encoding::kUint16:
      return "uint16";
    case Encoding::kFloat16:
      return "float16";
    default:
      return "";
  }
}

bool IsQuantizable(const Tensor& tensor) {
  return tensor.dtype() == DType::kFloat32 && tensor.bytes() > 0;
}

Encoding EffectiveEncoding(const Tensor& tensor, Encoding encoding) {
  if (tensor.dtype() == DType::kString) return Encoding::kString;
  return IsQuantizable(tensor) ? encoding : Encoding::kPlain;
}

size_t StoredSize(Encoding encoding, DType dtype) {
  if (encoding == Encoding::kUint8) return 1;
  return encoding == Encoding::kPlain ? ElementSize(dtype) : 2;
}

void EncodeStrings(const Tensor& tensor, std::vector<uint8_t>& bytes) {
  for (const std::string& value : tensor.values<std::string>()) {
    const auto length = static_cast<uint32_t>(value.size());
    for (int shift = 0; shift < 32; shift += 8) {
      bytes.push_back(static_cast<uint8_t>(length >> shift & 0xff));
    }
    bytes.insert(bytes.end(), value.begin(), value.end());
  }
}

void EncodeHalves(std::span<const float> values, std::vector<uint8_t>& bytes) {
  for (const float value : values) {
    const uint16_t half = FloatToHalf(value);
    if ((half & 0x7c00) == 0x7c00) {
      Throw(Code::kQuant, "it has the value ", value, ", which float16 cannot hold; its limit is ",
            kMostHalf);
    }
    bytes.push_back(static_cast<uint8_t>(half & 0xff));
    bytes.push_back(static_cast<uint8_t>(half >> 8));
  }
}

// The map between values and stored integers from 0 to `levels`.
struct Affine {
  double scale = 1;
  double min = 0;
  double max = 0;
  bool is_constant = true;  // or nearly
};

Affine FindAffine(std::span<const float> values, double levels) {
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  Affine affine{.min = double{*least}, .max = double{*most}};
  const double scale = (affine.max - affine.min) / levels;
  if (!(scale >= std::numeric_limits<float>::min())) return affine;
  affine.is_constant = false;
  affine.scale = scale;
  if (affine.min <= 0 && affine.max >= 0) {
    const double zero = std::nearbyint((0 - affine.min) / scale);
    affine.min = -zero * scale;
    affine.max = (levels - zero) * scale;
  }
  return affine;
}

void EncodeAffine(std::span<const float> values, EncodedWeight& weight) {
  for (const float value : values) {
    if (!std::isfinite(value)) Throw(Code::kQuant, "it has the value ", value);
  }
  const bool is_wide = weight.spec.encoding == Encoding::kUint16;
  const Affine affine = FindAffine(values, is_wide ? 65535 : 255);
  weight.spec.scale = affine.scale;
  weight.spec.min = affine.min;
  for (const float value : values) {
    const double clipped = std::clamp(double{value}, affine.min, affine.max);
    const double steps =
        affine.is_constant ? 0 : std::nearbyint((clipped - affine.min) / affine.scale);
    const auto stored = static_cast<uint32_t>(steps);
    weight.bytes.push_back(static_cast<uint8_t>(stored & 0xff));
    if (is_wide) weight.bytes.push_back(static_cast<uint8_t>(stored >> 8));
  }
}

}  // namespace

uint16_t FloatToHalf(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  const auto sign = static_cast<uint16_t>(bits >> 16 & 0x8000);
  const float magnitude = std::fabs(value);
  if (std::isnan(value)) return sign | 0x7e00;
  if (magnitude >= 65520) return sign | 0x7c00;  // rounds to more than the largest number
  // Adding a power of two rounds to the wanted number of bits: subnormal numbers are multiples of
  // 2^-24, others have 10 bits after the leading one.
  const float least = std::max(magnitude, 0x1p-14f);
  const float leading = std::bit_cast<float>(std::bit_cast<uint32_t>(least) & 0x7f800000u);
  const float step = leading * 0x1p-10f;
  const float steps = std::nearbyint(magnitude / step);
  const float exponent = static_cast<float>(std::ilogb(leading) + 15);
  // A carry of `steps` into the exponent gives the next power of two.
  const float base = magnitude < 0x1p-14f ? 0 : (exponent - 1) * 1024;
  return static_cast<uint16_t>(sign | static_cast<uint16_t>(base + steps));
}

WeightSpec::Encoding EncodingOf(std::string_view name) {
  for (const Encoding encoding : {Encoding::kUint8, Encoding::kUint16, Encoding::kFloat16}) {
    if (StoredType(encoding) == name) return encoding;
  }
  return Encoding::kPlain;
}

uint64_t EncodedBytes(const Tensor& tensor, WeightSpec::Encoding encoding) {
  const Encoding effective = EffectiveEncoding(tensor, encoding);
  if (effective != Encoding::kString) {
    return static_cast<uint64_t>(tensor.size()) * StoredSize(effective, tensor.dtype());
  }
  uint64_t bytes = 0;
  for (const std::string& value : tensor.values<std::string>()) bytes += 4 + value.size();
  return bytes;
}

EncodedWeight EncodeWeight(std::string name, const Tensor& tensor, WeightSpec::Encoding encoding) {
  EncodedWeight weight;
  weight.spec = {.name = std::move(name),
                 .dtype = tensor.dtype(),
                 .shape = tensor.shape(),
                 .encoding = EffectiveEncoding(tensor, encoding)};
  try {
    weight.bytes.reserve(static_cast<size_t>(EncodedBytes(tensor, encoding)));
    switch (weight.spec.encoding) {
      case Encoding::kString:
        EncodeStrings(tensor, weight.bytes);
        break;
      case Encoding::kFloat16:
        EncodeHalves(tensor.values<float>(), weight.bytes);
        break;
      case Encoding::kUint8:
      case Encoding::kUint16:
        EncodeAffine(tensor.values<float>(), weight);
        break;
      case Encoding::kPlain: {
        const auto* bytes = static_cast<const uint8_t*>(tensor.data());
        weight.bytes.assign(bytes, bytes + tensor.bytes());
        break;
      }
    }
  } catch (const Error& error) {
    Throw(error.code(), "the weight '", weight.spec.name,
          "' cannot be quantized: ", error.message());
  }
  return weight;
}

std::string EncodedWeight::SpecJson() const {
  std::string dims;
  for (const int64_t dim : spec.shape) dims += StrCat(dims.empty() ? "" : ",", dim);
  std::string text = StrCat("{\"name\":", WriteJson(spec.name), ",\"shape\":[", dims,
                            "],\"dtype\":\"", spec.dtype, "\"");
  const std::string_view stored = StoredType(spec.encoding);
  if (!stored.empty()) {
    text += StrCat(",\"quantization\":{\"dtype\":\"", stored, "\"");
    if (spec.encoding != Encoding::kFloat16) {
      text += StrCat(",\"min\":", spec.min, ",\"scale\":", spec.scale);
    }
    text += ",\"original_dtype\":\"float32\"}";
  }
  return text + "}";
}

}  // namespace tfwasm
