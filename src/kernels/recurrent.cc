// SPDX-License-Identifier: Apache-2.0
#include "kernels/recurrent.h"

#include "kernels/recurrent_cells.h"

namespace tfwasm {

namespace {

// The columns of the recurrent kernel that are multiplied at once. Those of a GRU's last gate have
// an operand or a result of their own.
std::vector<int64_t> ColumnBlocks(const RecurrentSpec& spec) {
  if (spec.cell == RecurrentCell::kGru) return {2 * spec.units, spec.units};
  return {spec.gates() * spec.units};
}

const RecurrentPasses& PassesOf(RecurrentCell cell) {
  if (cell == RecurrentCell::kLstm) return kLstmPasses;
  return cell == RecurrentCell::kGru ? kGruPasses : kSimpleRnnPasses;
}

}  // namespace

RecurrentMatrices PackRecurrent(const RecurrentSpec& spec, const float* kernel,
                                bool is_transposed) {
  const int64_t row = spec.gates() * spec.units;
  RecurrentMatrices matrices;
  for (const int64_t columns : ColumnBlocks(spec)) {
    if (is_transposed) {
      matrices.emplace_back(columns, spec.units, kernel, 1, row);
    } else {
      matrices.emplace_back(spec.units, columns, kernel, row, 1);
    }
    kernel += columns;
  }
  return matrices;
}

void RunRecurrent(const RecurrentSpec& spec, const RecurrentMatrices& matrices,
                  const RecurrentInputs& inputs, const RecurrentOutputs& outputs) {
  PassesOf(spec.cell).forward(spec, matrices, inputs, outputs);
}

void RunRecurrentGradient(const RecurrentSpec& spec, const RecurrentMatrices& matrices,
                          const RecurrentGradientInputs& inputs,
                          const RecurrentGradientOutputs& outputs) {
  PassesOf(spec.cell).backward(spec, matrices, inputs, outputs);
}

}  // namespace tfwasm
