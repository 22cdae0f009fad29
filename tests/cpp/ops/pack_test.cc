// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

TEST_CASE("Pack along every axis") {
  const std::vector<Tensor> inputs = {F32({2, 2}, {1, 2, 3, 4}), F32({2, 2}, {5, 6, 7, 8})};
  const Tensor front = F32({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  const Tensor middle = F32({2, 2, 2}, {1, 2, 5, 6, 3, 4, 7, 8});
  const Tensor back = F32({2, 2, 2}, {1, 5, 2, 6, 3, 7, 4, 8});
  ExpectTensor(RunOp("Pack", {}, inputs), front);
  ExpectTensor(RunOp("Pack", {{"axis", 1}}, inputs), middle);
  ExpectTensor(RunOp("Pack", {{"axis", 2}}, inputs), back);
  ExpectTensor(RunOp("Pack", {{"axis", -1}}, inputs), back);
  ExpectTensor(RunOp("Pack", {{"axis", -3}}, inputs), front);
}

TEST_CASE("Pack takes every dtype and one input") {
  ExpectTensor(RunOp("Pack", {}, {I32({}, {4})}), I32({1}, {4}));
  ExpectTensor(RunOp("Pack", {}, {Bool({}, {1}), Bool({}, {0})}), Bool({2}, {1, 0}));
  ExpectTensor(RunOp("Pack", {{"axis", 1}}, {Strings({2}, {"a", "b"}), Strings({2}, {"c", "d"})}),
               Strings({2, 2}, {"a", "c", "b", "d"}));
  ExpectTensor(RunOp("Pack", {}, {C64({1}, {{1, 2}}), C64({1}, {{3, 4}})}),
               C64({2, 1}, {{1, 2}, {3, 4}}));
  ExpectTensor(RunOp("Pack", {}, {F32({0}, {}), F32({0}, {})}), F32({2, 0}, {}));
}

TEST_CASE("Pack refuses inputs that differ") {
  const Tensor x = F32({2}, {1, 2});
  ExpectError(Code::kShape, [&] { RunOp("Pack", {}, {x, F32({3}, {1, 2, 3})}); });
  ExpectError(Code::kDType, [&] { RunOp("Pack", {}, {x, I32({2}, {1, 2})}); });
  ExpectError(Code::kShape, [&] { RunOp("Pack", {{"axis", 2}}, {x}); });
  ExpectError(Code::kEdge, [&] { RunOp("Pack", {}, {}); });
}

TEST_CASE("Unpack undoes Pack") {
  const Tensor x = MakeI32({2, 3, 2}, [](size_t i) { return i; });
  for (const int axis : {0, 1, 2, -1, -2}) {
    CAPTURE(axis);
    const int dim = axis == 1 || axis == -2 ? 3 : 2;
    const auto parts = RunOpMulti("Unpack", {{"axis", axis}, {"num", dim}}, {x});
    REQUIRE(parts.size() == static_cast<size_t>(dim));
    ExpectTensor(RunOp("Pack", {{"axis", axis}}, parts), x);
  }
  const auto parts = RunOpMulti("Unpack", {{"axis", 1}, {"num", 3}}, {x});
  ExpectTensor(parts[1], I32({2, 2}, {2, 3, 8, 9}));
  const auto strings = RunOpMulti("Unpack", {{"num", 2}}, {Strings({2}, {"a", "b"})});
  ExpectTensor(strings[1], Strings({}, {"b"}));
}

TEST_CASE("Unpack checks its attributes") {
  const Tensor x = F32({2}, {1, 2});
  ExpectError(Code::kShape, [&] { RunOpMulti("Unpack", {{"num", 3}}, {x}); });
  ExpectError(Code::kAttr, [&] { RunOpMulti("Unpack", {{"num", -1}}, {x}); });
  ExpectError(Code::kAttr, [&] { RunOpMulti("Unpack", {}, {x}); });
  ExpectError(Code::kLimit, [&] { RunOpMulti("Unpack", {{"num", kIntMax}}, {x}); });
  ExpectError(Code::kShape, [&] { RunOpMulti("Unpack", {{"num", 2}, {"axis", 1}}, {x}); });
  ExpectError(Code::kShape, [&] { RunOpMulti("Unpack", {{"num", 1}}, {F32({}, {1})}); });
}

}  // namespace tfwasm
