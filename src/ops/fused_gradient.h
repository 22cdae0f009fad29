// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ops/gradient.h"

namespace tfwasm {

// The rule of an op with the attribute "fused_ops": `op` on inputs 0 and 1, then a bias, then an
// activation. Throws E_OP for a fused batch normalization.
void FusedRule(GradientContext& context, std::string_view op);

}  // namespace tfwasm
