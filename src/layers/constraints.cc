// SPDX-License-Identifier: Apache-2.0
// Formulas: Keras, keras/src/constraints; RadialConstraint: tf_keras/constraints.py.
#include "layers/constraints.h"

#include <algorithm>
#include <cstdlib>

#include "core/training_registry.h"
#include "layers/axes.h"
#include "layers/emit.h"
#include "layers/named.h"

namespace tfwasm {

TFWASM_TRAINING_REGISTRY(constraints, ConstraintDef, AllConstraints)

namespace {

// w with norms that move toward [low, high] by `rate`.
Operand WithNorms(LayerConfig& config, Operand w, float low, float high, float rate = 1) {
  const std::vector<int> axes = NormalizeAxes(AxesOf(config, "axis", 0), w.shape().rank());
  const Operand norms = Unary("Sqrt", Sum(w * w, axes, /*keep_dims=*/true));
  Operand wanted = low == high ? NumberLike(w, low) : Clip(norms, low, high);
  if (rate != 1) wanted = rate * wanted + (1 - rate) * norms;
  return w * (wanted / (norms + 1e-7f));
}

float NumberOf(LayerConfig& config, std::string_view key, double fallback) {
  return static_cast<float>(config.Number(key, fallback));
}

Operand ApplyMaxNorm(LayerConfig& config, Operand w) {
  return WithNorms(config, w, 0, NumberOf(config, "max_value", 2));
}

Operand ApplyUnitNorm(LayerConfig& config, Operand w) { return WithNorms(config, w, 1, 1); }

Operand ApplyMinMaxNorm(LayerConfig& config, Operand w) {
  const float low = NumberOf(config, "min_value", 0);
  const float high = NumberOf(config, "max_value", 1);
  if (!(low <= high)) config.Fail("max_value", "at least min_value");
  return WithNorms(config, w, low, high, NumberOf(config, "rate", 1));
}

Operand ApplyNonNeg(LayerConfig& /*config*/, Operand w) { return Unary("Relu", w); }

// Gives each square ring of a filter the value of an element of the diagonal: the one before the
// center to the innermost ring, those from the center on to the others.
Operand ApplyRadial(LayerConfig& /*config*/, Operand w) {
  const Shape shape = w.shape();
  if (shape.rank() != 4 || shape[0] != shape[1]) {
    Throw(Code::kShape, "RadialConstraint needs square filters, got ", shape);
  }
  const int64_t size = shape[0];
  const int64_t center = size / 2;
  if (center == 0) return w;
  const bool is_odd = size % 2 == 1;
  // 0 for the one or two positions in the middle.
  const auto distance = [&](int64_t i) {
    const int64_t from_center = i - center;
    return is_odd || from_center >= 0 ? std::abs(from_center) : -from_center - 1;
  };
  std::vector<int64_t> positions;
  for (int64_t i = 0; i < size * size; ++i) {
    const int64_t ring = std::max(distance(i / size), distance(i % size));
    const int64_t on_diagonal = center + ring - (is_odd || ring == 0 ? 1 : 0);
    positions.push_back(on_diagonal * (size + 1));
  }
  const Operand rows = Reshape(w, {size * size, shape[2], shape[3]});
  return Reshape(Gather(rows, w.builder().Ints(positions), 0), shape);
}

}  // namespace

TFWASM_CONSTRAINT kMaxNorm{"MaxNorm", "maxnorm", ApplyMaxNorm};
TFWASM_CONSTRAINT kNonNeg{"NonNeg", "nonneg", ApplyNonNeg};
TFWASM_CONSTRAINT kUnitNorm{"UnitNorm", "unitnorm", ApplyUnitNorm};
TFWASM_CONSTRAINT kMinMaxNorm{"MinMaxNorm", "", ApplyMinMaxNorm};
TFWASM_CONSTRAINT kRadialConstraint{"RadialConstraint", "", ApplyRadial};

Operand ApplyConstraint(const Json& constraint, Operand w) {
  return ApplyNamed(AllConstraints(), constraint, "constraint", w);
}

std::vector<std::string_view> RegisteredConstraints() { return NamesOf(AllConstraints()); }

}  // namespace tfwasm
