// SPDX-License-Identifier: Apache-2.0
#include "kernels/recurrent_activation.h"

#include <algorithm>
#include <type_traits>

#include "kernels/vector_math.h"

namespace tfwasm {

namespace {

using vector_math::kStored;
using vector_math::Within;

template <auto kValue, auto kGradient>
constexpr RecurrentActivation Make(NameList names, bool keeps_input) {
  return {.names = names,
          .keeps_input = keeps_input,
          .value = MapLoopOf<std::remove_cv_t<decltype(kValue)>, float, float>(),
          .gradient = MapLoopOf<std::remove_cv_t<decltype(kGradient)>, float, float, float>()};
}

// kGradient(y, dy), with y = kValue(x).
template <auto kValue, auto kGradient>
constexpr RecurrentActivation FromOutput(NameList names) {
  return Make<kValue, kGradient>(names, false);
}
// kGradient(x, dy).
template <auto kValue, auto kGradient>
constexpr RecurrentActivation FromInput(NameList names) {
  return Make<Narrow{kValue}, Narrow{kGradient}>(names, true);
}

constexpr float kSeluScale = 1.0507009873554805f;
constexpr float kSeluAlpha = 1.6732632423543772f;
constexpr float kLeakySlope = 0.2f;
constexpr float kHalfSqrt = 0.70710678f;       // 1 / sqrt(2)
constexpr float kNormalDensity = 0.39894228f;  // 1 / sqrt(2 pi)
constexpr float kGeluScale = 0.7978845608f;    // sqrt(2 / pi)
constexpr float kGeluCubic = 0.044715f;

// The distribution function of the standard normal distribution.
float NormalBelow(float x) {
  return kStored<0.5f> + kStored<0.5f> * vector_math::Erf(x * kStored<kHalfSqrt>);
}
float GeluTanh(float x) {
  return vector_math::Tanh(kStored<kGeluScale> * (x + kStored<kGeluCubic> * x * x * x));
}

// At kinks the gradients are those of TensorFlow, but for the two ends of hard_sigmoid_keras2 and
// hard_tanh, which outputs do not tell from what is beyond.
constexpr RecurrentActivation kActivations[] = {
    FromOutput<[](float x) { return x; }, [](float, float dy) { return dy; }>("linear"),
    FromOutput<Vectorized{[](auto x) { return vector_math::Tanh(x); }},
               [](float y, float dy) { return dy * (1 - y * y); }>("tanh"),
    FromOutput<Vectorized{[](auto x) { return vector_math::Sigmoid(x); }},
               [](float y, float dy) { return dy * (y * (1 - y)); }>("sigmoid"),
    FromOutput<[](float x) {
      return Within(x + kStored<3.0f>, 0.0f, kStored<6.0f>) / kStored<6.0f>;
    },
               [](float y, float dy) { return y > 0 && y < 1 ? dy / kStored<6.0f> : 0.0f; }>(
        "hard_sigmoid"),
    FromOutput<[](float x) {
      return Within(kStored<0.2f> * x + kStored<0.5f>, 0.0f, kStored<1.0f>);
    },
               [](float y, float dy) { return y > 0 && y < 1 ? kStored<0.2f> * dy : 0.0f; }>(
        "hard_sigmoid_keras2"),
    FromOutput<[](float x) { return Within(x, kStored<-1.0f>, kStored<1.0f>); },
               [](float y, float dy) { return y > -1 && y < 1 ? dy : 0.0f; }>("hard_tanh"),
    FromOutput<[](float x) { return x < 0 ? 0.0f : x; },
               [](float y, float dy) { return y > 0 ? dy : 0.0f; }>("relu"),
    FromOutput<[](float x) { return Within(x, 0.0f, kStored<6.0f>); },
               [](float y, float dy) { return y > 0 && y < 6 ? dy : 0.0f; }>("relu6"),
    FromOutput<[](float x) { return x < 0 ? kStored<kLeakySlope> * x : x; },
               [](float y, float dy) { return y > 0 ? dy : kStored<kLeakySlope> * dy; }>(
        "leaky_relu"),
    FromOutput<Vectorized{[](auto x) { return vector_math::Elu(x); }},
               [](float y, float dy) { return y < 0 ? dy * (y + 1) : dy; }>("elu"),
    FromOutput<[](float x) {
      return (x < 0 ? kStored<kSeluScale * kSeluAlpha> : kStored<kSeluScale>)*vector_math::Elu(x);
    },
               [](float y, float dy) {
                 return dy * (y < 0 ? y + kStored<kSeluScale * kSeluAlpha> : kStored<kSeluScale>);
               }>("selu"),
    FromOutput<[](float x) { return vector_math::Exp(x); },
               [](float y, float dy) { return dy * y; }>("exponential"),
    FromOutput<Vectorized{[](auto x) { return vector_math::Softplus(x); }},
               Narrow{[](float y, float dy) { return -dy * vector_math::Expm1(-y); }}>("softplus"),
    FromOutput<Narrow{[](float x) { return -vector_math::Softplus(-x); }},
               Narrow{[](float y, float dy) { return -dy * vector_math::Expm1(y); }}>(
        "log_sigmoid"),
    FromOutput<[](float x) { return x / (kStored<1.0f> + vector_math::Abs(x)); },
               [](float y, float dy) {
                 const float slope = 1 - vector_math::Abs(y);
                 return dy * slope * slope;
               }>("softsign"),
    FromInput<[](float x) { return x * vector_math::Sigmoid(x); },
              [](float x, float dy) {
                const float sigmoid = vector_math::Sigmoid(x);
                return dy * sigmoid * (1 + x * (1 - sigmoid));
              }>("silu,swish"),
    FromInput<[](float x) {
      return x * Within(x + kStored<3.0f>, 0.0f, kStored<6.0f>) / kStored<6.0f>;
    },
              [](float x, float dy) {
                const float inner = dy * (2 * x + 3) / kStored<6.0f>;
                return x <= -3 ? 0.0f : x >= 3 ? dy : inner;
              }>("hard_silu,hard_swish"),
    FromInput<[](float x) { return x * vector_math::Tanh(vector_math::Softplus(x)); },
              [](float x, float dy) {
                const float tanh = vector_math::Tanh(vector_math::Softplus(x));
                return dy * (tanh + x * (1 - tanh * tanh) * vector_math::Sigmoid(x));
              }>("mish"),
    FromInput<[](float x) { return x * NormalBelow(x); },
              [](float x, float dy) {
                const float density =
                    kStored<kNormalDensity> * vector_math::Exp(kStored<-0.5f> * x * x);
                return dy * (NormalBelow(x) + x * density);
              }>("gelu"),
    FromInput<[](float x) { return kStored<0.5f> * x * (1 + GeluTanh(x)); },
              [](float x, float dy) {
                // Beyond, the slope is 0 or 1, and the square could overflow.
                const float near = Within(x, kStored<-20.0f>, kStored<20.0f>);
                const float tanh = GeluTanh(near);
                const float inner =
                    kStored<kGeluScale> * (1 + 3 * kStored<kGeluCubic> * near * near);
                return dy * kStored<0.5f> * (1 + tanh + near * (1 - tanh * tanh) * inner);
              }>("gelu_new"),
};

}  // namespace

void RecurrentActivation::Apply(const float* x, float* out, int64_t count) const {
  const void* operands[] = {x};
  constexpr size_t kSteps[] = {1};
  MapBlocks(value, nullptr, operands, kSteps, out, static_cast<size_t>(count));
}

void RecurrentActivation::ApplyGradient(const float* kept, const float* dy, float* out,
                                        int64_t count) const {
  const void* operands[] = {kept, dy};
  constexpr size_t kSteps[] = {1, 1};
  MapBlocks(gradient, nullptr, operands, kSteps, out, static_cast<size_t>(count));
}

const RecurrentActivation* FindRecurrentActivation(std::string_view name) {
  for (const RecurrentActivation& activation : kActivations) {
    for (const std::string_view known : activation.names) {
      if (known == name) return &activation;
    }
  }
  return nullptr;
}

}  // namespace tfwasm
