// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "ops/op_test.h"

namespace tfwasm {

TEST_CASE("LowerBound, UpperBound and SearchSorted") {
  const Tensor rows = F32({2, 4}, {1, 3, 3, 5, -kInf, 0, 0, kInf});
  const Tensor values = F32({2, 3}, {3, 0, 6, 0, -kInf, kInf});
  const Tensor lower = I32({2, 3}, {1, 0, 4, 1, 0, 3});
  const Tensor upper = I32({2, 3}, {3, 0, 4, 3, 1, 4});
  ExpectTensor(RunOp("LowerBound", {}, {rows, values}), lower);
  ExpectTensor(RunOp("UpperBound", {}, {rows, values}), upper);
  ExpectTensor(RunOp("SearchSorted", {}, {rows, values}), lower);
  ExpectTensor(RunOp("SearchSorted", {{"side", "right"}}, {rows, values}), upper);
  ExpectTensor(RunOp("UpperBound", {}, {I32({1, 3}, {kIntMin, 0, kIntMax}), I32({1, 1}, {0})}),
               I32({1, 1}, {2}));
  ExpectTensor(RunOp("LowerBound", {}, {F32({1, 0}, {}), F32({1, 2}, {1, 2})}),
               I32({1, 2}, {0, 0}));
  ExpectTensor(RunOp("LowerBound", {}, {F32({0, 3}, {}), F32({0, 2}, {})}), I32({0, 2}, {}));
  ExpectError(Code::kShape, [&] { RunOp("LowerBound", {}, {rows, F32({1, 1}, {1})}); });
  ExpectError(Code::kShape, [&] { RunOp("LowerBound", {}, {F32({1}, {1}), F32({1}, {1})}); });
  ExpectError(Code::kDType, [&] { RunOp("UpperBound", {}, {rows, I32({2, 1}, {1, 1})}); });
  ExpectError(Code::kAttr, [&] { RunOp("SearchSorted", {{"side", "up"}}, {rows, values}); });
}

TEST_CASE("Places of many values follow their definition") {
  // Even numbers, each twice.
  const Tensor rows = MakeF32({2, 30}, [](size_t i) { return i % 30 / 2 * 2; });
  const Tensor values = MakeF32({2, 33}, [](size_t i) { return i % 33; });
  const auto count = [&](bool with_equal) {
    return MakeI32({2, 33}, [&](size_t i) {
      const float value = values.values<float>()[i];
      const auto row = rows.values<float>().subspan(0, 30);
      return std::count_if(row.begin(), row.end(), [&](float element) {
        return element < value || (with_equal && element == value);
      });
    });
  };
  ExpectTensor(RunOp("LowerBound", {}, {rows, values}), count(false));
  ExpectTensor(RunOp("UpperBound", {}, {rows, values}), count(true));
}

}  // namespace tfwasm
