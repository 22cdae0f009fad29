// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

namespace {

const auto Iota = [](const Shape& shape) { return MakeF32(shape, [](size_t i) { return i; }); };

Tensor Gather(const Tensor& x, const Tensor& indices, int32_t axis, int batch_dims = 0) {
  return RunOp("GatherV2", {{"batch_dims", batch_dims}}, {x, indices, I32({}, {axis})});
}

}  // namespace

TEST_CASE("GatherV2 along every axis") {
  const Tensor x = F32({2, 3}, {0, 1, 2, 3, 4, 5});
  ExpectTensor(Gather(x, I32({3}, {1, 0, 1}), 0), F32({3, 3}, {3, 4, 5, 0, 1, 2, 3, 4, 5}));
  ExpectTensor(Gather(x, I32({2}, {2, 0}), 1), F32({2, 2}, {2, 0, 5, 3}));
  ExpectTensor(Gather(x, I32({}, {1}), -1), F32({2}, {1, 4}));
  ExpectTensor(Gather(x, I32({1, 2}, {0, 1}), 1), F32({2, 1, 2}, {0, 1, 3, 4}));
  ExpectTensor(Gather(x, I32({0}, {}), 0), F32({0, 3}, {}));
  ExpectTensor(Gather(F32({0, 2}, {}), I32({1}, {1}), 1), F32({0, 1}, {}));
  ExpectTensor(RunOp("Gather", {}, {x, I32({1}, {1})}), F32({1, 3}, {3, 4, 5}));
}

TEST_CASE("GatherV2 of every dtype") {
  const Tensor back = I32({2}, {1, 0});
  ExpectTensor(Gather(Bool({2}, {1, 0}), back, 0), Bool({2}, {0, 1}));
  ExpectTensor(Gather(Strings({2}, {"a", "b"}), back, 0), Strings({2}, {"b", "a"}));
  ExpectTensor(Gather(Strings({2, 2}, {"a", "b", "c", "d"}), back, 0),
               Strings({2, 2}, {"c", "d", "a", "b"}));
  ExpectTensor(Gather(C64({2}, {{1, 2}, {3, 4}}), back, 0), C64({2}, {{3, 4}, {1, 2}}));
}

TEST_CASE("GatherV2 with batch dimensions") {
  const Tensor x = Iota({2, 3});
  ExpectTensor(Gather(x, I32({2, 2}, {2, 0, 1, 1}), 1, 1), F32({2, 2}, {2, 0, 4, 4}));
  ExpectTensor(Gather(x, I32({2}, {2, 0}), 1, 1), F32({2}, {2, 3}));
  ExpectTensor(Gather(x, I32({2, 1}, {2, 0}), 1, -1), F32({2, 1}, {2, 3}));
  const Tensor cube = Iota({2, 2, 3});
  ExpectTensor(Gather(cube, I32({2, 1}, {2, 0}), 2, 1), F32({2, 2, 1}, {2, 5, 6, 9}));
  ExpectTensor(Gather(cube, I32({2, 1}, {1, 0}), 1, 1), F32({2, 1, 3}, {3, 4, 5, 6, 7, 8}));
}

TEST_CASE("GatherV2 of many rows") {
  const Tensor table = Iota({1000, 64});
  const Tensor indices = MakeI32({5000}, [](size_t i) { return i * 7 % 1000; });
  const Tensor out = Gather(table, indices, 0);
  for (size_t i = 0; i < 5000; ++i) {
    for (size_t k = 0; k < 64; ++k) {
      REQUIRE(out.values<float>()[i * 64 + k] == static_cast<float>(i * 7 % 1000 * 64 + k));
    }
  }
}

TEST_CASE("GatherV2 names an index that is out of range") {
  const Tensor x = Iota({2, 3});
  for (const int32_t bad : {3, -1, kIntMin, kIntMax}) {
    ExpectError(Code::kInput, [&] { Gather(x, I32({2}, {0, bad}), 1); });
  }
  try {
    Gather(x, I32({2}, {0, 3}), 1);
  } catch (const Error& error) {
    CHECK(error.message().find("the index value 3 is not in [0, 2]: indices[1]") !=
          std::string::npos);
  }
  ExpectError(Code::kInput, [] { Gather(F32({0}, {}), I32({1}, {0}), 0); });
}

TEST_CASE("GatherV2 refuses what does not fit") {
  const Tensor x = Iota({2, 3});
  const Tensor index = I32({1}, {0});
  ExpectError(Code::kShape, [&] { Gather(x, index, 2); });
  ExpectError(Code::kShape, [&] { Gather(F32({}, {1}), index, 0); });
  ExpectError(Code::kDType, [&] { Gather(x, F32({1}, {0}), 0); });
  ExpectError(Code::kAttr, [&] { Gather(x, index, 1, 2); });
  ExpectError(Code::kAttr, [&] { Gather(x, index, 1, -2); });
  ExpectError(Code::kShape, [&] { Gather(x, index, 0, 1); });
  ExpectError(Code::kShape, [&] { Gather(x, index, 1, 1); });
  ExpectError(Code::kShape, [] { RunOp("Gather", {}, {F32({}, {1}), I32({1}, {0})}); });
  ExpectError(Code::kShape, [&] { Gather(Iota({1, 1, 1, 1, 1}), I32({1, 1, 1, 1, 1}, {0}), 0); });
}

}  // namespace tfwasm
