// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

namespace {

Tensor ScatterNd(const Tensor& indices, const Tensor& updates, const Tensor& shape) {
  return RunOp("ScatterNd", {}, {indices, updates, shape});
}

Tensor Update(const Tensor& x, const Tensor& indices, const Tensor& updates) {
  return RunOp("TensorScatterUpdate", {}, {x, indices, updates});
}

Tensor ToDense(const Tensor& indices, const Tensor& shape, const Tensor& values,
               const Tensor& fallback) {
  return RunOp("SparseToDense", {}, {indices, shape, values, fallback});
}

}  // namespace

TEST_CASE("ScatterNd adds up what goes to one place") {
  const Tensor places = I32({3, 1}, {1, 3, 1});
  ExpectTensor(ScatterNd(places, F32({3}, {1, 2, 4}), I32({1}, {4})), F32({4}, {0, 5, 0, 2}));
  ExpectTensor(ScatterNd(places, I32({3}, {kIntMax, 2, 1}), I32({1}, {4})),
               I32({4}, {0, kIntMin, 0, 2}));
  ExpectTensor(ScatterNd(places, Bool({3}, {1, 1, 0}), I32({1}, {4})), Bool({4}, {0, 1, 0, 1}));
  ExpectTensor(ScatterNd(I32({2, 1}, {0, 0}), C64({2}, {{1, 2}, {3, 4}}), I32({1}, {2})),
               C64({2}, {{4, 6}, {0, 0}}));
}

TEST_CASE("ScatterNd of blocks, of one row and of nothing") {
  ExpectTensor(ScatterNd(I32({1, 1}, {1}), F32({1, 2}, {5, 6}), I32({2}, {2, 2})),
               F32({2, 2}, {0, 0, 5, 6}));
  ExpectTensor(ScatterNd(I32({2}, {1, 0}), F32({}, {7}), I32({2}, {2, 2})),
               F32({2, 2}, {0, 0, 7, 0}));
  ExpectTensor(ScatterNd(I32({0, 1}, {}), F32({0}, {}), I32({1}, {2})), F32({2}, {0, 0}));
  ExpectTensor(ScatterNd(I32({2, 0}, {}), F32({2, 2}, {1, 2, 3, 4}), I32({1}, {2})),
               F32({2}, {4, 6}));
}

TEST_CASE("Scatter ops take a list of indices, one for each update") {
  const Tensor list = I32({3}, {0, 2, 0});
  ExpectTensor(ScatterNd(list, F32({3}, {1, 2, 4}), I32({1}, {4})), F32({4}, {5, 0, 2, 0}));
  ExpectTensor(ScatterNd(I32({2}, {1, 0}), F32({2, 2}, {1, 2, 3, 4}), I32({2}, {2, 2})),
               F32({2, 2}, {3, 4, 1, 2}));
  ExpectTensor(Update(F32({3}, {1, 2, 3}), I32({2}, {2, 0}), F32({2}, {7, 8})),
               F32({3}, {8, 2, 7}));
  ExpectError(Code::kShape, [&] { ScatterNd(list, F32({2}, {1, 2}), I32({1}, {4})); });
  ExpectError(Code::kInput, [&] { ScatterNd(list, F32({3}, {1, 2, 4}), I32({1}, {2})); });
}

TEST_CASE("ScatterNd refuses what does not fit") {
  const Tensor one = F32({1}, {1});
  for (const int32_t bad : {4, -1, kIntMin}) {
    ExpectError(Code::kInput, [&] { ScatterNd(I32({1, 1}, {bad}), one, I32({1}, {4})); });
  }
  ExpectError(Code::kShape, [&] { ScatterNd(I32({2, 1}, {0, 1}), one, I32({1}, {4})); });
  ExpectError(Code::kShape, [&] { ScatterNd(I32({1, 2}, {0, 1}), one, I32({1}, {4})); });
  ExpectError(Code::kShape, [&] { ScatterNd(I32({}, {0}), one, I32({1}, {4})); });
  ExpectError(Code::kShape, [&] { ScatterNd(I32({1, 1}, {0}), one, I32({1}, {-4})); });
  ExpectError(Code::kShape, [&] {
    ScatterNd(I32({1, 3}, {0, 0, 0}), one, I32({3}, {kIntMax, kIntMax, kIntMax}));
  });
  ExpectError(Code::kDType,
              [] { ScatterNd(I32({1, 1}, {0}), Strings({1}, {"a"}), I32({1}, {1})); });
}

TEST_CASE("TensorScatterUpdate: the last update wins") {
  const Tensor x = F32({4}, {1, 2, 3, 4});
  ExpectTensor(Update(x, I32({3, 1}, {0, 2, 0}), F32({3}, {7, 8, 9})), F32({4}, {9, 2, 8, 4}));
  ExpectTensor(x, F32({4}, {1, 2, 3, 4}));
  ExpectTensor(Update(F32({2, 2}, {1, 2, 3, 4}), I32({1, 1}, {1}), F32({1, 2}, {8, 9})),
               F32({2, 2}, {1, 2, 8, 9}));
  ExpectTensor(Update(Strings({2}, {"a", "b"}), I32({1, 1}, {0}), Strings({1}, {"c"})),
               Strings({2}, {"c", "b"}));
  ExpectTensor(Update(Bool({2}, {1, 1}), I32({1, 1}, {1}), Bool({1}, {0})), Bool({2}, {1, 0}));
  ExpectError(Code::kInput, [&] { Update(x, I32({1, 1}, {4}), F32({1}, {0})); });
  ExpectError(Code::kDType, [&] { Update(x, I32({1, 1}, {0}), I32({1}, {0})); });
  ExpectError(Code::kShape, [&] { Update(x, I32({1, 1}, {0}), F32({2}, {0, 0})); });
}

TEST_CASE("SparseToDense") {
  const Tensor zero = F32({}, {0});
  ExpectTensor(ToDense(I32({2, 2}, {0, 1, 1, 0}), I32({2}, {2, 2}), F32({2}, {5, 6}), zero),
               F32({2, 2}, {0, 5, 6, 0}));
  ExpectTensor(ToDense(I32({2}, {0, 2}), I32({1}, {3}), F32({}, {5}), F32({}, {-1})),
               F32({3}, {5, -1, 5}));
  ExpectTensor(ToDense(I32({}, {1}), I32({1}, {2}), Strings({}, {"a"}), Strings({}, {"-"})),
               Strings({2}, {"-", "a"}));
  const Tensor shape = I32({1}, {3});
  ExpectError(Code::kInput, [&] { ToDense(I32({1}, {3}), shape, F32({1}, {5}), zero); });
  ExpectError(Code::kShape, [&] { ToDense(I32({1, 2}, {0, 0}), shape, F32({1}, {5}), zero); });
  ExpectError(Code::kShape, [&] { ToDense(I32({2}, {0, 1}), shape, F32({1}, {5}), zero); });
  ExpectError(Code::kDType, [&] { ToDense(I32({1}, {0}), shape, I32({1}, {5}), zero); });
}

}  // namespace tfwasm
