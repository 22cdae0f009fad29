// SPDX-License-Identifier: Apache-2.0
// The equation of an Einsum, such as "...ij,...jk->...ik", checked against the operands' shapes.
#pragma once

#include <vector>

#include "ops/op.h"

namespace tfwasm {

// A label per axis: the letter, or, for an axis covered by an ellipsis, its number counted from the
// last such axis.
using Labels = std::vector<int>;

bool Contains(const Labels& labels, int label);
// `a`, followed by the labels of `b` that are not in `a`, without repetitions.
Labels Union(const Labels& a, const Labels& b);
// The labels of `a` that are not in `b`.
Labels Difference(const Labels& a, const Labels& b);

class EinsumEquation {
 public:
  // Throws E_ATTR if the attribute `equation` is malformed, E_SHAPE if it does not match the
  // operands.
  explicit EinsumEquation(const OpContext& context);

  // One label for each axis.
  const Labels& input(size_t i) const { return inputs_[i]; }
  const Labels& output() const { return output_; }
  int64_t size(int label) const { return sizes_[static_cast<size_t>(label)]; }

 private:
  void AddInput(std::string_view text, const Shape& shape, size_t index);
  void AddOutput(std::string_view text);
  void SetSize(int label, int64_t size, size_t index);

  std::vector<Labels> inputs_;
  Labels output_;
  int ellipsis_rank_ = 0;  // the largest number of axes that an ellipsis covers
  std::vector<int64_t> sizes_ = std::vector<int64_t>(256, -1);
};

}  // namespace tfwasm
