// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

TEST_CASE("UnsortedSegmentSum") {
  const auto sum = [](const Tensor& x, const Tensor& ids, int count) {
    return RunOp("UnsortedSegmentSum", {}, {x, ids, I32({}, {count})});
  };
  const Tensor x = F32({3, 2}, {1, 2, 3, 4, 5, 6});
  ExpectTensor(sum(x, I32({3}, {2, 0, 2}), 4), F32({4, 2}, {3, 4, 0, 0, 6, 8, 0, 0}));
  ExpectTensor(sum(x, I32({3}, {-1, 0, 0}), 1), F32({1, 2}, {8, 10}));
  ExpectTensor(sum(x, I32({3, 2}, {0, 1, 0, 1, 0, 1}), 2), F32({2}, {9, 12}));
  ExpectTensor(sum(x, I32({}, {1}), 2).Reshaped({12}),
               F32({12}, {0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6}));
  ExpectTensor(sum(I32({2}, {kIntMax, 1}), I32({2}, {0, 0}), 1), I32({1}, {kIntMin}));
  ExpectTensor(sum(F32({0, 2}, {}), I32({0}, {}), 2), F32({2, 2}, {0, 0, 0, 0}));
  ExpectTensor(sum(x, I32({3}, {-1, -1, -1}), 0), F32({0, 2}, {}));
  ExpectError(Code::kInput, [&] { sum(x, I32({3}, {0, 1, 2}), 2); });
  ExpectError(Code::kInput, [&] { sum(x, I32({3}, {0, 1, 2}), -1); });
  ExpectError(Code::kShape, [&] { sum(x, I32({2}, {0, 1}), 2); });
  ExpectError(Code::kShape, [&] { sum(x, I32({3, 2, 1}, {0, 1, 0, 1, 0, 1}), 2); });
  ExpectError(Code::kDType, [&] { sum(x, F32({3}, {0, 1, 2}), 3); });
}

TEST_CASE("SparseSegmentSum and SparseSegmentMean") {
  const Tensor x = F32({3, 2}, {1, 2, 3, 4, 5, 6});
  const auto run = [](const char* op, const Tensor& data, const Tensor& indices,
                      const Tensor& ids) { return RunOp(op, {}, {data, indices, ids}); };
  const Tensor indices = I32({4}, {0, 2, 2, 1});
  const Tensor ids = I32({4}, {0, 0, 0, 2});
  ExpectTensor(run("SparseSegmentSum", x, indices, ids), F32({3, 2}, {11, 14, 0, 0, 3, 4}));
  ExpectTensor(run("SparseSegmentMean", x, indices, ids),
               F32({3, 2}, {11.0f / 3, 14.0f / 3, 0, 0, 3, 4}));
  ExpectTensor(run("SparseSegmentMean", I32({2}, {-3, 0}), I32({2}, {0, 1}), I32({2}, {0, 0})),
               I32({1}, {-1}));
  ExpectTensor(run("SparseSegmentSum", x, I32({0}, {}), I32({0}, {})), F32({0, 2}, {}));
  for (const char* op : {"SparseSegmentSum", "SparseSegmentMean"}) {
    ExpectError(Code::kInput, [&] { run(op, x, I32({1}, {3}), I32({1}, {0})); });
    ExpectError(Code::kInput, [&] { run(op, x, I32({1}, {-1}), I32({1}, {0})); });
    ExpectError(Code::kInput, [&] { run(op, x, I32({2}, {0, 1}), I32({2}, {1, 0})); });
    ExpectError(Code::kInput, [&] { run(op, x, I32({1}, {0}), I32({1}, {-1})); });
    ExpectError(Code::kShape, [&] { run(op, x, I32({1}, {0}), I32({2}, {0, 0})); });
    ExpectError(Code::kShape, [&] { run(op, F32({}, {1}), I32({1}, {0}), I32({1}, {0})); });
    ExpectError(Code::kDType, [&] { run(op, Bool({1}, {1}), I32({1}, {0}), I32({1}, {0})); });
  }
}

}  // namespace tfwasm
