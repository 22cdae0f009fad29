// SPDX-License-Identifier: Apache-2.0
#include "ops/window_reference.h"

namespace tfwasm {

namespace {

TEST_CASE("SpaceToDepth and DepthToSpace undo each other") {
  TestRandom random(111);
  const int64_t block = 3;
  const Tensor fine = random.Floats({2, 6, 9, 4});
  const Tensor coarse = MakeF32({2, 2, 3, 36}, [&](size_t flat) {
    const auto i = static_cast<int64_t>(flat);
    const int64_t depth = i % 36;
    const int64_t x = i / 36 % 3 * block + depth / 4 % block;
    const int64_t y = i / 36 / 3 % 2 * block + depth / 4 / block;
    const int64_t batch = i / 36 / 3 / 2;
    return fine.values<float>()[static_cast<size_t>(((batch * 6 + y) * 9 + x) * 4 + depth % 4)];
  });
  ExpectOp("SpaceToDepth", {{"block_size", 3}}, {fine}, coarse, 0);
  ExpectOp("DepthToSpace", {{"block_size", 3}}, {coarse}, fine, 0);
  const TestAttrs nchw{{"block_size", 3}, {"data_format", "NCHW"}};
  ExpectOp("SpaceToDepth", nchw, {ToChannelsFirst(fine)}, ToChannelsFirst(coarse), 0);
  ExpectOp("DepthToSpace", nchw, {ToChannelsFirst(coarse)}, ToChannelsFirst(fine), 0);
}

TEST_CASE("SpaceToDepth and DepthToSpace: other dtypes") {
  ExpectOp("SpaceToDepth", {{"block_size", 2}}, {I32({1, 2, 2, 1}, {1, 2, 3, 4})},
           I32({1, 1, 1, 4}, {1, 2, 3, 4}));
  ExpectOp("DepthToSpace", {{"block_size", 2}}, {Strings({1, 1, 1, 4}, {"a", "b", "c", "d"})},
           Strings({1, 2, 2, 1}, {"a", "b", "c", "d"}));
}

TEST_CASE("SpaceToDepth and DepthToSpace: empty and bad arguments") {
  ExpectOp("SpaceToDepth", {{"block_size", 2}}, {F32({0, 4, 2, 3}, {})}, F32({0, 2, 1, 12}, {}));
  ExpectOp("DepthToSpace", {{"block_size", 2}}, {F32({0, 4, 2, 8}, {})}, F32({0, 8, 4, 2}, {}));
  const Tensor image = F32({1, 1, 3, 1}, {1, 2, 3});
  for (const std::string_view op : {"SpaceToDepth", "DepthToSpace"}) {
    ExpectError(Code::kShape, [&] { RunOp(op, {{"block_size", 2}}, {image}); });
    ExpectError(Code::kShape, [&] { RunOp(op, {{"block_size", 2}}, {F32({4}, {1, 2, 3, 4})}); });
    ExpectError(Code::kAttr, [&] { RunOp(op, {}, {image}); });
    ExpectError(Code::kAttr, [&] { RunOp(op, {{"block_size", 0}}, {image}); });
    ExpectError(Code::kAttr, [&] { RunOp(op, {{"block_size", int64_t{1} << 40}}, {image}); });
  }
}

}  // namespace

}  // namespace tfwasm
