// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "ops/op_test.h"

namespace tfwasm {

namespace {

struct Top {
  Tensor values;
  Tensor indices;
};

Top TopK(const Tensor& x, int32_t k) {
  const auto outputs = RunOpMulti("TopKV2", {{"sorted", true}}, {x, I32({}, {k})});
  REQUIRE(outputs.size() == 2);
  return {outputs[0], outputs[1]};
}

}  // namespace

TEST_CASE("TopKV2 sorts, with the first of equals in front") {
  struct Case {
    Tensor x;
    int32_t k;
    Tensor values;
    Tensor indices;
  };
  for (const Case& c : std::vector<Case>{
           {F32({5}, {1, 5, 3, 5, 4}), 3, F32({3}, {5, 5, 4}), I32({3}, {1, 3, 4})},
           {F32({2, 3}, {1, 2, 3, 6, 5, 4}), 1, F32({2, 1}, {3, 6}), I32({2, 1}, {2, 0})},
           {F32({4}, {kNan, -kInf, kInf, kNan}), 4, F32({4}, {kInf, -kInf, kNan, kNan}),
            I32({4}, {2, 1, 0, 3})},
           {F32({4}, {-0.0f, 0, -1, 1e-42f}), 4, F32({4}, {1e-42f, -0.0f, 0, -1}),
            I32({4}, {3, 0, 1, 2})},
           {I32({4}, {kIntMin, kIntMax, -1, 0}), 4, I32({4}, {kIntMax, 0, -1, kIntMin}),
            I32({4}, {1, 3, 2, 0})},
           {F32({2}, {1, 2}), 0, F32({0}, {}), I32({0}, {})},
           {F32({0, 2}, {}), 1, F32({0, 1}, {}), I32({0, 1}, {})}}) {
    const Top top = TopK(c.x, c.k);
    ExpectTensor(top.values, c.values);
    ExpectTensor(top.indices, c.indices);
  }
}

TEST_CASE("TopKV2 against a full sort, in every order") {
  const size_t rows = 3;
  const size_t columns = 1000;
  for (const int order : {-1, 0, 1}) {
    const Tensor x = MakeF32({3, 1000}, [&](size_t i) {
      const auto value = static_cast<int>(i % columns);
      return order != 0 ? order * value : static_cast<int>(i * 7919 % 251);
    });
    for (const int32_t k : {1, 2, 7, 499, 500, 999, 1000}) {
      CAPTURE(order);
      CAPTURE(k);
      const Top top = TopK(x, k);
      for (size_t row = 0; row < rows; ++row) {
        const float* values = x.values<float>().data() + row * columns;
        std::vector<int32_t> sorted(columns);
        for (size_t i = 0; i < columns; ++i) sorted[i] = static_cast<int32_t>(i);
        std::sort(sorted.begin(), sorted.end(), [&](int32_t a, int32_t b) {
          return values[a] != values[b] ? values[a] > values[b] : a < b;
        });
        const auto width = static_cast<size_t>(k);
        for (size_t i = 0; i < width; ++i) {
          REQUIRE(top.indices.values<int32_t>()[row * width + i] == sorted[i]);
          REQUIRE(top.values.values<float>()[row * width + i] == values[sorted[i]]);
        }
      }
    }
  }
}

TEST_CASE("TopK takes k from an attribute") {
  const auto outputs = RunOpMulti("TopK", {{"k", 1}}, {F32({2}, {1, 2})});
  ExpectTensor(outputs[0], F32({1}, {2}));
  ExpectTensor(outputs[1], I32({1}, {1}));
}

TEST_CASE("TopKV2 refuses what does not fit") {
  const Tensor x = F32({2}, {1, 2});
  for (const int32_t bad : {3, -1, kIntMin, kIntMax}) {
    ExpectError(Code::kShape, [&] { TopK(x, bad); });
  }
  ExpectError(Code::kShape, [] { TopK(F32({}, {1}), 1); });
  ExpectError(Code::kDType, [] { TopK(Bool({2}, {1, 0}), 1); });
  ExpectError(Code::kAttr, [&] { RunOpMulti("TopK", {}, {x}); });
}

}  // namespace tfwasm
