// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/op_test.h"

namespace tfwasm {

namespace {

TEST_CASE("Softmax and LogSoftmax along the last axis") {
  TestRandom random(71);
  for (const Shape& shape :
       {Shape{7}, Shape{3, 1}, Shape{2, 3, 33}, Shape{1, 1001}, Shape{500, 3}}) {
    INFO(shape.ToString());
    const Tensor x = MakeF32(shape, [&](size_t) { return 20 * random.Float(); });
    const auto values = x.values<float>();
    const auto columns = static_cast<size_t>(shape[shape.rank() - 1]);
    const auto log_softmax = [&](size_t i) {
      const auto row = values.subspan(i / columns * columns, columns);
      const double max = *std::max_element(row.begin(), row.end());
      double sum = 0;
      for (const float value : row) sum += std::exp(value - max);
      return values[i] - max - std::log(sum);
    };
    ExpectOp("LogSoftmax", {}, {x}, MakeF32(shape, log_softmax));
    ExpectOp("Softmax", {}, {x}, MakeF32(shape, [&](size_t i) { return std::exp(log_softmax(i)); }),
             1e-6f);
  }
}

TEST_CASE("Softmax and LogSoftmax: large values do not overflow") {
  ExpectOp("Softmax", {}, {F32({2}, {1000, 1000})}, F32({2}, {0.5, 0.5}));
  ExpectOp("Softmax", {}, {F32({2}, {-1000, 3e38f})}, F32({2}, {0, 1}));
  ExpectOp("LogSoftmax", {}, {F32({2}, {-1000, 1000})}, F32({2}, {-2000, 0}));
}

TEST_CASE("LogSoftmax: a masked element is -infinity, NaN makes its row NaN") {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr int64_t kColumns = 35;
  const auto is_odd = [](size_t i) { return i % kColumns % 2 == 1; };
  const Tensor x = MakeF32({2, kColumns}, [&](size_t i) {
    if (i == 2 * kColumns - 1) return kNan;
    return is_odd(i) ? -kInf : 3.0F;
  });
  const float expected = -std::log(18.0F);  // for the even elements
  ExpectOp("LogSoftmax", {}, {x}, MakeF32({2, kColumns}, [&](size_t i) {
             if (i >= kColumns) return kNan;
             return is_odd(i) ? -kInf : expected;
           }));
}

TEST_CASE("Softmax and LogSoftmax: empty and bad arguments") {
  for (const std::string_view op : {"Softmax", "LogSoftmax"}) {
    ExpectOp(op, {}, {F32({0, 3}, {})}, F32({0, 3}, {}));
    ExpectOp(op, {}, {F32({3, 0}, {})}, F32({3, 0}, {}));
    ExpectError(Code::kShape, [&] { RunOp(op, {}, {F32({}, {1})}); });
    ExpectError(Code::kDType, [&] { RunOp(op, {}, {I32({1}, {1})}); });
  }
}

}  // namespace

}  // namespace tfwasm
