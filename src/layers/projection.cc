// SPDX-License-Identifier: Apache-2.0
#include "layers/projection.h"

#include <vector>

#include "layers/layer.h"

namespace tfwasm {

Operand Project(Operand x, Operand kernel, Operand bias, int summed,
                const LayerActivation& activation) {
  Builder& builder = x.builder();
  const Shape& shape = x.shape();
  const Shape& sizes = kernel.shape();
  const int kept = shape.rank() - summed;
  if (kept < 1) {
    Throw(Code::kShape, "expected at least ", summed + 1, " dimensions, got ", shape);
  }
  std::vector<int64_t> dims(shape.begin() + 1, shape.begin() + kept);
  dims.insert(dims.end(), sizes.begin() + summed, sizes.end());
  const int64_t rows = sizes.Product(0, summed);
  const int64_t columns = sizes.Product(summed, sizes.rank());
  const bool is_matrix = kept == 1 && summed == 1;
  const bool is_vector = sizes.rank() == summed + 1;  // of each row
  if (!is_matrix) x = builder.Emit("Reshape", {x, builder.Ints({-1, rows})});
  Operand y = builder.Emit("MatMul", {x, Reshape(kernel, {rows, columns})});
  if (!bias.empty()) y = builder.Emit("BiasAdd", {y, Reshape(bias, {columns})});
  // In front of the reshape, an activation can be fused.
  const bool is_early = is_vector || activation.is_elementwise();
  if (is_early) y = activation(y);
  if (kept > 1 || !is_vector) y = BatchReshape(y, std::move(dims));
  return is_early ? y : activation(y);
}

}  // namespace tfwasm
