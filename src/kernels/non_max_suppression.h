// SPDX-License-Identifier: Apache-2.0
// Choosing among overlapping boxes, by TensorFlow's rules.
#pragma once

#include <cstdint>
#include <vector>

namespace tfwasm {

struct NonMaxSuppressionSpec {
  int64_t max_output_size = 0;
  // Boxes that overlap a chosen one by more than this share of their union are dropped.
  float iou_threshold = 0;
  // Only boxes that score higher are looked at.
  float score_threshold = 0;
  // Positive: overlapping boxes lose score instead of being dropped (soft NMS).
  float soft_sigma = 0;
};

struct ChosenBoxes {
  std::vector<int32_t> indices;  // best first
  std::vector<float> scores;     // as they are after soft NMS
};

// `boxes`: [count, 4], two opposite corners y, x, y, x each, in any order.
ChosenBoxes NonMaxSuppression(const NonMaxSuppressionSpec& spec, int64_t count, const float* boxes,
                              const float* scores);

}  // namespace tfwasm
