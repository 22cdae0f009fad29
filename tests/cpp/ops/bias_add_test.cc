// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

namespace {

TEST_CASE("BiasAdd: one bias per channel") {
  ExpectOp("BiasAdd", {}, {F32({2, 3}, {1, 2, 3, 4, 5, 6}), F32({3}, {10, 20, 30})},
           F32({2, 3}, {11, 22, 33, 14, 25, 36}));
  ExpectOp("BiasAdd", {{"data_format", "NHWC"}},
           {I32({1, 1, 2, 2}, {1, 2, 3, kIntMax}), I32({2}, {10, 1})},
           I32({1, 1, 2, 2}, {11, 3, 13, kIntMin}));
  ExpectOp("BiasAdd", {{"data_format", "NCHW"}},
           {F32({1, 2, 1, 2}, {1, 2, 3, 4}), F32({2}, {10, 20})},
           F32({1, 2, 1, 2}, {11, 12, 23, 24}));
}

TEST_CASE("BiasAdd: long rows and many channels") {
  TestRandom random(51);
  for (const int64_t channels : {1, 5, 128, 129, 300, 100000}) {
    const Tensor x = random.Floats({3, channels});
    const Tensor bias = random.Floats({channels});
    ExpectOp("BiasAdd", {}, {x, bias}, MakeF32(x.shape(), [&](size_t i) {
               return x.values<float>()[i] +
                      bias.values<float>()[i % static_cast<size_t>(channels)];
             }));
  }
}

// tfjs's converter makes these from Add.
TEST_CASE("BiasAdd: anything that broadcasts") {
  const Tensor row = F32({1, 3}, {1, 2, 3});
  const Tensor column = F32({2, 1}, {10, 20});
  const Tensor sum = F32({2, 3}, {11, 12, 13, 21, 22, 23});
  ExpectOp("BiasAdd", {}, {row, column}, sum);
  ExpectOp("BiasAdd", {}, {column, row}, sum);
  ExpectOp("BiasAdd", {}, {sum, sum}, F32({2, 3}, {22, 24, 26, 42, 44, 46}));
  ExpectOp("BiasAdd", {}, {F32({3}, {1, 2, 3}), F32({1, 1, 3}, {1, 1, 1})},
           F32({1, 1, 3}, {2, 3, 4}));
  ExpectOp("BiasAdd", {}, {sum, F32({}, {1})}, F32({2, 3}, {12, 13, 14, 22, 23, 24}));
  // Both operands broadcast.
  ExpectOp("BiasAdd", {}, {F32({2, 1, 2, 1}, {1, 2, 3, 4}), F32({1, 2, 1, 2}, {10, 20, 30, 40})},
           F32({2, 2, 2, 2}, {11, 21, 12, 22, 31, 41, 32, 42, 13, 23, 14, 24, 33, 43, 34, 44}));
}

TEST_CASE("BiasAdd: empty and bad arguments") {
  ExpectOp("BiasAdd", {}, {F32({0, 3}, {}), F32({3}, {1, 2, 3})}, F32({0, 3}, {}));
  ExpectOp("BiasAdd", {}, {F32({2, 0}, {}), F32({0}, {})}, F32({2, 0}, {}));
  ExpectError(Code::kShape, [] { RunOp("BiasAdd", {}, {F32({2}, {1, 2}), F32({3}, {1, 2, 3})}); });
  ExpectError(Code::kDType, [] { RunOp("BiasAdd", {}, {F32({1}, {1}), I32({1}, {1})}); });
  ExpectError(Code::kDType, [] { RunOp("BiasAdd", {}, {Bool({1}, {1}), Bool({1}, {1})}); });
}

}  // namespace

}  // namespace tfwasm
