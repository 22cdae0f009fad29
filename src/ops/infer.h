// SPDX-License-Identifier: Apache-2.0
// Common shape inference rules.
#pragma once

#include "ops/op.h"

namespace tfwasm {

// Output 0 is like input 0.
void InferLikeInput(InferContext& context);
// Output 0 has the broadcast shape of inputs 0 and 1, which must have the same dtype.
void InferBroadcast(InferContext& context);

// The value of input `i` as integers (shapes, axes, sizes), or nullopt after Defer(). Throws
// E_DTYPE or E_SHAPE unless it is int32 of rank 0 or 1, E_LIMIT for more than 65,536 elements.
std::optional<std::vector<int64_t>> IntsOrDefer(InferContext& context, int i,
                                                std::string_view what);

}  // namespace tfwasm
