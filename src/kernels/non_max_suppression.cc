// SPDX-License-Identifier: Apache-2.0
#include "kernels/non_max_suppression.h"

#include <algorithm>
#include <cmath>

namespace tfwasm {

namespace {

struct Box {
  explicit Box(const float* corners)
      : top(std::min(corners[0], corners[2])),
        left(std::min(corners[1], corners[3])),
        bottom(std::max(corners[0], corners[2])),
        right(std::max(corners[1], corners[3])),
        area((bottom - top) * (right - left)) {}

  float top, left, bottom, right, area;
};

// The chosen boxes, as blocks of coordinate arrays, so that overlaps are computed several at a
// time.
class ChosenSet {
 public:
  // Overlaps are computed for whole blocks. Empty boxes fill the last block.
  static constexpr size_t kBlock = 8;

  void Add(const Box& box) {
    if (size_ % kBlock == 0) blocks_.push_back({});
    Block& block = blocks_.back();
    const size_t i = size_++ % kBlock;
    block.top[i] = box.top;
    block.left[i] = box.left;
    block.bottom[i] = box.bottom;
    block.right[i] = box.right;
    block.area[i] = box.area;
  }

  size_t size() const { return size_; }

  // The intersection over union with each box of a block; 0 for empty boxes.
  void Overlaps(const Box& box, size_t index, float* overlaps) const {
    const Block& block = blocks_[index];
    for (size_t i = 0; i < kBlock; ++i) {
      const float height = Less(box.bottom, block.bottom[i]) + Less(-box.top, -block.top[i]);
      const float width = Less(box.right, block.right[i]) + Less(-box.left, -block.left[i]);
      const float common = (height > 0 ? height : 0.0f) * (width > 0 ? width : 0.0f);
      const float overlap = common / (box.area + block.area[i] - common);
      overlaps[i] = (box.area > 0 && block.area[i] > 0) ? overlap : 0.0f;
    }
  }

 private:
  struct Block {
    float top[kBlock], left[kBlock], bottom[kBlock], right[kBlock], area[kBlock];
  };

  // By value: std::min returns a reference, which prevents vectorization.
  static float Less(float a, float b) { return a < b ? a : b; }

  size_t size_ = 0;
  std::vector<Block> blocks_;
};

struct Candidate {
  float score;
  int32_t index;
  // The number of chosen boxes that it has been compared with.
  size_t compared;

  // Order for a heap with the best candidate on top. Of equal scores the lower index wins.
  bool operator<(const Candidate& other) const {
    return score < other.score || (score == other.score && index > other.index);
  }
};

// Compares a candidate with the boxes that were chosen since its last comparison, latest first, and
// lowers its score. Returns false if it must be dropped.
bool Survives(const NonMaxSuppressionSpec& spec, const ChosenSet& chosen, const Box& box,
              Candidate& candidate) {
  constexpr size_t kBlock = ChosenSet::kBlock;
  const bool is_soft = spec.soft_sigma > 0;
  const float scale = is_soft ? -0.5f / spec.soft_sigma : 0.0f;
  float overlaps[kBlock];
  for (size_t end = chosen.size(); end > candidate.compared;) {
    const size_t block = (end - 1) / kBlock;
    chosen.Overlaps(box, block, overlaps);
    const size_t begin = std::max(block * kBlock, candidate.compared);
    for (; end > begin; --end) {
      const float overlap = overlaps[(end - 1) % kBlock];
      if (!is_soft) {
        if (overlap > spec.iou_threshold) return false;
        continue;
      }
      candidate.score *= overlap <= spec.iou_threshold ? std::exp(scale * overlap * overlap) : 0.0f;
      if (candidate.score <= spec.score_threshold) return false;
    }
  }
  candidate.compared = chosen.size();
  return true;
}

}  // namespace

ChosenBoxes NonMaxSuppression(const NonMaxSuppressionSpec& spec, int64_t count, const float* boxes,
                              const float* scores) {
  std::vector<Candidate> heap;
  for (int64_t i = 0; i < count; ++i) {
    if (scores[i] > spec.score_threshold) heap.push_back({scores[i], static_cast<int32_t>(i), 0});
  }
  std::make_heap(heap.begin(), heap.end());
  ChosenSet chosen;
  ChosenBoxes result;
  while (!heap.empty() && static_cast<int64_t>(chosen.size()) < spec.max_output_size) {
    std::pop_heap(heap.begin(), heap.end());
    Candidate candidate = heap.back();
    heap.pop_back();
    const float score = candidate.score;
    const Box box(boxes + 4 * int64_t{candidate.index});
    if (!Survives(spec, chosen, box, candidate)) continue;
    if (candidate.score != score) {
      // Its score was lowered; others may be better now.
      heap.push_back(candidate);
      std::push_heap(heap.begin(), heap.end());
      continue;
    }
    chosen.Add(box);
    result.indices.push_back(candidate.index);
    result.scores.push_back(score);
  }
  return result;
}

}  // namespace tfwasm
