// SPDX-License-Identifier: Apache-2.0
#include "ops/window_reference.h"

namespace tfwasm {

namespace {

TEST_CASE("FusedBatchNorm: both layouts") {
  TestRandom random(91);
  const Tensor x = random.Floats({2, 3, 4, 5});
  const Tensor scale = random.Floats({5});
  const Tensor offset = random.Floats({5});
  const Tensor mean = random.Floats({5});
  const Tensor variance = MakeF32({5}, [&](size_t) { return random.Float() + 1.5; });
  const Tensor expected = MakeF32(x.shape(), [&](size_t i) {
    const size_t c = i % 5;
    const double deviation = std::sqrt(double{variance.values<float>()[c]} + 0.01);
    return (double{x.values<float>()[i]} - mean.values<float>()[c]) / deviation *
               scale.values<float>()[c] +
           offset.values<float>()[c];
  });
  for (const std::string_view op : {"FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"}) {
    ExpectOp(op, {{"epsilon", 0.01f}}, {x, scale, offset, mean, variance}, expected);
    ExpectOp(op, {{"epsilon", 0.01f}, {"data_format", "NCHW"}, {"is_training", false}},
             {ToChannelsFirst(x), scale, offset, mean, variance}, ToChannelsFirst(expected));
  }
}

TEST_CASE("FusedBatchNorm: empty and bad arguments") {
  const Tensor one = F32({1}, {1});
  ExpectOp("FusedBatchNorm", {}, {F32({0, 1, 1, 1}, {}), one, one, one, one},
           F32({0, 1, 1, 1}, {}));
  const Tensor x = F32({1, 1, 1, 2}, {1, 2});
  const Tensor two = F32({2}, {1, 1});
  ExpectError(Code::kShape, [&] { RunOp("FusedBatchNorm", {}, {x, two, two, two, one}); });
  ExpectError(Code::kShape, [&] { RunOp("FusedBatchNorm", {}, {one, one, one, one, one}); });
  ExpectError(Code::kDType,
              [&] { RunOp("FusedBatchNorm", {}, {x, two, two, two, I32({2}, {1, 1})}); });
  ExpectError(Code::kAttr,
              [&] { RunOp("FusedBatchNorm", {{"epsilon", -1.0f}}, {x, two, two, two, two}); });
  ExpectError(Code::kAttr,
              [&] { RunOp("FusedBatchNorm", {{"data_format", "CHWN"}}, {x, two, two, two, two}); });
}

}  // namespace

}  // namespace tfwasm
