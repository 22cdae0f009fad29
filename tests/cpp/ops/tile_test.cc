// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

namespace {

Tensor Tile(const Tensor& x, const std::vector<int32_t>& multiples) {
  return RunOp("Tile", {}, {x, I32({static_cast<int64_t>(multiples.size())}, multiples)});
}

}  // namespace

TEST_CASE("Tile") {
  const Tensor x = F32({2, 2}, {1, 2, 3, 4});
  ExpectTensor(Tile(x, {1, 2}), F32({2, 4}, {1, 2, 1, 2, 3, 4, 3, 4}));
  ExpectTensor(Tile(x, {2, 1}), F32({4, 2}, {1, 2, 3, 4, 1, 2, 3, 4}));
  ExpectTensor(Tile(x, {1, 1}), x);
  ExpectTensor(Tile(x, {0, 3}), F32({0, 6}, {}));
  ExpectTensor(Tile(F32({}, {5}), {}), F32({}, {5}));
  ExpectTensor(Tile(I32({1}, {7}), {5}), I32({5}, {7, 7, 7, 7, 7}));
  ExpectTensor(Tile(Strings({1, 2}, {"a", "b"}), {2, 2}),
               Strings({2, 4}, {"a", "b", "a", "b", "a", "b", "a", "b"}));
  ExpectTensor(Tile(Bool({2}, {1, 0}), {2}), Bool({4}, {1, 0, 1, 0}));
  ExpectTensor(Tile(C64({1}, {{1, 2}}), {2}), C64({2}, {{1, 2}, {1, 2}}));
}

TEST_CASE("Tile against element by element") {
  struct Case {
    Shape shape;
    std::vector<int32_t> multiples;
  };
  for (const Case& c : std::vector<Case>{{{3, 1, 5}, {2, 7, 3}},
                                         {{2, 3, 4}, {1, 5, 1}},
                                         {{1, 1, 1, 6}, {3, 1, 4, 1}},
                                         {{2, 3, 2, 2}, {3, 2, 1, 5}}}) {
    const Tensor x = MakeF32(c.shape, [](size_t i) { return i; });
    Shape shape = c.shape;
    for (int axis = 0; axis < shape.rank(); ++axis) {
      shape[axis] *= c.multiples[static_cast<size_t>(axis)];
    }
    const auto strides = RowMajorStrides(c.shape);
    ExpectTensor(Tile(x, c.multiples), MakeF32(shape, [&](size_t element) {
                   auto rest = static_cast<int64_t>(element);
                   int64_t offset = 0;
                   for (int axis = shape.rank(); axis-- > 0;) {
                     const auto i = static_cast<size_t>(axis);
                     offset += rest % shape[axis] % c.shape[axis] * strides[i];
                     rest /= shape[axis];
                   }
                   return offset;
                 }));
  }
}

TEST_CASE("Tile refuses bad multiples") {
  const Tensor x = F32({2}, {1, 2});
  ExpectError(Code::kShape, [&] { Tile(x, {-1}); });
  ExpectError(Code::kShape, [&] { Tile(x, {1, 1}); });
  ExpectError(Code::kShape, [&] { Tile(F32({2, 2}, {1, 2, 3, 4}), {kIntMax, kIntMax}); });
  ExpectError(Code::kDType, [&] { RunOp("Tile", {}, {x, F32({1}, {1})}); });
}

}  // namespace tfwasm
