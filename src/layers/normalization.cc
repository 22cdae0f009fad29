// SPDX-License-Identifier: Apache-2.0
#include "layers/normalization.h"

#include "layers/axes.h"
#include "layers/emit.h"

namespace tfwasm {

Moments MomentsOf(Operand x, const std::vector<int>& axes) {
  const Operand mean = Mean(x, axes, /*keep_dims=*/true);
  const Operand difference = x - mean;
  return {mean, Mean(difference * difference, axes, /*keep_dims=*/true)};
}

float EpsilonOf(LayerConfig& config, double fallback) {
  const double epsilon = config.Number("epsilon", fallback);
  if (!(epsilon >= 0)) config.Fail("epsilon", "a number that is not negative");
  return static_cast<float>(epsilon);
}

Affine::Affine(LayerConfig& config)
    : center_(config.Bool("center", true)),
      scale_(config.Bool("scale", true)),
      beta_(config, "beta", "zeros"),
      gamma_(config, "gamma", "ones") {}

void Affine::Build(BuildContext& context, const Shape& shape) const {
  if (scale_) context.AddWeight("gamma", shape, gamma_);
  if (center_) context.AddWeight("beta", shape, beta_);
}

Operand Affine::gamma(const CallContext& context) const {
  return scale_ ? context.weight(0) : Operand();
}

Operand Affine::beta(const CallContext& context) const {
  return center_ ? context.weight(scale_ ? 1 : 0) : Operand();
}

Operand Affine::Apply(const CallContext& context, Operand y, Operand factor,
                      const std::vector<int>& axes) const {
  if (scale_) {
    const Operand scale = Along(gamma(context), y, axes);
    factor = factor.empty() ? scale : factor * scale;
  }
  if (!factor.empty()) y = y * factor;
  return center_ ? y + Along(beta(context), y, axes) : y;
}

Operand Along(Operand weight, Operand x, const std::vector<int>& axes) {
  const int rank = weight.shape().rank();
  // Trailing axes need no others in front.
  const bool is_trailing = axes.size() == static_cast<size_t>(rank) &&
                           (axes.empty() || axes[0] == x.shape().rank() - rank);
  return is_trailing ? weight : Reshape(weight, KeepAxes(x.shape(), axes));
}

}  // namespace tfwasm
