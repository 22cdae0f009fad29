// SPDX-License-Identifier: Apache-2.0
// The equation of an Einsum, such as "...ij,...jk->...ik", checked against the operands' shapes.
#pragma once

#include <vector>

#include "ops/op.h"

namespace tfwasm {

// What stands for an axis: a letter, or, for an axis that an ellipsis covers, its number from the
// last such axis on.
using Labels = std::vector<int>;

bool Contains(const Labels& labels, int label);
// `a`, and behind it, once, what only `b` has.
Labels Union(const Labels& a, const Labels& b);
// What only `a` has.
Labels Difference(const Labels& a, const Labels& b);

class EinsumEquation {
 public:
  // Throws E_ATTR when the attribute `equation` is malformed, and E_SHAPE when the operands do not
  // fit it.
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
  int ellipsis_rank_ = 0;  // the most axes that an ellipsis covers
  std::vector<int64_t> sizes_ = std::vector<int64_t>(256, -1);
};

}  // namespace tfwasm
