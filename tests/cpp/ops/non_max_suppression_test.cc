// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "ops/op_test.h"

namespace tfwasm {

namespace {

struct Suppression {
  Tensor boxes = F32({6, 4}, {0, 0,    1, 1,   0, 0.1f,  1, 1.1f,  0, -0.1f, 1, 0.9f,
                              0, 10.f, 1, 11., 0, 10.1f, 1, 11.1f, 0, 100.f, 1, 101.f});
  Tensor scores = F32({6}, {0.9f, 0.75f, 0.6f, 0.95f, 0.5f, 0.3f});
  int32_t most = 3;
  float iou = 0.5f;
  float score = 0;
  float sigma = 0;

  std::vector<Tensor> Run(const char* op, size_t num_inputs, const TestAttrs& attrs = {}) const {
    std::vector<Tensor> inputs{boxes,          scores,           I32({}, {most}),
                               F32({}, {iou}), F32({}, {score}), F32({}, {sigma})};
    inputs.resize(num_inputs);
    return RunOpMulti(op, attrs, inputs);
  }
  Tensor V2() const { return Run("NonMaxSuppressionV2", 4)[0]; }
  Tensor V3() const { return Run("NonMaxSuppressionV3", 5)[0]; }
  std::vector<Tensor> V4(bool padded) const {
    return Run("NonMaxSuppressionV4", 5, {{"pad_to_max_output_size", padded}});
  }
  std::vector<Tensor> V5(bool padded) const {
    return Run("NonMaxSuppressionV5", 6, {{"pad_to_max_output_size", padded}});
  }
};

float Overlap(const float* a, const float* b) {
  const auto side = [](const float* box, size_t axis) {
    return std::pair(std::min(box[axis], box[axis + 2]), std::max(box[axis], box[axis + 2]));
  };
  float common = 1;
  float area_a = 1;
  float area_b = 1;
  for (size_t axis = 0; axis < 2; ++axis) {
    const auto [a0, a1] = side(a, axis);
    const auto [b0, b1] = side(b, axis);
    common *= std::max(0.0f, std::min(a1, b1) - std::max(a0, b0));
    area_a *= a1 - a0;
    area_b *= b1 - b0;
  }
  return common / (area_a + area_b - common);
}

// By definition: repeatedly takes the best box, and drops or weakens boxes that overlap it.
std::vector<int32_t> Greedy(const Suppression& s) {
  std::vector<float> scores(s.scores.values<float>().begin(), s.scores.values<float>().end());
  const float* boxes = s.boxes.values<float>().data();
  std::vector<int32_t> chosen;
  while (static_cast<int32_t>(chosen.size()) < s.most) {
    const auto best = std::max_element(scores.begin(), scores.end());
    if (*best <= s.score) break;
    const auto index = static_cast<int32_t>(best - scores.begin());
    chosen.push_back(index);
    for (size_t i = 0; i < scores.size(); ++i) {
      const float overlap = Overlap(boxes + 4 * i, boxes + 4 * index);
      if (overlap > s.iou) {
        scores[i] = -1;
      } else if (s.sigma > 0) {
        scores[i] *= std::exp(-0.5f * overlap * overlap / s.sigma);
      }
    }
    scores[static_cast<size_t>(index)] = -1;
  }
  return chosen;
}

}  // namespace

TEST_CASE("NonMaxSuppression: one of each crowd") {
  Suppression s;
  ExpectTensor(s.V2(), I32({3}, {3, 0, 5}));
  ExpectTensor(s.V3(), I32({3}, {3, 0, 5}));
  s.score = 0.4f;
  ExpectTensor(s.V2(), I32({3}, {3, 0, 5}));
  ExpectTensor(s.V3(), I32({2}, {3, 0}));
  s.score = 0.9f;  // only higher scores
  ExpectTensor(s.V3(), I32({1}, {3}));
  s.most = 0;
  ExpectTensor(s.V3(), I32({0}, {}));
}

TEST_CASE("NonMaxSuppression: ties, thresholds and odd boxes") {
  Suppression s;
  s.scores = F32({6}, {1, 1, 1, 1, 1, 1});
  ExpectTensor(s.V2(), I32({3}, {0, 3, 5}));
  s.boxes = F32({2, 4}, {0, 0, 1, 2, 1, 1, 0, 0});  // the second is half of the first
  s.scores = F32({2}, {2, 1});
  ExpectTensor(s.V2(), I32({2}, {0, 1}));
  s.iou = 0.499f;
  ExpectTensor(s.V2(), I32({1}, {0}));
  s.boxes = F32({2, 4}, {1, 1, 1, 2, 1, 1, 1, 2});  // empty boxes
  ExpectTensor(s.V2(), I32({2}, {0, 1}));
  s.boxes = F32({2, 4}, {kNan, 0, kInf, 1, 0, 0, 1, 1});
  s.scores = F32({2}, {kNan, -kInf});
  ExpectTensor(s.V2(), I32({0}, {}));
  s.scores = F32({2}, {kInf, -5});
  ExpectTensor(s.V2(), I32({2}, {0, 1}));
  s.boxes = F32({0, 4}, {});
  s.scores = F32({0}, {});
  ExpectTensor(s.V2(), I32({0}, {}));
}

TEST_CASE("NonMaxSuppression: random crowds, hard and soft") {
  TestRandom random(17);
  for (int i = 0; i < 30; ++i) {
    Suppression s;
    const int64_t count = random.Int(1, 120);
    s.boxes = random.Floats({count, 4});
    s.scores = MakeF32({count}, [&](size_t) { return 0.5f * random.Float() + 0.5f; });
    s.most = random.Int(1, 60);
    s.iou = i % 3 == 0 ? 1.0f : 0.1f * static_cast<float>(random.Int(1, 8));
    s.score = 0.05f;
    s.sigma = i % 2 == 0 ? 0.0f : 0.3f;
    const std::vector<int32_t> expected = Greedy(s);
    const auto outputs = s.V5(false);
    const auto size = static_cast<int64_t>(expected.size());
    INFO("case ", i, ", ", count, " boxes");
    ExpectTensor(outputs[0], I32({size}, expected));
    CHECK(outputs[1].shape() == Shape{size});
    ExpectTensor(outputs[2], I32({}, {static_cast<int32_t>(size)}));
    if (s.sigma == 0) ExpectTensor(s.V3(), I32({size}, expected));
  }
}

TEST_CASE("NonMaxSuppression: soft scores and padding") {
  Suppression s;
  s.most = 5;
  auto outputs = s.V4(true);
  ExpectTensor(outputs[0], I32({5}, {3, 0, 5, 0, 0}));
  ExpectTensor(outputs[1], I32({}, {3}));
  ExpectTensor(s.V4(false)[0], I32({3}, {3, 0, 5}));
  outputs = s.V5(true);
  ExpectTensor(outputs[0], I32({5}, {3, 0, 5, 0, 0}));
  ExpectTensor(outputs[1], F32({5}, {0.95f, 0.9f, 0.3f, 0, 0}));
  ExpectTensor(outputs[2], I32({}, {3}));
  s.boxes = F32({2, 4}, {0, 0, 1, 2, 0, 0, 1, 1});
  s.scores = F32({2}, {0.9f, 0.8f});
  s.sigma = 0.5f;
  outputs = s.V5(false);
  ExpectTensor(outputs[1], F32({2}, {0.9f, 0.8f * std::exp(-0.25f)}));
}

TEST_CASE("NonMaxSuppression: bad input") {
  const auto fails = [](Code code, auto change) {
    Suppression s;
    change(s);
    ExpectError(code, [&] { s.V2(); });
    ExpectError(code, [&] { s.V3(); });
    ExpectError(code, [&] { s.V4(true); });
    ExpectError(code, [&] { s.V5(false); });
  };
  fails(Code::kShape, [](Suppression& s) { s.boxes = F32({6, 3}, std::vector<float>(18)); });
  fails(Code::kShape, [](Suppression& s) { s.boxes = F32({24}, std::vector<float>(24)); });
  fails(Code::kShape, [](Suppression& s) { s.scores = F32({5}, std::vector<float>(5)); });
  fails(Code::kShape, [](Suppression& s) { s.scores = F32({6, 1}, std::vector<float>(6)); });
  fails(Code::kDType, [](Suppression& s) { s.scores = I32({6}, std::vector<int32_t>(6)); });
  fails(Code::kInput, [](Suppression& s) { s.most = -1; });
  fails(Code::kInput, [](Suppression& s) { s.iou = 1.01f; });
  fails(Code::kInput, [](Suppression& s) { s.iou = kNan; });
  Suppression s;
  s.sigma = -1;
  ExpectError(Code::kInput, [&] { s.V5(false); });
}

}  // namespace tfwasm
