// SPDX-License-Identifier: Apache-2.0
#include "kernels/prelu.h"

#include "core/error.h"

namespace tfwasm {

namespace {

constexpr auto kPrelu =
    Wide{[](float value, float slope) { return value < 0 ? slope * value : value; }};

BroadcastMap MapFor(const Shape& x, const Shape& slopes) {
  if (!(BroadcastShapes(x, slopes) == x)) {
    Throw(Code::kShape, "the shape ", slopes, " does not broadcast to ", x);
  }
  const std::array<Shape, 2> operands = {x, slopes};
  return BroadcastMap(MapLoopOf<std::remove_const_t<decltype(kPrelu)>, float, float, float>(), x,
                      operands, 1);
}

}  // namespace

Prelu::Prelu(const Shape& x, const Shape& slopes) : map_(MapFor(x, slopes)) {}

void Prelu::Run(const float* x, const float* slopes, float* out) const {
  const void* operands[] = {x, slopes};
  map_.Run(nullptr, operands, out);
}

}  // namespace tfwasm
