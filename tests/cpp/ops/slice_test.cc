// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

namespace {

const auto Iota = [](const Shape& shape) { return MakeI32(shape, [](size_t i) { return i; }); };

Tensor Slice(const Tensor& x, const std::vector<int32_t>& begin, const std::vector<int32_t>& size) {
  return RunOp("Slice", {},
               {x, I32({static_cast<int64_t>(begin.size())}, begin),
                I32({static_cast<int64_t>(size.size())}, size)});
}

}  // namespace

TEST_CASE("Slice") {
  const Tensor x = Iota({3, 4});
  ExpectTensor(Slice(x, {1, 1}, {2, 2}), I32({2, 2}, {5, 6, 9, 10}));
  ExpectTensor(Slice(x, {0, 3}, {-1, -1}), I32({3, 1}, {3, 7, 11}));
  ExpectTensor(Slice(x, {0, 0}, {3, 4}), x);
  ExpectTensor(Slice(x, {1, 4}, {2, 0}), I32({2, 0}, {}));
  ExpectTensor(Slice(x, {3, 0}, {-1, -1}), I32({0, 4}, {}));
  ExpectTensor(Slice(Iota({}), {}, {}), Iota({}));
  ExpectTensor(Slice(Iota({2, 2, 2, 2}), {0, 1, 0, 1}, {2, 1, 2, 1}),
               I32({2, 1, 2, 1}, {5, 7, 13, 15}));
  ExpectTensor(Slice(Strings({3}, {"a", "b", "c"}), {1}, {2}), Strings({2}, {"b", "c"}));
  ExpectTensor(Slice(Bool({3}, {1, 0, 1}), {1}, {2}), Bool({2}, {0, 1}));
  ExpectTensor(Slice(C64({2}, {{1, 2}, {3, 4}}), {1}, {1}), C64({1}, {{3, 4}}));
}

TEST_CASE("Slice refuses what does not lie in the tensor") {
  const Tensor x = Iota({3, 4});
  struct Case {
    std::vector<int32_t> begin;
    std::vector<int32_t> size;
  };
  for (const Case& c : std::vector<Case>{{{0, 0}, {4, 1}},
                                         {{-1, 0}, {1, 1}},
                                         {{0, 5}, {1, -1}},
                                         {{0, 0}, {1, -2}},
                                         {{2, 0}, {kIntMax, 1}},
                                         {{0}, {1}},
                                         {{0, 0, 0}, {1, 1, 1}},
                                         {{0, 0}, {1}}}) {
    ExpectError(Code::kShape, [&] { Slice(x, c.begin, c.size); });
  }
}

}  // namespace tfwasm
