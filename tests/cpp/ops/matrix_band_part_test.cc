// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

TEST_CASE("MatrixBandPart") {
  const auto band = [](const Tensor& x, int lower, int upper) {
    return RunOp("MatrixBandPart", {}, {x, I32({}, {lower}), I32({}, {upper})});
  };
  const Tensor x = F32({3, 4}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  ExpectTensor(band(x, 0, -1), F32({3, 4}, {1, 2, 3, 4, 0, 6, 7, 8, 0, 0, 11, 12}));
  ExpectTensor(band(x, -1, 0), F32({3, 4}, {1, 0, 0, 0, 5, 6, 0, 0, 9, 10, 11, 0}));
  ExpectTensor(band(x, 1, 1), F32({3, 4}, {1, 2, 0, 0, 5, 6, 7, 0, 0, 10, 11, 12}));
  ExpectTensor(band(x, -1, -1), x);
  ExpectTensor(band(x, 3, 4), x);
  ExpectTensor(band(I32({2, 1, 2}, {1, 2, 3, 4}), 0, 0), I32({2, 1, 2}, {1, 0, 3, 0}));
  // Removed elements become 0, whatever they were.
  ExpectTensor(band(F32({2, 2}, {1, kNan, kInf, 4}), 0, 0), F32({2, 2}, {1, 0, 0, 4}));
  ExpectTensor(band(F32({3, 1}, {1, 2, 3}), 0, 0), F32({3, 1}, {1, 0, 0}));
  ExpectTensor(band(F32({0, 2, 2}, {}), 0, 0), F32({0, 2, 2}, {}));
  ExpectError(Code::kInput, [&] { band(x, 4, 0); });
  ExpectError(Code::kInput, [&] { band(x, 0, 5); });
  ExpectError(Code::kShape, [&] { band(F32({2}, {1, 2}), 0, 0); });
  ExpectError(Code::kDType, [&] { band(Strings({1, 1}, {""}), 0, 0); });
}

}  // namespace tfwasm
