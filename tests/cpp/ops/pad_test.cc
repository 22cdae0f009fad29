// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

namespace {

const auto Iota = [](const Shape& shape) { return MakeF32(shape, [](size_t i) { return i + 1; }); };

Tensor Paddings(const std::vector<int32_t>& values) {
  return I32({static_cast<int64_t>(values.size()) / 2, 2}, values);
}

// By definition; -1 in the border.
template <typename F>
Tensor Padded(const Tensor& x, const std::vector<int32_t>& paddings, float border, F source) {
  Shape shape = x.shape();
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const auto i = static_cast<size_t>(axis);
    shape[axis] += paddings[2 * i] + paddings[2 * i + 1];
  }
  const auto strides = RowMajorStrides(x.shape());
  return MakeF32(shape, [&](size_t element) {
    auto rest = static_cast<int64_t>(element);
    int64_t offset = 0;
    for (int axis = shape.rank(); axis-- > 0;) {
      const auto i = static_cast<size_t>(axis);
      const int64_t at = source(rest % shape[axis] - paddings[2 * i], x.shape()[axis]);
      rest /= shape[axis];
      if (at < 0) return border;
      offset += at * strides[i];
    }
    return x.values<float>()[static_cast<size_t>(offset)];
  });
}

int64_t Inside(int64_t index, int64_t size) { return index < size ? index : -1; }
int64_t Reflected(int64_t index, int64_t size) {
  return index < 0 ? -index : index < size ? index : 2 * size - 2 - index;
}
int64_t Mirrored(int64_t index, int64_t size) {
  return index < 0 ? -index - 1 : index < size ? index : 2 * size - 1 - index;
}

}  // namespace

TEST_CASE("Pad and PadV2") {
  const Tensor x = F32({2, 2}, {1, 2, 3, 4});
  ExpectTensor(RunOp("Pad", {}, {x, Paddings({1, 0, 0, 2})}),
               F32({3, 4}, {0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0}));
  ExpectTensor(RunOp("PadV2", {}, {x, Paddings({0, 1, 1, 0}), F32({}, {9})}),
               F32({3, 3}, {9, 1, 2, 9, 3, 4, 9, 9, 9}));
  ExpectTensor(RunOp("Pad", {}, {x, Paddings({0, 0, 0, 0})}), x);
  ExpectTensor(RunOp("Pad", {}, {F32({}, {3}), I32({0, 2}, {})}), F32({}, {3}));
  ExpectTensor(RunOp("Pad", {}, {F32({0, 1}, {}), Paddings({1, 1, 0, 1})}),
               F32({2, 2}, {0, 0, 0, 0}));
  ExpectTensor(RunOp("Pad", {{"constant_value", 2.5}}, {F32({1}, {1}), Paddings({0, 1})}),
               F32({2}, {1, 2.5}));
}

TEST_CASE("Pad of every dtype") {
  ExpectTensor(RunOp("Pad", {}, {Bool({1}, {1}), Paddings({1, 1})}), Bool({3}, {0, 1, 0}));
  ExpectTensor(RunOp("Pad", {}, {Strings({1}, {"a"}), Paddings({1, 0})}), Strings({2}, {"", "a"}));
  ExpectTensor(RunOp("Pad", {}, {C64({1}, {{1, 2}}), Paddings({0, 1})}),
               C64({2}, {{1, 2}, {0, 0}}));
  ExpectTensor(RunOp("PadV2", {}, {I32({1}, {5}), Paddings({2, 0}), I32({}, {-1})}),
               I32({3}, {-1, -1, 5}));
  ExpectTensor(RunOp("PadV2", {}, {Strings({1}, {"a"}), Paddings({0, 1}), Strings({}, {"pad"})}),
               Strings({2}, {"a", "pad"}));
  const TestAttrs huge = {{"constant_value", 1e20}};
  ExpectTensor(RunOp("Pad", huge, {I32({1}, {5}), Paddings({1, 0})}), I32({2}, {kIntMax, 5}));
}

TEST_CASE("Pad, REFLECT and SYMMETRIC against element by element") {
  struct Case {
    Shape shape;
    std::vector<int32_t> paddings;
  };
  for (const Case& c : std::vector<Case>{{{7}, {3, 2}},
                                         {{1, 5, 6, 3}, {0, 0, 1, 1, 2, 1, 0, 0}},
                                         {{2, 3, 4, 5}, {0, 0, 0, 0, 0, 0, 2, 3}},
                                         {{3, 2, 4}, {2, 1, 1, 0, 0, 2}},
                                         {{3, 2, 4}, {2, 0, 0, 0, 0, 0}},
                                         {{2, 2, 2}, {0, 0, 0, 0, 0, 0}},
                                         {{1, 90, 90, 16}, {0, 0, 1, 2, 2, 1, 0, 0}}}) {
    const Tensor x = Iota(c.shape);
    CAPTURE(c.shape.ToString());
    const std::vector<Tensor> inputs = {x, Paddings(c.paddings)};
    ExpectTensor(RunOp("Pad", {}, inputs), Padded(x, c.paddings, 0, Inside));
    ExpectTensor(RunOp("MirrorPad", {{"mode", "REFLECT"}}, inputs),
                 Padded(x, c.paddings, 0, Reflected));
    ExpectTensor(RunOp("MirrorPad", {{"mode", "symmetric"}}, inputs),
                 Padded(x, c.paddings, 0, Mirrored));
  }
}

TEST_CASE("MirrorPad of strings, scalars and nothing") {
  const Tensor strings = Strings({3}, {"a", "b", "c"});
  ExpectTensor(RunOp("MirrorPad", {{"mode", "REFLECT"}}, {strings, Paddings({2, 1})}),
               Strings({6}, {"c", "b", "a", "b", "c", "b"}));
  ExpectTensor(RunOp("MirrorPad", {{"mode", "REFLECT"}}, {F32({}, {3}), I32({0, 2}, {})}),
               F32({}, {3}));
  ExpectTensor(
      RunOp("MirrorPad", {{"mode", "SYMMETRIC"}}, {F32({0, 2}, {}), Paddings({0, 0, 1, 0})}),
      F32({0, 3}, {}));
}

TEST_CASE("Pad refuses bad paddings") {
  const Tensor x = Iota({2, 2});
  const auto pad = [&](const Tensor& paddings) { RunOp("Pad", {}, {x, paddings}); };
  ExpectError(Code::kShape, [&] { pad(Paddings({0, 0})); });
  ExpectError(Code::kShape, [&] { pad(I32({4}, {0, 0, 0, 0})); });
  ExpectError(Code::kShape, [&] { pad(Paddings({0, 0, -1, 0})); });
  ExpectError(Code::kLimit, [&] { pad(Paddings(std::vector<int32_t>(100000))); });
  ExpectError(Code::kShape, [&] { pad(Paddings({kIntMax, kIntMax, kIntMax, kIntMax})); });
  ExpectError(Code::kDType, [&] { pad(F32({2, 2}, {0, 0, 0, 0})); });
  const Tensor none = Paddings({0, 0, 0, 0});
  ExpectError(Code::kDType, [&] { RunOp("PadV2", {}, {x, none, I32({}, {0})}); });
  ExpectError(Code::kShape, [&] { RunOp("PadV2", {}, {x, none, F32({2}, {0, 0})}); });
  ExpectError(Code::kAttr, [&] { RunOp("MirrorPad", {{"mode", "EDGE"}}, {x, none}); });
  const Tensor wide = Paddings({0, 0, 2, 0});
  ExpectError(Code::kShape, [&] { RunOp("MirrorPad", {{"mode", "REFLECT"}}, {x, wide}); });
  const Tensor wider = Paddings({0, 3, 0, 0});
  ExpectError(Code::kShape, [&] { RunOp("MirrorPad", {{"mode", "SYMMETRIC"}}, {x, wider}); });
}

}  // namespace tfwasm
