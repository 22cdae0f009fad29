// SPDX-License-Identifier: Apache-2.0
// The activations that convolutions and matrix products can have in "fused_ops".
#pragma once

#include <array>
#include <string_view>

#include "graph/attr.h"
#include "kernels/activation.h"

namespace tfwasm {

struct FusableActivation {
  // The name of an attribute in the activation's own op, and in an op that it is fused into.
  struct Attr {
    std::string_view own;
    std::string_view fused;
  };

  // Copies the activation's attributes from its own op to the op that it is fused into.
  void CopyAttrs(const AttrMap& own, AttrMap& fused) const;

  // The activation's own op, also its name in "fused_ops".
  std::string_view op;
  // Reads the attributes of the fused op. Throws E_ATTR. nullptr for Prelu, whose slopes are an
  // input.
  Activation (*make)(const AttrMap& fused) = nullptr;
  std::array<Attr, 2> attrs = {};
};

inline constexpr float kHardSwishScale = 1.0f / 6.0f;

// `name` in any case. nullptr if there is no such activation.
const FusableActivation* FindActivation(std::string_view name);

}  // namespace tfwasm
