// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "ops/op_test.h"

namespace tfwasm {
namespace {

Tensor Permutation(const std::vector<int>& axes) {
  return I32({static_cast<int64_t>(axes.size())}, {axes.begin(), axes.end()});
}

// By definition: element (i0, i1, ...) of the result has permuted indices in `in`.
Tensor Expected(const Tensor& in, const std::vector<int>& axes) {
  Shape shape;
  for (const int axis : axes) shape.Append(in.shape()[axis]);
  const auto strides = RowMajorStrides(in.shape());
  const auto x = in.values<float>();
  return MakeF32(shape, [&](size_t i) {
    auto rest = static_cast<int64_t>(i);
    int64_t offset = 0;
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
      const auto from = static_cast<size_t>(axes[static_cast<size_t>(axis)]);
      offset += rest % shape[axis] * strides[from];
      rest /= shape[axis];
    }
    return x[static_cast<size_t>(offset)];
  });
}

TEST_CASE("transposition follows its definition") {
  const std::pair<Shape, std::vector<int>> cases[] = {
      {{3, 4}, {1, 0}},
      {{30, 41}, {1, 0}},
      {{131, 70}, {1, 0}},
      {{30, 41}, {0, 1}},
      {{5, 6, 7}, {2, 1, 0}},
      {{5, 6, 7}, {1, 2, 0}},
      {{5, 6, 7}, {0, 2, 1}},
      {{1, 9, 9, 8}, {0, 3, 1, 2}},
      {{1, 8, 9, 9}, {0, 2, 3, 1}},
      {{9, 1, 9}, {1, 2, 0}},
      {{9, 1, 9}, {2, 1, 0}},
      {{4, 1, 5, 1}, {0, 3, 2, 1}},
      {{2, 3, 4, 5, 6}, {4, 2, 0, 3, 1}},
      {{2, 3, 2, 3, 2, 3}, {5, 3, 1, 4, 2, 0}},
      {{2, 2, 2, 2, 2, 2, 2, 2}, {7, 5, 3, 1, 6, 4, 2, 0}},
      {{2, 2, 2, 2, 2, 2, 2, 2}, {7, 6, 5, 4, 3, 2, 1, 0}},
      {{2, 2, 2, 2, 2, 2, 2, 2}, {4, 5, 6, 7, 0, 1, 2, 3}},
      {{7}, {0}},
      {{}, {}},
      {{0, 3}, {1, 0}},
  };
  for (const auto& [shape, axes] : cases) {
    CAPTURE(shape.ToString());
    const Tensor in = MakeF32(shape, [](size_t i) { return i; });
    const Tensor expected = Expected(in, axes);
    ExpectTensor(RunOp("Transpose", {}, {in, Permutation(axes)}), expected);
    // One-byte elements have separate loops.
    const auto to_bool = [](const Tensor& tensor) {
      Tensor bools(DType::kBool, tensor.shape());
      const auto from = tensor.values<float>();
      std::transform(from.begin(), from.end(), bools.mutable_values<uint8_t>().begin(),
                     [](float x) { return static_cast<int>(x) % 3 == 0; });
      return bools;
    };
    ExpectTensor(RunOp("Transpose", {}, {to_bool(in), Permutation(axes)}), to_bool(expected));
  }
}

TEST_CASE("every dtype") {
  const Tensor swap = Permutation({1, 0});
  ExpectTensor(RunOp("Transpose", {}, {I32({2, 2}, {1, 2, 3, 4}), swap}),
               I32({2, 2}, {1, 3, 2, 4}));
  ExpectTensor(RunOp("Transpose", {}, {Bool({2, 2}, {0, 1, 0, 1}), swap}),
               Bool({2, 2}, {0, 0, 1, 1}));
  ExpectTensor(RunOp("Transpose", {}, {Strings({1, 2}, {"a", "b"}), swap}),
               Strings({2, 1}, {"a", "b"}));
  ExpectTensor(RunOp("Transpose", {}, {Strings({2, 2}, {"a", "b", "c", "d"}), swap}),
               Strings({2, 2}, {"a", "c", "b", "d"}));
  ExpectTensor(RunOp("Transpose", {}, {C64({2, 2}, {{1, 2}, {3, 4}, {5, 6}, {7, 8}}), swap}),
               C64({2, 2}, {{1, 2}, {5, 6}, {3, 4}, {7, 8}}));
}

TEST_CASE("only permutations of the axes will do") {
  const Tensor in = F32({2, 2}, {1, 2, 3, 4});
  ExpectTensor(RunOp("Transpose", {}, {in, Permutation({-1, -2})}), F32({2, 2}, {1, 3, 2, 4}));
  ExpectError(Code::kShape, [&] { RunOp("Transpose", {}, {in, Permutation({0})}); });
  ExpectError(Code::kShape, [&] { RunOp("Transpose", {}, {in, Permutation({0, 0})}); });
  ExpectError(Code::kShape, [&] { RunOp("Transpose", {}, {in, Permutation({0, 2})}); });
  ExpectError(Code::kShape, [&] { RunOp("Transpose", {}, {in, Permutation({0, 1, 2})}); });
  ExpectError(Code::kDType, [&] { RunOp("Transpose", {}, {in, F32({2}, {1, 0})}); });
}

}  // namespace
}  // namespace tfwasm
