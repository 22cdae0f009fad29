// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

namespace {

// SpaceToBatchND on [batch, height, width, channels], by definition.
Tensor ReferenceSpaceToBatch(const Tensor& in, const std::vector<int32_t>& block,
                             const std::vector<int32_t>& pads) {
  const Shape& s = in.shape();
  const int64_t height = (s[1] + pads[0] + pads[1]) / block[0];
  const int64_t width = (s[2] + pads[2] + pads[3]) / block[1];
  const int64_t batches = s[0] * block[0] * block[1];
  return MakeF32({batches, height, width, s[3]}, [&](size_t flat) -> float {
    const auto i = static_cast<int64_t>(flat);
    const int64_t batch = i / s[3] / width / height;
    const int64_t place = batch / s[0];
    const int64_t y = i / s[3] / width % height * block[0] + place / block[1] - pads[0];
    const int64_t x = i / s[3] % width * block[1] + place % block[1] - pads[2];
    if (y < 0 || y >= s[1] || x < 0 || x >= s[2]) return 0;
    const int64_t index = ((batch % s[0] * s[1] + y) * s[2] + x) * s[3] + i % s[3];
    return in.values<float>()[static_cast<size_t>(index)];
  });
}

TEST_CASE("SpaceToBatchND and BatchToSpaceND undo each other") {
  TestRandom random(121);
  for (int i = 0; i < 40; ++i) {
    const std::vector<int32_t> block{random.Int(1, 3), random.Int(1, 4)};
    std::vector<int32_t> pads{random.Int(0, 5), 0, random.Int(0, 5), 0};
    const int height = random.Int(1, 7);
    const int width = random.Int(1, 7);
    while ((height + pads[0] + pads[1]) % block[0] != 0) ++pads[1];
    while ((width + pads[2] + pads[3]) % block[1] != 0) ++pads[3];
    const Tensor x = random.Floats({random.Int(1, 2), height, width, random.Int(1, 3)});
    INFO(x.shape().ToString(), " block ", block[0], "x", block[1], " pads ", pads[0], " ", pads[1],
         " ", pads[2], " ", pads[3]);
    const Tensor blocks = ReferenceSpaceToBatch(x, block, pads);
    const Tensor block_shape = I32({2}, block);
    const Tensor margins = I32({2, 2}, pads);
    ExpectOp("SpaceToBatchND", {}, {x, block_shape, margins}, blocks, 0);
    ExpectOp("BatchToSpaceND", {}, {blocks, block_shape, margins}, x, 0);
  }
}

TEST_CASE("SpaceToBatchND and BatchToSpaceND: other ranks and dtypes") {
  // One axis, and none after it.
  ExpectOp("SpaceToBatchND", {}, {I32({1, 3}, {1, 2, 3}), I32({1}, {2}), I32({1, 2}, {1, 0})},
           I32({2, 2}, {0, 2, 1, 3}));
  ExpectOp("BatchToSpaceND", {},
           {Strings({2, 2}, {"", "b", "a", "c"}), I32({1}, {2}), I32({1, 2}, {1, 0})},
           Strings({1, 3}, {"a", "b", "c"}));
  // No axes.
  ExpectOp("SpaceToBatchND", {}, {I32({2}, {1, 2}), I32({0}, {}), I32({0, 2}, {})},
           I32({2}, {1, 2}));
  // The maximum number of axes.
  const Tensor x = I32({1, 1, 1, 1, 1, 1, 2, 1}, {1, 2});
  const Tensor blocks = I32({7}, {1, 1, 1, 1, 1, 2, 1});
  const Tensor none = MakeI32({7, 2}, [](size_t) { return 0; });
  ExpectOp("SpaceToBatchND", {}, {x, blocks, none}, I32({2, 1, 1, 1, 1, 1, 1, 1}, {1, 2}));
}

TEST_CASE("SpaceToBatchND and BatchToSpaceND: empty and bad arguments") {
  ExpectOp("SpaceToBatchND", {}, {F32({0, 2, 1}, {}), I32({1}, {2}), I32({1, 2}, {0, 0})},
           F32({0, 1, 1}, {}));
  ExpectOp("SpaceToBatchND", {}, {F32({1, 0, 1}, {}), I32({1}, {2}), I32({1, 2}, {2, 0})},
           F32({2, 1, 1}, {0, 0}));
  ExpectOp("BatchToSpaceND", {}, {F32({2, 1}, {1, 2}), I32({1}, {2}), I32({1, 2}, {1, 1})},
           F32({1, 0}, {}));
  const auto fails = [](Code code, std::string_view op, const Tensor& x, const Tensor& block,
                        const Tensor& margins) {
    ExpectError(code, [&] { RunOp(op, {}, {x, block, margins}); });
  };
  const Tensor x = F32({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor two = I32({1}, {2});
  const Tensor none = I32({1, 2}, {0, 0});
  fails(Code::kShape, "SpaceToBatchND", x, two, none);
  fails(Code::kShape, "BatchToSpaceND", x, I32({1}, {3}), none);
  fails(Code::kShape, "BatchToSpaceND", x, two, I32({1, 2}, {4, 3}));
  for (const std::string_view op : {"SpaceToBatchND", "BatchToSpaceND"}) {
    fails(Code::kShape, op, x, I32({1}, {0}), none);
    fails(Code::kShape, op, x, I32({1}, {kIntMin}), none);
    fails(Code::kShape, op, x, I32({2}, {1, 1}), I32({2, 2}, {0, 0, 0, 0}));
    fails(Code::kShape, op, x, two, I32({2}, {0, 0}));
    fails(Code::kShape, op, x, two, I32({1, 2}, {-1, 0}));
    fails(Code::kDType, op, x, F32({1}, {2}), none);
    fails(Code::kDType, op, x, two, F32({1, 2}, {0, 0}));
  }
}

}  // namespace

}  // namespace tfwasm
