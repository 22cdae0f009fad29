// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {
namespace {

TEST_CASE("ArgMax and ArgMin along each axis") {
  const Tensor in = F32({2, 3}, {1, 5, 2, 4, 0, 6});
  ExpectTensor(RunOp("ArgMax", {}, {in, I32({}, {0})}), I32({3}, {1, 0, 1}));
  ExpectTensor(RunOp("ArgMax", {}, {in, I32({}, {-1})}), I32({2}, {1, 2}));
  ExpectTensor(RunOp("ArgMin", {}, {in, I32({}, {0})}), I32({3}, {0, 1, 0}));
  ExpectTensor(RunOp("ArgMin", {}, {in, I32({1}, {1})}), I32({2}, {0, 1}));
  ExpectTensor(RunOp("ArgMax", {}, {I32({3}, {kIntMin, kIntMax, 0}), I32({}, {0})}), I32({}, {1}));
  ExpectTensor(RunOp("ArgMin", {}, {I32({3}, {0, kIntMax, kIntMin}), I32({}, {0})}), I32({}, {2}));
}

TEST_CASE("the first of equals wins and NaN is passed over") {
  const Tensor axis = I32({}, {0});
  ExpectTensor(RunOp("ArgMax", {}, {F32({4}, {1, 3, 3, 2}), axis}), I32({}, {1}));
  ExpectTensor(RunOp("ArgMin", {}, {F32({4}, {2, 1, 1, 2}), axis}), I32({}, {1}));
  ExpectTensor(RunOp("ArgMax", {}, {F32({3}, {kNan, 1, 2}), axis}), I32({}, {2}));
  ExpectTensor(RunOp("ArgMax", {}, {F32({2}, {kNan, kNan}), axis}), I32({}, {0}));
  ExpectTensor(RunOp("ArgMax", {}, {F32({2}, {-kInf, -kInf}), axis}), I32({}, {0}));
}

TEST_CASE("many columns") {
  const Tensor in = MakeF32({5, 40}, [](size_t i) { return i / 40 == i % 5 ? 1 : 0; });
  const Tensor expected = MakeI32({40}, [](size_t i) {
    // Column i has its 1 in row r with r == (40 r + i) % 5.
    return static_cast<int32_t>(i % 5);
  });
  ExpectTensor(RunOp("ArgMax", {}, {in, I32({}, {0})}), expected);
  const Tensor cube = MakeF32({2, 7, 3}, [](size_t i) { return i * 37 % 41; });
  const auto x = cube.values<float>();
  const Tensor along = MakeI32({2, 3}, [&](size_t i) {
    size_t best = 0;
    const auto at = [&](size_t k) { return x[i / 3 * 21 + k * 3 + i % 3]; };
    for (size_t k = 1; k < 7; ++k) best = at(k) > at(best) ? k : best;
    return static_cast<int32_t>(best);
  });
  ExpectTensor(RunOp("ArgMax", {}, {cube, I32({}, {1})}), along);
}

TEST_CASE("what cannot be searched is refused") {
  const Tensor in = F32({2, 2}, {1, 2, 3, 4});
  ExpectError(Code::kShape, [&] { RunOp("ArgMax", {}, {in, I32({}, {2})}); });
  ExpectError(Code::kShape, [&] { RunOp("ArgMax", {}, {in, I32({2}, {0, 1})}); });
  ExpectError(Code::kShape, [&] { RunOp("ArgMax", {}, {F32({}, {1}), I32({}, {0})}); });
  ExpectError(Code::kShape, [&] { RunOp("ArgMax", {}, {F32({0, 2}, {}), I32({}, {0})}); });
  ExpectError(Code::kDType, [&] { RunOp("ArgMin", {}, {Strings({1}, {"a"}), I32({}, {0})}); });
  ExpectTensor(RunOp("ArgMax", {}, {F32({0, 2}, {}), I32({}, {1})}), I32({0}, {}));
}

}  // namespace
}  // namespace tfwasm
