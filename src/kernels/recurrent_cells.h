// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/recurrent.h"

namespace tfwasm {

// RunRecurrent and RunRecurrentGradient for one cell.
struct RecurrentPasses {
  decltype(&RunRecurrent) forward;
  decltype(&RunRecurrentGradient) backward;
};

extern const RecurrentPasses kSimpleRnnPasses;
extern const RecurrentPasses kLstmPasses;
extern const RecurrentPasses kGruPasses;

}  // namespace tfwasm
