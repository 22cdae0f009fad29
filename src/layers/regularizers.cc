// SPDX-License-Identifier: Apache-2.0
// Formulas: Keras, keras/src/regularizers.
#include "layers/regularizers.h"

#include <algorithm>

#include "core/training_registry.h"
#include "layers/axes.h"
#include "layers/emit.h"
#include "layers/named.h"

namespace tfwasm {

TFWASM_TRAINING_REGISTRY(regularizers, RegularizerDef, AllRegularizers)

namespace {

Operand Penalty(Operand x, double l1, double l2) {
  if (l1 == 0 && l2 == 0) return NumberLike(x, 0);
  if (l1 == 0) return static_cast<float>(l2) * SumAll(x * x);
  const Operand penalty = static_cast<float>(l1) * SumAll(Unary("Abs", x));
  return l2 == 0 ? penalty : penalty + Penalty(x, 0, l2);
}

constexpr double kDefault = 0.01;

Operand ApplyL1(LayerConfig& config, Operand x) {
  return Penalty(x, config.Number("l1", kDefault), 0);
}

Operand ApplyL2(LayerConfig& config, Operand x) {
  return Penalty(x, 0, config.Number("l2", kDefault));
}

// A name alone means both, a config what it has.
Operand ApplyL1L2(LayerConfig& config, Operand x) {
  const double fallback = config.Has("l1") || config.Has("l2") ? 0 : kDefault;
  return Penalty(x, config.Number("l1", fallback), config.Number("l2", fallback));
}

// The mean cosine between two rows or columns.
Operand ApplyOrthogonal(LayerConfig& config, Operand x) {
  const auto factor = static_cast<float>(config.Number("factor", kDefault));
  const bool is_rows = config.OneOf("mode", "rows", {"rows", "columns"}) == "rows";
  if (x.shape().rank() != 2) {
    Throw(Code::kShape, "the regularizer needs a matrix, got ", x.shape());
  }
  Builder& builder = x.builder();
  x = Normalized(x, {is_rows ? 1 : 0}, LeastSquareSum(Generation::kKeras2));
  const Operand cosines =
      builder.Emit("MatMul", {x, x}, {{"transpose_a", !is_rows}, {"transpose_b", is_rows}});
  const int64_t count = cosines.shape()[0];
  const Operand zero = builder.Const(Tensor::Scalar<int32_t>(0));
  const Operand diagonal =
      builder.Emit("MatrixBandPart", {Fill(builder, x.dtype(), cosines.shape(), 1), zero, zero});
  const auto ordered_pairs = static_cast<float>(std::max<int64_t>(count * (count - 1), 1));
  return (factor / ordered_pairs) * SumAll(Unary("Abs", cosines * (1.0f - diagonal)));
}

}  // namespace

TFWASM_REGULARIZER kL1{"L1", "", ApplyL1};
TFWASM_REGULARIZER kL2{"L2", "", ApplyL2};
TFWASM_REGULARIZER kL1L2{"L1L2", "l1l2", ApplyL1L2};
TFWASM_REGULARIZER kOrthogonalRegularizer{"OrthogonalRegularizer", "", ApplyOrthogonal};

Operand ApplyRegularizer(const Json& regularizer, Operand x) {
  return ApplyNamed(AllRegularizers(), regularizer, "regularizer", x);
}

std::vector<std::string_view> RegisteredRegularizers() { return NamesOf(AllRegularizers()); }

}  // namespace tfwasm
