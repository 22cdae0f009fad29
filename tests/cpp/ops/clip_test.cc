// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {
namespace {

TEST_CASE("clipping to scalars") {
  const Tensor in = F32({5}, {-3, 0.5f, 3, kNan, -kInf});
  ExpectTensor(RunOp("ClipByValue", {}, {in, F32({}, {-1}), F32({}, {1})}),
               F32({5}, {-1, 0.5f, 1, kNan, -1}));
  ExpectTensor(RunOp("ClipByValue", {}, {I32({3}, {-9, 4, 9}), I32({}, {0}), I32({1}, {5})}),
               I32({3}, {0, 4, 5}));
  // If the bounds are swapped, the minimum wins.
  ExpectTensor(RunOp("ClipByValue", {}, {F32({}, {0}), F32({}, {2}), F32({}, {1})}), F32({}, {2}));
  ExpectTensor(RunOp("ClipByValue", {}, {F32({}, {7}), F32({1}, {2}), F32({1}, {3})}),
               F32({}, {3}));
  ExpectTensor(RunOp("ClipByValue", {}, {F32({0}, {}), F32({}, {2}), F32({}, {1})}), F32({0}, {}));
}

TEST_CASE("clipping many elements, and to one bound each") {
  const Tensor in = MakeF32({10, 10}, [](size_t i) { return i; });
  const Tensor low = MakeF32({10, 10}, [](size_t) { return 30; });
  const Tensor expected = MakeF32({10, 10}, [](size_t i) { return i < 30 ? 30 : i > 60 ? 60 : i; });
  ExpectTensor(RunOp("ClipByValue", {}, {in, F32({}, {30}), F32({}, {60})}), expected);
  ExpectTensor(RunOp("ClipByValue", {}, {in, low, F32({}, {60})}), expected);
}

TEST_CASE("bounds must fit") {
  const Tensor in = F32({2}, {1, 2});
  const Tensor one = F32({}, {1});
  ExpectError(Code::kShape, [&] { RunOp("ClipByValue", {}, {in, F32({3}, {1, 2, 3}), one}); });
  ExpectError(Code::kDType, [&] { RunOp("ClipByValue", {}, {in, one, I32({}, {1})}); });
  const Tensor flag = Bool({}, {1});
  ExpectError(Code::kDType, [&] { RunOp("ClipByValue", {}, {flag, flag, flag}); });
}

}  // namespace
}  // namespace tfwasm
