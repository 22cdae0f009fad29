// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "kernels/conv_geometry.h"
#include "ops/op.h"

namespace tfwasm {

// Packed operators of one node. XNNPACK fixes padding and groups at creation, so there is one
// operator per combination that has occurred; usually only one.
template <typename Op>
class PackedVariants : public NodeState {
 public:
  template <typename F>
  std::shared_ptr<Op> Get(const Window2d& window, int64_t groups, const F& create) {
    const Key wanted{window.height.before, window.height.after, window.width.before,
                     window.width.after, groups};
    for (const auto& [key, op] : variants_) {
      if (key == wanted) return op;
    }
    variants_.emplace_back(wanted, create());
    return variants_.back().second;
  }

 private:
  using Key = std::array<int64_t, 5>;
  std::vector<std::pair<Key, std::shared_ptr<Op>>> variants_;
};

}  // namespace tfwasm
