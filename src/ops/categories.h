// SPDX-License-Identifier: Apache-2.0
// Numbers of categories as vectors.
#pragma once

#include <string>

#include "ops/op.h"

namespace tfwasm {

enum class CategoryMode : uint8_t { kOneHot, kMultiHot, kCount };

// The attributes "depth" and "mode". Throws E_ATTR.
struct CategoryEncoder {
  explicit CategoryEncoder(const AttrMap& attrs);

  // Marks a category in a row of `depth` zeros. Numbers outside are left out.
  void Mark(int64_t category, float weight, float* row) const {
    if (category < 0 || category >= depth) return;
    row[category] = mode == CategoryMode::kCount ? row[category] + weight : 1;
  }

  int64_t depth;
  CategoryMode mode;
};

}  // namespace tfwasm
