// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace tfwasm {

// Whether TensorFlow.js 4.22 has this op. Ops of TensorFlow Decision Forests, which need a package
// of their own, do not count.
bool IsPortable(std::string_view op);

}  // namespace tfwasm
