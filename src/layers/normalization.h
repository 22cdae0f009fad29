// SPDX-License-Identifier: Apache-2.0
// What the layers that normalize share.
#pragma once

#include <vector>

#include "layers/layer.h"

namespace tfwasm {

struct Moments {
  Operand mean;
  Operand variance;  // not corrected for the number of samples
};

// Over these axes, which keep size 1.
Moments MomentsOf(Operand x, const std::vector<int>& axes);

float EpsilonOf(LayerConfig& config, double fallback);

// The weights gamma and beta: y * gamma + beta.
class Affine {
 public:
  // Reads center, scale, and what belongs to the weights.
  explicit Affine(LayerConfig& config);

  // gamma, whatever the config says.
  void UseOnlyGamma() {
    scale_ = true;
    center_ = false;
  }

  // Adds the weights that there are.
  void Build(BuildContext& context, const Shape& shape) const;
  int num_weights() const { return int{scale_} + int{center_}; }
  // Empty if there is none.
  Operand gamma(const CallContext& context) const;
  Operand beta(const CallContext& context) const;
  // y * factor * gamma + beta; `factor` may be empty. `axes` are those of the weights.
  Operand Apply(const CallContext& context, Operand y, Operand factor,
                const std::vector<int>& axes) const;

 private:
  bool center_;
  bool scale_;
  WeightOptions beta_;
  WeightOptions gamma_;
};

// A weight with the sizes of these axes of x, so that it broadcasts to x.
Operand Along(Operand weight, Operand x, const std::vector<int>& axes);

}  // namespace tfwasm
