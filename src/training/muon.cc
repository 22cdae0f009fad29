// SPDX-License-Identifier: Apache-2.0
// Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024: the momentum of a
// matrix is made nearly orthogonal. Other variables are updated by AdamW.
#include <cmath>

#include "kernels/scratch.h"
#include "kernels/transpose.h"
#include "kernels/transposed_product.h"
#include "training/optimizer.h"
#include "training/sums.h"

namespace tfwasm {

namespace {

enum Hyper {
  kRate,
  kDecay,
  kMomentum,
  kIsNesterov,
  kA,
  kB,
  kC,
  kIterations,
  kScale,
  kAdamRate,
  kAdamDecay,
  kBeta1,
  kBeta2,
  kEpsilon,
  kNumHyper
};

void Decay(double by, const UpdateRange& all) {
  const auto kept = static_cast<float>(1 - by);
  ForEachElement(all.size, [&](int64_t i) { all.variable[i] *= kept; });
}

Transposer MatrixTransposer(int64_t rows, int64_t columns) {
  return Transposer(DType::kFloat32, {rows, columns}, {1, 0});
}

// Some steps of Newton and Schulz for X [rows, columns] with rows <= columns: X = aX + (bA + cAA) X
// with A = X X^T. `other`: as large as X. `squares`: two of [rows, rows].
void Orthogonalize(std::span<const double> hyper, int64_t rows, int64_t columns, float* x,
                   float* other, float* squares, void* workspace) {
  const auto a = static_cast<float>(hyper[kA]);
  const auto b = static_cast<float>(hyper[kB]);
  const auto c = static_cast<float>(hyper[kC]);
  const int64_t size = rows * columns;
  float* const polynomial = squares + rows * rows;
  const Transposer transposer = MatrixTransposer(rows, columns);
  for (int step = 0; step < hyper[kIterations]; ++step) {
    transposer.Run(x, other);
    std::fill_n(squares, 2 * rows * rows, 0.0f);
    AddTransposedProduct(columns, rows, rows, other, rows, other, rows, squares, rows, workspace);
    // A is symmetric, and so is the polynomial.
    AddTransposedProduct(rows, rows, rows, squares, rows, squares, rows, polynomial, rows,
                         workspace);
    for (int64_t i = 0; i < rows * rows; ++i) polynomial[i] = b * squares[i] + c * polynomial[i];
    for (int64_t i = 0; i < size; ++i) other[i] = a * x[i];
    AddTransposedProduct(rows, rows, columns, polynomial, rows, x, columns, other, columns,
                         workspace);
    std::copy_n(other, size, x);
  }
}

void UpdateMatrix(std::span<const double> hyper, const WholeUpdate& update) {
  const UpdateRange& all = update.all;
  const int64_t rows = update.shape[0];
  const int64_t columns = update.shape[1];
  const int64_t less = std::min(rows, columns);
  const int64_t more = std::max(rows, columns);
  const uint64_t product_bytes = TransposedProductWorkspace(more);
  const int64_t count = 2 * (all.size + less * less);
  auto* const workspace = static_cast<char*>(
      ScratchSpace(product_bytes + static_cast<uint64_t>(count) * sizeof(float)));
  auto* const x = reinterpret_cast<float*>(workspace + product_bytes);
  float* const other = x + all.size;
  const auto momentum = static_cast<float>(hyper[kMomentum]);
  float* const sums = all.slots[0];
  float* const direction = rows > columns ? other : x;
  ForEachElement(all.size, [&](int64_t i) {
    sums[i] = momentum * sums[i] + all.gradient[i];
    direction[i] = hyper[kIsNesterov] != 0 ? all.gradient[i] + momentum * sums[i] : sums[i];
  });
  if (rows > columns) MatrixTransposer(rows, columns).Run(other, x);
  const double norm = std::sqrt(SumOf(all.size, [&](int64_t i) { return x[i] * x[i]; }));
  const auto factor = static_cast<float>(1 / (norm + hyper[kEpsilon]));
  for (int64_t i = 0; i < all.size; ++i) x[i] *= factor;
  Orthogonalize(hyper, less, more, x, other, other + all.size, workspace);
  if (rows > columns) MatrixTransposer(columns, rows).Run(x, other);
  Decay(hyper[kRate] * hyper[kDecay], all);
  const auto rate =
      static_cast<float>(hyper[kRate] * hyper[kScale] * std::sqrt(static_cast<double>(more)));
  ForEachElement(all.size, [&](int64_t i) { all.variable[i] -= rate * direction[i]; });
}

// A matrix that is updated by AdamW, too, has a second slot of its shape.
void UpdateMuon(std::span<const double> hyper, double step, const WholeUpdate& update) {
  const UpdateRange& all = update.all;
  if (update.slot_shapes[1] != update.shape) return UpdateMatrix(hyper, update);
  const double rate = hyper[kRate] * hyper[kAdamRate];
  Decay(rate * hyper[kAdamDecay], all);
  const double adam[] = {rate, hyper[kBeta1], hyper[kBeta2], hyper[kEpsilon]};
  static const OptimizerDef& optimizer = FindOptimizer("Adam");
  optimizer.update(adam, step, all);
}

bool Fits(int slot, const Shape& shape, const Shape& variable) {
  return shape == variable || (slot == 1 && variable.rank() == 2 && shape == Shape{0});
}

}  // namespace

// The momentum, and the mean of squares; [0] instead of the latter for a matrix.
TFWASM_OPTIMIZER kMuon{.name = "Muon",
                       .num_slots = 2,
                       .num_hyperparameters = kNumHyper,
                       .update_whole = UpdateMuon,
                       .fits = Fits};

}  // namespace tfwasm
