// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

namespace {

std::vector<Tensor> Split(const Tensor& x, int32_t axis, int count) {
  return RunOpMulti("Split", {{"num_split", count}}, {I32({}, {axis}), x});
}

std::vector<Tensor> SplitV(const Tensor& x, const std::vector<int32_t>& sizes, int32_t axis) {
  const auto count = static_cast<int64_t>(sizes.size());
  return RunOpMulti("SplitV", {{"num_split", count}}, {x, I32({count}, sizes), I32({}, {axis})});
}

const auto Iota = [](const Shape& shape) { return MakeI32(shape, [](size_t i) { return i; }); };

}  // namespace

TEST_CASE("Split into equal parts") {
  const auto rows = Split(Iota({4, 2}), 0, 2);
  REQUIRE(rows.size() == 2);
  ExpectTensor(rows[0], I32({2, 2}, {0, 1, 2, 3}));
  ExpectTensor(rows[1], I32({2, 2}, {4, 5, 6, 7}));
  const auto columns = Split(Iota({2, 4}), -1, 2);
  ExpectTensor(columns[0], I32({2, 2}, {0, 1, 4, 5}));
  ExpectTensor(columns[1], I32({2, 2}, {2, 3, 6, 7}));
  ExpectTensor(Split(Iota({3}), 0, 1)[0], Iota({3}));
  ExpectTensor(Split(Strings({2}, {"a", "b"}), 0, 2)[1], Strings({1}, {"b"}));
}

TEST_CASE("SplitV into parts of given sizes") {
  const auto parts = SplitV(Iota({2, 5}), {1, -1, 2}, 1);
  REQUIRE(parts.size() == 3);
  ExpectTensor(parts[0], I32({2, 1}, {0, 5}));
  ExpectTensor(parts[1], I32({2, 2}, {1, 2, 6, 7}));
  ExpectTensor(parts[2], I32({2, 2}, {3, 4, 8, 9}));
  const auto with_empty = SplitV(Iota({2}), {0, 2, -1}, 0);
  ExpectTensor(with_empty[0], I32({0}, {}));
  ExpectTensor(with_empty[1], Iota({2}));
  ExpectTensor(with_empty[2], I32({0}, {}));
}

TEST_CASE("the sizes may be known only at run time") {
  const std::vector<Tensor> inputs = {Iota({3}), I32({2}, {1, 2}), I32({}, {0})};
  std::shared_ptr<NodeState> state;
  const auto parts = EvaluateInGraph(TestNode("SplitV", {{"num_split", 2}}), inputs,
                                     {false, false, false}, &state);
  ExpectTensor(parts[1], I32({2}, {1, 2}));
}

TEST_CASE("Split and SplitV refuse sizes that do not add up") {
  const Tensor x = Iota({4, 2});
  ExpectError(Code::kShape, [&] { Split(x, 0, 3); });
  ExpectError(Code::kShape, [&] { Split(x, 0, 0); });
  ExpectError(Code::kShape, [&] { Split(x, 2, 2); });
  ExpectError(Code::kAttr, [&] { Split(x, 0, -2); });
  ExpectError(Code::kLimit, [&] { Split(x, 0, kIntMax); });
  ExpectError(Code::kShape, [&] { SplitV(x, {1, 2}, 0); });
  ExpectError(Code::kShape, [&] { SplitV(x, {3, 2}, 0); });
  ExpectError(Code::kShape, [&] { SplitV(x, {5, -1}, 0); });
  ExpectError(Code::kShape, [&] { SplitV(x, {-1, -1}, 0); });
  ExpectError(Code::kShape, [&] { SplitV(x, {6, -2}, 0); });
  ExpectError(Code::kShape, [&] {
    RunOpMulti("SplitV", {{"num_split", 3}}, {x, I32({2}, {2, 2}), I32({}, {0})});
  });
}

}  // namespace tfwasm
