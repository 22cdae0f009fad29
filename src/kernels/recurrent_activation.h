// SPDX-License-Identifier: Apache-2.0
// The activations of recurrent cells, by the names of Keras.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/name_list.h"
#include "kernels/map_elements.h"

namespace tfwasm {

struct RecurrentActivation {
  // out[i] = f(x[i]). `out` may be `x`.
  void Apply(const float* x, float* out, int64_t count) const;
  // out[i] = dy[i] * f'. `kept`: f(x), or x if `keeps_input`. `out` may be `kept` or `dy`.
  void ApplyGradient(const float* kept, const float* dy, float* out, int64_t count) const;

  NameList names;
  // Whether the derivative needs the input. Otherwise it is a function of the output.
  bool keeps_input;
  MapLoop value;
  MapLoop gradient;
};

// nullptr if there is no such activation.
//
// "hard_sigmoid" is that of Keras 3, relu6(x + 3) / 6; that of Keras 2, which clips 0.2 x + 0.5, is
// "hard_sigmoid_keras2". "gelu" is exact; "gelu_new" is its approximation.
const RecurrentActivation* FindRecurrentActivation(std::string_view name);

}  // namespace tfwasm
