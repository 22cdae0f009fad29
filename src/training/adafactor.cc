// SPDX-License-Identifier: Apache-2.0
// Shazeer and Stern, "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost", 2018.
#include <cmath>

#include "training/optimizer.h"
#include "training/sums.h"

namespace tfwasm {

namespace {

// The dimensions of a variable as matrices.
struct Matrices {
  explicit Matrices(const Shape& shape)
      : rows(shape[shape.rank() - 2]), columns(shape[shape.rank() - 1]) {
    count = rows * columns == 0 ? 0 : shape.NumElements() / (rows * columns);
  }

  int64_t count, rows, columns;
};

// Running means of squares over rows and over columns. Their outer product, divided by the mean of
// the former, stands for the mean of each square.
void UpdateFactored(const WholeUpdate& update, float kept, float epsilon) {
  const Matrices matrices(update.shape);
  const float rest = 1 - kept;
  const auto [count, rows, columns] = matrices;
  for (int64_t matrix = 0; matrix < count; ++matrix) {
    const float* gradient = update.all.gradient + matrix * rows * columns;
    float* row_means = update.all.slots[0] + matrix * rows;
    float* column_means = update.all.slots[1] + matrix * columns;
    std::vector<double> sums(static_cast<size_t>(columns));
    double mean = 0;
    for (int64_t r = 0; r < rows; ++r) {
      double sum = 0;
      for (int64_t c = 0; c < columns; ++c) {
        const float value = gradient[r * columns + c];
        const double square = double{value} * double{value} + double{epsilon};
        sum += square;
        sums[static_cast<size_t>(c)] += square;
      }
      row_means[r] = kept * row_means[r] + rest * static_cast<float>(sum / double(columns));
      mean += double{row_means[r]} / static_cast<double>(rows);
    }
    for (int64_t c = 0; c < columns; ++c) {
      column_means[c] =
          kept * column_means[c] +
          rest * static_cast<float>(sums[static_cast<size_t>(c)] / static_cast<double>(rows));
    }
    float* velocities = update.all.slots[2] + matrix * rows * columns;
    for (int64_t r = 0; r < rows; ++r) {
      const auto factor = static_cast<float>(double{row_means[r]} / mean);
      for (int64_t c = 0; c < columns; ++c) velocities[r * columns + c] = factor * column_means[c];
    }
  }
}

// learning rate, decay of beta2, epsilon1, epsilon2, clip threshold
void UpdateAdafactor(std::span<const double> hyper, double step, const WholeUpdate& update) {
  const UpdateRange& all = update.all;
  const auto kept = static_cast<float>(1 - std::pow(step, hyper[1]));
  const auto epsilon = static_cast<float>(hyper[2]);
  float* const velocities = all.slots[2];
  const double size = RootMeanSquare(all.size, [&](int64_t i) { return all.variable[i]; });
  const double rate = std::max(hyper[3], size) * std::min(hyper[0], 1 / std::sqrt(step));
  if (update.shape.rank() >= 2) {
    UpdateFactored(update, kept, epsilon);
  } else {
    ForEachElement(all.size, [&](int64_t i) {
      const float square = all.gradient[i] * all.gradient[i] + epsilon;
      velocities[i] = kept * velocities[i] + (1 - kept) * square;
    });
  }
  const auto change = [&](int64_t i) { return all.gradient[i] / std::sqrt(velocities[i]); };
  const double norm = RootMeanSquare(all.size, change);
  const auto factor = static_cast<float>(rate / std::max(1.0, norm / hyper[4]));
  ForEachElement(all.size, [&](int64_t i) { all.variable[i] -= factor * change(i); });
}

// Row means, column means, and the means themselves. Vectors have no factors: scalars in their
// place.
bool Fits(int slot, const Shape& shape, const Shape& variable) {
  if (slot == 2) return shape == variable;
  if (variable.rank() < 2) return shape.rank() == 0;
  Shape expected;
  const int left_out = variable.rank() - 1 - slot;
  for (int axis = 0; axis < variable.rank(); ++axis) {
    if (axis != left_out) expected.Append(variable[axis]);
  }
  return shape == expected;
}

}  // namespace

TFWASM_OPTIMIZER kAdafactor{.name = "Adafactor",
                            .num_slots = 3,
                            .num_hyperparameters = 5,
                            .update_whole = UpdateAdafactor,
                            .fits = Fits};

}  // namespace tfwasm
