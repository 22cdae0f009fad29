// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {
namespace {

Tensor CastTo(DType dtype, const Tensor& in) { return RunOp("Cast", {{"DstT", dtype}}, {in}); }

TEST_CASE("casts between numbers") {
  ExpectTensor(CastTo(DType::kInt32, F32({8}, {1.9f, -1.9f, 0, kNan, kInf, -kInf, 3e9f, -3e9f})),
               I32({8}, {1, -1, 0, 0, kIntMax, kIntMin, kIntMax, kIntMin}));
  ExpectTensor(CastTo(DType::kInt32, F32({2}, {2147483520.0f, -2147483648.0f})),
               I32({2}, {2147483520, kIntMin}));
  ExpectTensor(CastTo(DType::kFloat32, I32({3}, {1, -1, kIntMax})),
               F32({3}, {1, -1, 2147483648.0f}));
  ExpectTensor(CastTo(DType::kBool, F32({5}, {0, -0.0f, 0.5f, 256, kNan})),
               Bool({5}, {0, 0, 1, 1, 1}));
  ExpectTensor(CastTo(DType::kBool, I32({3}, {0, 256, -1})), Bool({3}, {0, 1, 1}));
  ExpectTensor(CastTo(DType::kFloat32, Bool({2}, {0, 1})), F32({2}, {0, 1}));
  ExpectTensor(CastTo(DType::kInt32, Bool({2}, {0, 1})), I32({2}, {0, 1}));
}

TEST_CASE("casts with complex numbers") {
  ExpectTensor(CastTo(DType::kComplex64, F32({1}, {2})), C64({1}, {{2, 0}}));
  ExpectTensor(CastTo(DType::kComplex64, I32({1}, {2})), C64({1}, {{2, 0}}));
  ExpectTensor(CastTo(DType::kComplex64, Bool({1}, {1})), C64({1}, {{1, 0}}));
  ExpectTensor(CastTo(DType::kFloat32, C64({1}, {{2.5f, 7}})), F32({1}, {2.5f}));
  ExpectTensor(CastTo(DType::kInt32, C64({1}, {{2.5f, 7}})), I32({1}, {2}));
  ExpectTensor(CastTo(DType::kBool, C64({3}, {{0, 7}, {0, 0}, {-1, 0}})), Bool({3}, {0, 0, 1}));
}

TEST_CASE("casts of many elements and to the same dtype") {
  const Tensor in = MakeF32({1000}, [](size_t i) { return static_cast<double>(i) - 500.5; });
  const Tensor expected = MakeI32(
      {1000}, [](size_t i) { return static_cast<int32_t>(static_cast<double>(i) - 500.5); });
  ExpectTensor(CastTo(DType::kInt32, in), expected);
  ExpectTensor(CastTo(DType::kFloat32, in), in);
  ExpectTensor(CastTo(DType::kString, Strings({1}, {"a"})), Strings({1}, {"a"}));
  ExpectTensor(CastTo(DType::kInt32, F32({0, 2}, {})), I32({0, 2}, {}));
}

TEST_CASE("casts that make no sense are refused") {
  const Tensor in = F32({1}, {1});
  ExpectError(Code::kAttr, [&] { RunOp("Cast", {}, {in}); });
  ExpectError(Code::kDType, [&] { CastTo(DType::kString, in); });
  ExpectError(Code::kDType, [&] { CastTo(DType::kFloat32, Strings({1}, {"1"})); });
  ExpectError(Code::kDType, [&] { CastTo(DType::kInvalid, in); });
}

}  // namespace
}  // namespace tfwasm
