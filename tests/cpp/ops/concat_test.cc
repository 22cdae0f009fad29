// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

namespace {

// The axis is the last input of ConcatV2 and the first of Concat. Both must give the same result.
Tensor Concat(const std::vector<Tensor>& parts, int32_t axis) {
  std::vector<Tensor> inputs = parts;
  inputs.push_back(I32({}, {axis}));
  Tensor joined = RunOp("ConcatV2", {}, inputs);
  inputs.pop_back();
  inputs.insert(inputs.begin(), I32({}, {axis}));
  ExpectTensor(RunOp("Concat", {}, inputs), joined);
  return joined;
}

}  // namespace

TEST_CASE("ConcatV2 along every axis") {
  const Tensor a = F32({1, 2}, {1, 2});
  const Tensor b = F32({2, 2}, {3, 4, 5, 6});
  ExpectTensor(Concat({a, b}, 0), F32({3, 2}, {1, 2, 3, 4, 5, 6}));
  ExpectTensor(Concat({b, a}, -2), F32({3, 2}, {3, 4, 5, 6, 1, 2}));
  const Tensor c = F32({2, 1}, {7, 8});
  ExpectTensor(Concat({b, c}, 1), F32({2, 3}, {3, 4, 7, 5, 6, 8}));
  ExpectTensor(Concat({c, c, c}, -1), F32({2, 3}, {7, 7, 7, 8, 8, 8}));
}

TEST_CASE("ConcatV2 of one, of empty ones and of other dtypes") {
  const Tensor one = I32({2}, {1, 2});
  ExpectTensor(Concat({one}, 0), one);
  ExpectTensor(Concat({I32({0}, {}), one, I32({0}, {})}, 0), one);
  ExpectTensor(Concat({F32({0}, {}), F32({0}, {})}, 0), F32({0}, {}));
  ExpectTensor(Concat({Strings({1, 1}, {"a"}), Strings({1, 2}, {"b", "c"})}, 1),
               Strings({1, 3}, {"a", "b", "c"}));
  ExpectTensor(Concat({Bool({1}, {1}), Bool({2}, {0, 1})}, 0), Bool({3}, {1, 0, 1}));
  ExpectTensor(Concat({C64({1}, {{1, 2}}), C64({1}, {{3, 4}})}, 0), C64({2}, {{1, 2}, {3, 4}}));
}

TEST_CASE("ConcatV2 of large tensors") {
  const auto value = [](size_t i) { return i % 1000; };
  const Tensor a = MakeF32({300, 100}, value);
  const Tensor b = MakeF32({300, 28}, value);
  const Tensor joined = Concat({a, b}, 1);
  const auto out = joined.values<float>();
  for (size_t row = 0; row < 300; ++row) {
    for (size_t column = 0; column < 128; ++column) {
      const size_t from = column < 100 ? row * 100 + column : row * 28 + column - 100;
      REQUIRE(out[row * 128 + column] == static_cast<float>(value(from)));
    }
  }
}

TEST_CASE("ConcatV2 refuses what does not fit together") {
  const Tensor x = F32({2, 2}, {1, 2, 3, 4});
  const auto joined = [](const std::vector<Tensor>& inputs) { RunOp("ConcatV2", {}, inputs); };
  const Tensor axis = I32({}, {0});
  ExpectError(Code::kShape, [&] { joined({x, F32({1, 3}, {1, 2, 3}), axis}); });
  ExpectError(Code::kShape, [&] { joined({x, F32({2}, {1, 2}), axis}); });
  ExpectError(Code::kShape, [&] { joined({F32({}, {1}), F32({}, {1}), axis}); });
  ExpectError(Code::kDType, [&] { joined({x, I32({2, 2}, {1, 2, 3, 4}), axis}); });
  ExpectError(Code::kShape, [&] { joined({x, x, I32({}, {2})}); });
  ExpectError(Code::kShape, [&] { joined({x, x, I32({2}, {0, 1})}); });
  ExpectError(Code::kDType, [&] { joined({x, x, F32({}, {0})}); });
}

}  // namespace tfwasm
