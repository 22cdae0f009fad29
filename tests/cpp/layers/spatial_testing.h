// SPDX-License-Identifier: Apache-2.0
// Tensors [N, D, H, W, C] as sequences, images or volumes.
#pragma once

#include <string_view>

#include "layers/layer_testing.h"
#include "ops/volume_reference.h"

namespace tfwasm {

// Without the first 3 - rank spatial dimensions, which are 1.
inline Tensor ToRank(const Tensor& volumes, int rank) {
  Shape shape{volumes.shape()[0]};
  for (int axis = 4 - rank; axis < 5; ++axis) shape.Append(volumes.shape()[axis]);
  return volumes.Reshaped(shape);
}

// Also with channels first.
inline Tensor ToRankFirst(const Tensor& volumes, int rank) {
  Shape shape{volumes.shape()[0], volumes.shape()[4]};
  for (int axis = 4 - rank; axis < 4; ++axis) shape.Append(volumes.shape()[axis]);
  return VolumeToChannelsFirst(volumes).Reshaped(shape);
}

// The shape of the output for an input of float32 with this shape.
inline Shape OutputShape(std::string_view layer, std::string_view config, const Shape& input) {
  return TestLayer(layer, config).InferOutputs({{DType::kFloat32, input}})[0].shape;
}

}  // namespace tfwasm
