// SPDX-License-Identifier: Apache-2.0
#include "kernels/prelu.h"

namespace tfwasm {

void Prelu::Run(const float* x, const float* slopes, float* out) const {
  const auto* values = static_cast<const float*>(slopes_.Values(slopes));
  ApplyRepeated(x, values, slopes_.period(), out, count_,
                [](float value, float slope) { return value < 0 ? slope * value : value; });
}

}  // namespace tfwasm
