// SPDX-License-Identifier: Apache-2.0
// Formulas: Keras, keras/src/initializers.
#include "layers/initializers.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "core/training_registry.h"
#include "kernels/random.h"
#include "layers/named.h"

namespace tfwasm {

TFWASM_TRAINING_REGISTRY(initializers, InitializerDef, AllInitializers)

namespace {

Tensor Filled(const TensorSpec& spec, double value) {
  Tensor tensor(spec.dtype, spec.shape);
  if (spec.dtype == DType::kFloat32) {
    std::ranges::fill(tensor.mutable_values<float>(), static_cast<float>(value));
  } else if (spec.dtype == DType::kInt32) {
    std::ranges::fill(tensor.mutable_values<int32_t>(), static_cast<int32_t>(value));
  } else {
    Throw(Code::kDType, "cannot initialize a weight of dtype ", spec.dtype);
  }
  return tensor;
}

Tensor RequireFloat(const TensorSpec& spec) {
  if (spec.dtype != DType::kFloat32) {
    Throw(Code::kDType, "a random weight must be float32, not ", spec.dtype);
  }
  return Tensor(spec.dtype, spec.shape);
}

Philox GeneratorOf(LayerConfig& config, const Philox& random) {
  // A seed generator is an object: its state is not restored.
  const JsonValue given = config.Value("seed");
  return given.is_number_integer() ? Philox(given.get<uint64_t>()) : random;
}

RandomOutput OutputOf(Tensor& tensor) {
  return {.data = tensor.mutable_data(), .size = tensor.size(), .is_int = false};
}

Tensor Uniform(const TensorSpec& spec, const Philox& generator, double low, double high) {
  Tensor tensor = RequireFloat(spec);
  FillUniform(generator, static_cast<float>(low), static_cast<float>(high), OutputOf(tensor));
  return tensor;
}

Tensor Normal(const TensorSpec& spec, const Philox& generator, double mean, double deviation,
              bool is_truncated) {
  Tensor tensor = RequireFloat(spec);
  FillNormal(generator, static_cast<float>(mean), static_cast<float>(deviation), is_truncated,
             OutputOf(tensor));
  return tensor;
}

Tensor MakeZeros(LayerConfig& /*config*/, const TensorSpec& spec, const Philox& /*random*/) {
  return Filled(spec, 0);
}

Tensor MakeOnes(LayerConfig& /*config*/, const TensorSpec& spec, const Philox& /*random*/) {
  return Filled(spec, 1);
}

Tensor MakeConstant(LayerConfig& config, const TensorSpec& spec, const Philox& /*random*/) {
  return Filled(spec, config.Number("value", 0));
}

Tensor MakeIdentity(LayerConfig& config, const TensorSpec& spec, const Philox& /*random*/) {
  const auto gain = static_cast<float>(config.Number("gain", 1));
  if (spec.shape.rank() != 2) {
    Throw(Code::kLayer, "the initializer Identity needs a matrix, got ", spec.shape);
  }
  Tensor tensor = Filled(spec, 0);
  const int64_t columns = spec.shape[1];
  for (int64_t i = 0; i < std::min(spec.shape[0], columns); ++i) {
    tensor.mutable_values<float>()[static_cast<size_t>(i * columns + i)] = gain;
  }
  return tensor;
}

Tensor MakeRandomUniform(LayerConfig& config, const TensorSpec& spec, const Philox& random) {
  const double low = config.Number("minval", -0.05);
  const double high = config.Number("maxval", 0.05);
  return Uniform(spec, GeneratorOf(config, random), low, high);
}

template <bool kIsTruncated>
Tensor MakeRandomNormal(LayerConfig& config, const TensorSpec& spec, const Philox& random) {
  const double mean = config.Number("mean", 0);
  const double deviation = config.Number("stddev", 0.05);
  return Normal(spec, GeneratorOf(config, random), mean, deviation, kIsTruncated);
}

struct Fans {
  explicit Fans(const Shape& shape) {
    const int rank = shape.rank();
    if (rank == 0) return;
    const auto field = static_cast<double>(rank > 2 ? shape.Product(0, rank - 2) : 1);
    in = rank == 1 ? static_cast<double>(shape[0]) : field * static_cast<double>(shape[rank - 2]);
    out = rank == 1 ? in : field * static_cast<double>(shape[rank - 1]);
  }
  double in = 1;
  double out = 1;
};

// Glorot and Bengio, 2010; He et al., 2015; LeCun et al., 1998.
Tensor ScaleVariance(const TensorSpec& spec, const Philox& generator, double scale,
                     std::string_view mode, std::string_view distribution) {
  const Fans fans(spec.shape);
  const double fan = mode == "fan_in"    ? fans.in
                     : mode == "fan_out" ? fans.out
                                         : (fans.in + fans.out) / 2;
  const double variance = scale / std::max(1.0, fan);
  if (distribution == "uniform") {
    const double limit = std::sqrt(3 * variance);
    return Uniform(spec, generator, -limit, limit);
  }
  // The standard deviation of a normal distribution that is truncated at 2.
  constexpr double kTruncated = 0.87962566103423978;
  const bool is_truncated = distribution != "untruncated_normal";
  const double deviation = std::sqrt(variance) / (is_truncated ? kTruncated : 1);
  return Normal(spec, generator, 0, deviation, is_truncated);
}

Tensor MakeVarianceScaling(LayerConfig& config, const TensorSpec& spec, const Philox& random) {
  const double scale = config.Number("scale", 1);
  if (!(scale > 0)) config.Fail("scale", "a positive number");
  const std::string mode = config.OneOf("mode", "fan_in", {"fan_in", "fan_out", "fan_avg"});
  const std::string distribution =
      config.OneOf("distribution", "truncated_normal",
                   {"normal", "uniform", "truncated_normal", "untruncated_normal"});
  return ScaleVariance(spec, GeneratorOf(config, random), scale, mode, distribution);
}

struct Scaling {
  double scale;
  const char* mode;
  const char* distribution;
};
constexpr Scaling kGlorotUniformScaling{1, "fan_avg", "uniform"};
constexpr Scaling kGlorotNormalScaling{1, "fan_avg", "truncated_normal"};
constexpr Scaling kHeUniformScaling{2, "fan_in", "uniform"};
constexpr Scaling kHeNormalScaling{2, "fan_in", "truncated_normal"};
constexpr Scaling kLecunUniformScaling{1, "fan_in", "uniform"};
constexpr Scaling kLecunNormalScaling{1, "fan_in", "truncated_normal"};

template <const Scaling& kScaling>
Tensor MakeScaled(LayerConfig& config, const TensorSpec& spec, const Philox& random) {
  return ScaleVariance(spec, GeneratorOf(config, random), kScaling.scale, kScaling.mode,
                       kScaling.distribution);
}

// Makes the columns of a column-major matrix orthonormal by modified Gram-Schmidt, twice, since one
// round loses precision. In double.
void Orthonormalize(std::vector<double>& matrix, size_t rows, size_t columns) {
  const auto column = [&](size_t j) { return std::span(matrix).subspan(j * rows, rows); };
  const auto dot = [](std::span<const double> a, std::span<const double> b) {
    double sum = 0;
    for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
  };
  for (size_t j = 0; j < columns; ++j) {
    for (int round = 0; round < 2; ++round) {
      for (size_t k = 0; k < j; ++k) {
        const double along = dot(column(j), column(k));
        for (size_t i = 0; i < rows; ++i) column(j)[i] -= along * column(k)[i];
      }
    }
    const double norm = std::sqrt(dot(column(j), column(j)));
    for (double& value : column(j)) value = norm == 0 ? 0 : value / norm;
  }
}

// Saxe et al., "Exact solutions to the nonlinear dynamics of learning", 2014.
Tensor MakeOrthogonal(LayerConfig& config, const TensorSpec& spec, const Philox& random) {
  const double gain = config.Number("gain", 1);
  const int rank = spec.shape.rank();
  if (rank < 2) Throw(Code::kLayer, "the initializer Orthogonal needs a matrix, got ", spec.shape);
  const auto rows = static_cast<size_t>(spec.shape.Product(0, rank - 1));
  const auto columns = static_cast<size_t>(spec.shape[rank - 1]);
  const size_t longer = std::max(rows, columns);
  const size_t shorter = std::min(rows, columns);
  Tensor tensor = Normal(spec, GeneratorOf(config, random), 0, 1, false);
  const auto values = tensor.mutable_values<float>();
  std::vector<double> matrix(values.begin(), values.end());  // `shorter` columns
  Orthonormalize(matrix, longer, shorter);
  for (size_t i = 0; i < longer; ++i) {
    for (size_t j = 0; j < shorter; ++j) {
      const size_t at = rows >= columns ? i * columns + j : j * columns + i;
      values[at] = static_cast<float>(gain * matrix[j * longer + i]);
    }
  }
  return tensor;
}

}  // namespace

TFWASM_INITIALIZER kZeros{"Zeros", "zero", MakeZeros};
TFWASM_INITIALIZER kOnes{"Ones", "one", MakeOnes};
TFWASM_INITIALIZER kConstant{"Constant", "", MakeConstant};
TFWASM_INITIALIZER kIdentityMatrix{"Identity", "IdentityInitializer", MakeIdentity};
TFWASM_INITIALIZER kRandomUniform{"RandomUniform", "uniform", MakeRandomUniform};
TFWASM_INITIALIZER kRandomNormal{"RandomNormal", "normal", MakeRandomNormal<false>};
TFWASM_INITIALIZER kTruncatedNormal{"TruncatedNormal", "", MakeRandomNormal<true>};
TFWASM_INITIALIZER kVarianceScaling{"VarianceScaling", "", MakeVarianceScaling};
TFWASM_INITIALIZER kGlorotUniform{"GlorotUniform", "", MakeScaled<kGlorotUniformScaling>};
TFWASM_INITIALIZER kGlorotNormal{"GlorotNormal", "", MakeScaled<kGlorotNormalScaling>};
TFWASM_INITIALIZER kHeUniform{"HeUniform", "", MakeScaled<kHeUniformScaling>};
TFWASM_INITIALIZER kHeNormal{"HeNormal", "", MakeScaled<kHeNormalScaling>};
TFWASM_INITIALIZER kLecunUniform{"LecunUniform", "LeCunUniform,le_cun_uniform",
                                 MakeScaled<kLecunUniformScaling>};
TFWASM_INITIALIZER kLecunNormal{"LecunNormal", "LeCunNormal,le_cun_normal",
                                MakeScaled<kLecunNormalScaling>};
TFWASM_INITIALIZER kOrthogonal{"Orthogonal", "OrthogonalInitializer", MakeOrthogonal};

Tensor Initialize(const Json& initializer, Generation generation, const TensorSpec& tensor,
                  const Philox& random) {
  const NamedConfig named(initializer, "initializer");
  LayerConfig config(*named.config, generation);
  return RequireNamed(AllInitializers(), named.name, "initializer").make(config, tensor, random);
}

}  // namespace tfwasm
