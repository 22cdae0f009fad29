// SPDX-License-Identifier: Apache-2.0
// Non-maximum suppression of boxes, by TensorFlow's rules.
#pragma once

#include <cstdint>
#include <vector>

namespace tfwasm {

struct NonMaxSuppressionSpec {
  int64_t max_output_size = 0;
  // Boxes with a larger intersection over union with a chosen box are dropped.
  float iou_threshold = 0;
  // Boxes with a score up to this are ignored.
  float score_threshold = 0;
  // If positive, overlapping boxes get a lower score instead of being dropped (soft NMS).
  float soft_sigma = 0;
};

struct ChosenBoxes {
  std::vector<int32_t> indices;  // best first
  std::vector<float> scores;     // reduced by soft NMS
};

// `boxes`: [count, 4]. A box is two opposite corners y, x, y, x, in any order.
ChosenBoxes NonMaxSuppression(const NonMaxSuppressionSpec& spec, int64_t count, const float* boxes,
                              const float* scores);

}  // namespace tfwasm
