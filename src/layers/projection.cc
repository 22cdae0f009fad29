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
  const bool is_plain = kept == 1 && sizes.rank() == summed + 1;
  if (!is_matrix) x = builder.Emit("Reshape", {x, builder.Ints({-1, rows})});
  Operand y = builder.Emit("MatMul", {x, Reshape(kernel, {rows, columns})});
  if (!bias.empty()) y = builder.Emit("BiasAdd", {y, Reshape(bias, {columns})});
  y = activation(y);
  return is_plain ? y : BatchReshape(y, std::move(dims));
}

}  // namespace tfwasm
