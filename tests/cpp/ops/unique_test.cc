// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

namespace {

void ExpectPair(const std::vector<Tensor>& actual, const Tensor& first, const Tensor& second) {
  REQUIRE(actual.size() == 2);
  ExpectTensor(actual[0], first);
  ExpectTensor(actual[1], second);
}

}  // namespace

TEST_CASE("Unique keeps what comes first") {
  const auto unique = [](const Tensor& x) { return RunOpMulti("Unique", {}, {x}); };
  ExpectPair(unique(I32({6}, {7, 3, 7, 7, 3, 1})), I32({3}, {7, 3, 1}),
             I32({6}, {0, 1, 0, 0, 1, 2}));
  ExpectPair(unique(F32({5}, {0, -0.0f, kNan, kInf, kNan})), F32({3}, {0, kNan, kInf}),
             I32({5}, {0, 0, 1, 2, 1}));
  ExpectPair(unique(Strings({3}, {"b", "a", "b"})), Strings({2}, {"b", "a"}), I32({3}, {0, 1, 0}));
  ExpectPair(unique(Bool({3}, {1, 1, 0})), Bool({2}, {1, 0}), I32({3}, {0, 0, 1}));
  ExpectPair(unique(C64({2}, {{1, 2}, {1, 3}})), C64({2}, {{1, 2}, {1, 3}}), I32({2}, {0, 1}));
  ExpectPair(unique(F32({0}, {})), F32({0}, {}), I32({0}, {}));
  ExpectError(Code::kShape, [&] { unique(F32({1, 1}, {1})); });
}

TEST_CASE("UniqueV2 compares slices") {
  const Tensor x = I32({2, 3}, {1, 1, 2, 5, 5, 6});
  const auto unique = [&](const Tensor& axis) { return RunOpMulti("UniqueV2", {}, {x, axis}); };
  ExpectPair(unique(I32({1}, {1})), I32({2, 2}, {1, 2, 5, 6}), I32({3}, {0, 0, 1}));
  ExpectPair(unique(I32({}, {-2})), x, I32({2}, {0, 1}));
  ExpectPair(RunOpMulti("UniqueV2", {}, {I32({2}, {4, 4}), I32({0}, {})}), I32({1}, {4}),
             I32({2}, {0, 0}));
  ExpectPair(RunOpMulti("UniqueV2", {}, {Strings({2, 2}, {"ab", "c", "a", "bc"}), I32({1}, {0})}),
             Strings({2, 2}, {"ab", "c", "a", "bc"}), I32({2}, {0, 1}));
  ExpectError(Code::kShape, [&] { unique(I32({0}, {})); });
  ExpectError(Code::kShape, [&] { unique(I32({1}, {2})); });
}

TEST_CASE("ListDiff") {
  const auto diff = [](const Tensor& x, const Tensor& y) {
    return RunOpMulti("ListDiff", {}, {x, y});
  };
  ExpectPair(diff(I32({5}, {1, 2, 3, 2, 4}), I32({2}, {3, 1})), I32({3}, {2, 2, 4}),
             I32({3}, {1, 3, 4}));
  ExpectPair(diff(Strings({2}, {"a", "b"}), Strings({1}, {"a"})), Strings({1}, {"b"}),
             I32({1}, {1}));
  ExpectPair(diff(F32({1}, {0}), F32({1}, {-0.0f})), F32({0}, {}), I32({0}, {}));
  ExpectError(Code::kDType, [&] { diff(F32({1}, {0}), I32({1}, {0})); });
  ExpectError(Code::kShape, [&] { diff(F32({}, {0}), F32({1}, {0})); });
}

}  // namespace tfwasm
