// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

TEST_CASE("LRN: all radii and numbers of channels") {
  TestRandom random(91);
  for (const int64_t channels : {1, 2, 7, 15, 16, 17, 33, 64}) {
    for (const int radius : {0, 1, 5, 16, 40}) {
      INFO(channels, " channels, radius ", radius);
      const Tensor input = random.Floats({2, 1, 3, channels});
      const auto x = input.values<float>();
      const Tensor result = MakeF32(input.shape(), [&](size_t i) {
        const auto c = static_cast<int64_t>(i) % channels;
        double sum = 0;
        for (int64_t k = std::max<int64_t>(0, c - radius);
             k <= std::min<int64_t>(channels - 1, c + radius); ++k) {
          const double value = x[i - static_cast<size_t>(c) + static_cast<size_t>(k)];
          sum += value * value;
        }
        return x[i] / std::pow(1.5 + 0.3 * sum, 0.75);
      });
      ExpectOp("LRN", {{"depth_radius", radius}, {"bias", 1.5}, {"alpha", 0.3}, {"beta", 0.75}},
               {input}, result, 1e-5f);
    }
  }
}

TEST_CASE("LRN: what is not finite, and bad input") {
  const auto lrn = [](const TestAttrs& attrs, const Tensor& x) { return RunOp("LRN", attrs, {x}); };
  ExpectTensor(lrn({{"bias", 0.0}}, F32({1, 1, 1, 1}, {0})), F32({1, 1, 1, 1}, {kNan}));
  ExpectTensor(lrn({}, F32({1, 1, 1, 1}, {1e30f})), F32({1, 1, 1, 1}, {0}));
  ExpectTensor(lrn({{"depth_radius", 0}}, F32({1, 1, 1, 2}, {kNan, 0})),
               F32({1, 1, 1, 2}, {kNan, 0}));
  ExpectTensor(lrn({}, F32({0, 1, 1, 3}, {})), F32({0, 1, 1, 3}, {}));
  ExpectError(Code::kShape, [&] { lrn({}, F32({1, 1, 1}, {1})); });
  ExpectError(Code::kDType, [&] { lrn({}, I32({1, 1, 1, 1}, {1})); });
  ExpectError(Code::kAttr, [&] { lrn({{"depth_radius", -1}}, F32({1, 1, 1, 1}, {1})); });
  ExpectError(Code::kAttr, [&] { lrn({{"alpha", kNan}}, F32({1, 1, 1, 1}, {1})); });
}

}  // namespace tfwasm
