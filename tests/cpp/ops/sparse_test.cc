// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

TEST_CASE("SparseFillEmptyRows") {
  const auto fill = [](const Tensor& indices, const Tensor& values, const Tensor& shape,
                       const Tensor& value) {
    return RunOpMulti("SparseFillEmptyRows", {}, {indices, values, shape, value});
  };
  // Rows 0 and 3 are empty, and row 2 comes before row 1.
  const auto out =
      fill(I32({3, 2}, {2, 0, 1, 3, 2, 1}), F32({3}, {1, 2, 3}), I32({2}, {4, 5}), F32({}, {-1}));
  ExpectTensor(out[0], I32({5, 2}, {0, 0, 1, 3, 2, 0, 2, 1, 3, 0}));
  ExpectTensor(out[1], F32({5}, {-1, 2, 1, 3, -1}));
  ExpectTensor(out[2], Bool({4}, {1, 0, 0, 1}));
  ExpectTensor(out[3], I32({3}, {2, 1, 3}));
  const auto strings =
      fill(I32({0, 1}, {}), Strings({0}, {}), I32({1}, {2}), Strings({}, {"none"}));
  ExpectTensor(strings[0], I32({2, 1}, {0, 1}));
  ExpectTensor(strings[1], Strings({2}, {"none", "none"}));
  ExpectTensor(strings[3], I32({0}, {}));
  const auto empty = fill(I32({0, 2}, {}), F32({0}, {}), I32({2}, {0, 5}), F32({}, {0}));
  ExpectTensor(empty[0], I32({0, 2}, {}));
  ExpectTensor(empty[2], Bool({0}, {}));
  const Tensor one = F32({1}, {1});
  const Tensor shape = I32({2}, {2, 2});
  ExpectError(Code::kInput, [&] { fill(I32({1, 2}, {2, 0}), one, shape, F32({}, {0})); });
  ExpectError(Code::kInput, [&] { fill(I32({1, 2}, {-1, 0}), one, shape, F32({}, {0})); });
  ExpectError(Code::kInput,
              [&] { fill(I32({1, 2}, {0, 0}), one, I32({2}, {-4, 2}), F32({}, {0})); });
  ExpectError(Code::kShape, [&] { fill(I32({1, 1}, {0}), one, shape, F32({}, {0})); });
  ExpectError(Code::kShape, [&] { fill(I32({2, 2}, {0, 0, 1, 1}), one, shape, F32({}, {0})); });
  ExpectError(Code::kShape, [&] { fill(I32({1, 2}, {0, 0}), one, shape, F32({2}, {0, 1})); });
  ExpectError(Code::kDType, [&] { fill(I32({1, 2}, {0, 0}), one, shape, I32({}, {0})); });
}

TEST_CASE("SparseReshape") {
  const auto reshape = [](const Tensor& indices, const Tensor& shape, const Tensor& new_shape) {
    return RunOpMulti("SparseReshape", {}, {indices, shape, new_shape});
  };
  const Tensor indices = I32({3, 3}, {0, 0, 0, 0, 1, 2, 1, 2, 3});
  const Tensor shape = I32({3}, {2, 3, 4});
  const auto out = reshape(indices, shape, I32({2}, {4, -1}));
  ExpectTensor(out[0], I32({3, 2}, {0, 0, 1, 0, 3, 5}));
  ExpectTensor(out[1], I32({2}, {4, 6}));
  const auto flat = reshape(indices, shape, I32({1}, {24}));
  ExpectTensor(flat[0], I32({3, 1}, {0, 6, 23}));
  const auto empty = reshape(I32({0, 2}, {}), I32({2}, {0, 3}), I32({2}, {5, -1}));
  ExpectTensor(empty[0], I32({0, 2}, {}));
  ExpectTensor(empty[1], I32({2}, {5, 0}));
  ExpectError(Code::kInput, [&] { reshape(indices, shape, I32({2}, {-1, -1})); });
  ExpectError(Code::kInput, [&] { reshape(indices, shape, I32({2}, {5, -1})); });
  ExpectError(Code::kInput, [&] { reshape(indices, shape, I32({2}, {4, 5})); });
  ExpectError(Code::kInput, [&] { reshape(indices, shape, I32({2}, {-2, 5})); });
  ExpectError(Code::kInput, [&] { reshape(I32({1, 1}, {2}), I32({1}, {2}), I32({1}, {2})); });
  ExpectError(Code::kInput, [&] {
    reshape(I32({0, 3}, {}), I32({3}, {kIntMax, kIntMax, kIntMax}), I32({1}, {-1}));
  });
  ExpectError(Code::kInput,
              [&] { reshape(I32({0, 2}, {}), I32({2}, {kIntMax, 2}), I32({1}, {-1})); });
  ExpectError(Code::kShape, [&] { reshape(indices, I32({2}, {6, 4}), I32({1}, {24})); });
  ExpectError(Code::kDType, [&] { reshape(F32({1, 1}, {0}), I32({1}, {1}), I32({1}, {1})); });
}

}  // namespace tfwasm
