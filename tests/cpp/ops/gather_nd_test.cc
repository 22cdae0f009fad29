// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

namespace {

Tensor GatherNd(const Tensor& x, const Tensor& indices) {
  return RunOp("GatherNd", {}, {x, indices});
}

}  // namespace

TEST_CASE("GatherNd picks elements and blocks") {
  const Tensor x = MakeF32({2, 2, 2}, [](size_t i) { return i; });
  ExpectTensor(GatherNd(x, I32({2, 3}, {0, 1, 0, 1, 1, 1})), F32({2}, {2, 7}));
  ExpectTensor(GatherNd(x, I32({2, 2}, {1, 0, 0, 1})), F32({2, 2}, {4, 5, 2, 3}));
  ExpectTensor(GatherNd(x, I32({1, 1}, {1})), F32({1, 2, 2}, {4, 5, 6, 7}));
  ExpectTensor(GatherNd(x, I32({3}, {1, 0, 1})), F32({}, {5}));
  ExpectTensor(GatherNd(x, I32({0, 2}, {})), F32({0, 2}, {}));
  ExpectTensor(GatherNd(F32({2}, {1, 2}), I32({2, 0}, {})), F32({2, 2}, {1, 2, 1, 2}));
  ExpectTensor(GatherNd(x, I32({1, 2, 3}, {0, 0, 0, 1, 1, 0})), F32({1, 2}, {0, 6}));
}

TEST_CASE("GatherNd of every dtype") {
  const Tensor last = I32({1, 1}, {1});
  ExpectTensor(GatherNd(Bool({2}, {0, 1}), last), Bool({1}, {1}));
  ExpectTensor(GatherNd(I32({2}, {3, 4}), last), I32({1}, {4}));
  ExpectTensor(GatherNd(Strings({2}, {"a", "b"}), last), Strings({1}, {"b"}));
  ExpectTensor(GatherNd(C64({2}, {{1, 2}, {3, 4}}), last), C64({1}, {{3, 4}}));
}

TEST_CASE("GatherNd refuses bad indices") {
  const Tensor x = MakeF32({2, 3}, [](size_t i) { return i; });
  for (const std::vector<int32_t>& bad : std::vector<std::vector<int32_t>>{
           {2, 0}, {0, 3}, {-1, 0}, {0, kIntMin}, {kIntMax, kIntMax}}) {
    ExpectError(Code::kInput, [&] { GatherNd(x, I32({1, 2}, bad)); });
  }
  ExpectError(Code::kShape, [&] { GatherNd(x, I32({1, 3}, {0, 0, 0})); });
  ExpectError(Code::kShape, [&] { GatherNd(x, I32({}, {0})); });
  ExpectError(Code::kDType, [&] { GatherNd(x, F32({1, 1}, {0})); });
  ExpectError(Code::kInput, [] { GatherNd(F32({0, 2}, {}), I32({1, 1}, {0})); });
}

}  // namespace tfwasm
