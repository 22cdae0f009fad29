// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "kernels/xnn_operator.h"
#include "ops/op_test.h"

namespace tfwasm {

namespace {

// a [.., m, k] times b [.., k, n] by definition, each transposed first if requested.
Tensor ReferenceMatMul(const Tensor& a, const Tensor& b, bool transpose_a, bool transpose_b) {
  const Shape& sa = a.shape();
  const Shape& sb = b.shape();
  const int64_t rows_a = sa[sa.rank() - 2], columns_a = sa[sa.rank() - 1];
  const int64_t rows_b = sb[sb.rank() - 2], columns_b = sb[sb.rank() - 1];
  const int64_t m = transpose_a ? columns_a : rows_a;
  const int64_t k = transpose_a ? rows_a : columns_a;
  const int64_t n = transpose_b ? rows_b : columns_b;
  const Shape batch_a(sa.dims().first(static_cast<size_t>(sa.rank() - 2)));
  const Shape batch_b(sb.dims().first(static_cast<size_t>(sb.rank() - 2)));
  const Shape batch = BroadcastShapes(batch_a, batch_b);
  Shape out_shape = batch;
  out_shape.Append(m);
  out_shape.Append(n);
  // The index in the flat list of an operand's matrices.
  const auto matrix = [&](const Shape& operand, int64_t index) {
    int64_t result = 0;
    int64_t stride = 1;
    for (int axis = batch.rank() - 1; axis >= 0; --axis) {
      const int own = axis - (batch.rank() - operand.rank());
      if (own >= 0) {
        if (operand[own] != 1) result += index % batch[axis] * stride;
        stride *= operand[own];
      }
      index /= batch[axis];
    }
    return result;
  };
  return MakeF32(out_shape, [&](size_t flat) {
    const auto index = static_cast<int64_t>(flat);
    const int64_t product = index / (m * n);
    const int64_t i = index / n % m;
    const int64_t j = index % n;
    double sum = 0;
    for (int64_t l = 0; l < k; ++l) {
      const int64_t ia = transpose_a ? l * m + i : i * k + l;
      const int64_t ib = transpose_b ? j * k + l : l * n + j;
      sum += double{a.values<float>()[static_cast<size_t>(matrix(batch_a, product) * m * k + ia)]} *
             double{b.values<float>()[static_cast<size_t>(matrix(batch_b, product) * k * n + ib)]};
    }
    return sum;
  });
}

Shape Matrix(std::vector<int64_t> batch, int64_t rows, int64_t columns, bool transposed) {
  batch.push_back(transposed ? columns : rows);
  batch.push_back(transposed ? rows : columns);
  return Shape(std::span<const int64_t>(batch));
}

TEST_CASE("MatMul: shapes and transpositions") {
  struct Case {
    std::vector<int64_t> batch_a, batch_b;
    int64_t m, k, n;
  };
  const std::vector<Case> cases = {
      {{}, {}, 1, 1, 1},      {{}, {}, 3, 5, 4},      {{}, {}, 1, 70, 33},
      {{}, {}, 17, 9, 1},     {{3}, {3}, 4, 5, 6},    {{2, 3}, {2, 3}, 2, 7, 9},
      {{2, 3}, {}, 4, 5, 6},  {{}, {2, 3}, 4, 5, 6},  {{2, 1}, {1, 3}, 4, 5, 6},
      {{3}, {2, 1}, 3, 2, 5}, {{1}, {1, 1}, 3, 8, 9}, {{1, 2, 1, 3}, {2, 2, 1, 1}, 2, 3, 2},
  };
  TestRandom random(31);
  for (const Case& c : cases) {
    for (int transposed = 0; transposed < 4; ++transposed) {
      const bool ta = (transposed & 1) != 0;
      const bool tb = (transposed & 2) != 0;
      const Tensor a = random.Floats(Matrix(c.batch_a, c.m, c.k, ta));
      const Tensor b = random.Floats(Matrix(c.batch_b, c.k, c.n, tb));
      INFO(a.shape().ToString(), ta, " x ", b.shape().ToString(), tb);
      const Tensor expected = ReferenceMatMul(a, b, ta, tb);
      // Packed and unpacked products are summed in different orders, so the last bits differ.
      const float between = 2e-6f;
      ExpectOp("BatchMatMulV2", {{"adj_x", ta}, {"adj_y", tb}}, {a, b}, expected, 1e-5f, between);
      ExpectOp("MatMul", {{"transpose_a", ta}, {"transpose_b", tb}}, {a, b}, expected, 1e-5f,
               between);
    }
  }
}

TEST_CASE("MatMul: int32 wraps around") {
  const Tensor a = I32({2, 3}, {1, 2, 3, 4, 5, kIntMax});
  const Tensor b = I32({3, 2}, {1, -1, 2, 0, 3, 2});
  const Tensor expected = I32({2, 2}, {14, 5, static_cast<int32_t>(14u + 3u * kIntMax),
                                       static_cast<int32_t>(-4 + 2u * kIntMax)});
  ExpectOp("MatMul", {}, {a, b}, expected);
  ExpectOp("MatMul", {{"transpose_a", true}, {"transpose_b", true}},
           {I32({3, 2}, {1, 4, 2, 5, 3, kIntMax}), I32({2, 3}, {1, 2, 3, -1, 0, 2})}, expected);
  ExpectOp("BatchMatMul", {}, {I32({2, 1, 1, 1}, {2, 3}), I32({1, 2, 1, 1}, {5, 7})},
           I32({2, 2, 1, 1}, {10, 14, 15, 21}));
}

TEST_CASE("_FusedMatMul: bias and activation") {
  TestRandom random(32);
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      const Tensor a = random.Floats(Matrix({}, 5, 60, ta));
      const Tensor b = random.Floats(Matrix({}, 60, 7, tb));
      const Tensor bias = random.Floats({7});
      const Tensor slopes = random.Floats({7});
      const Tensor product = ReferenceMatMul(a, b, ta, tb);
      const auto expect = [&](const std::vector<std::string>& ops, const std::vector<Tensor>& more,
                              const auto& fn) {
        const Tensor expected = MakeF32({5, 7}, [&](size_t i) {
          return fn(product.values<float>()[i] + bias.values<float>()[i % 7], i % 7);
        });
        std::vector<Tensor> inputs{a, b, bias};
        inputs.insert(inputs.end(), more.begin(), more.end());
        // With packed weights, the sum starts with the bias; otherwise the bias is added last.
        ExpectOp("_FusedMatMul", {{"transpose_a", ta}, {"transpose_b", tb}, {"fused_ops", ops}},
                 inputs, expected, 1e-5f, 2e-6f);
      };
      expect({"BiasAdd"}, {}, [](float v, size_t) { return v; });
      expect({"BiasAdd", "Relu"}, {}, [](float v, size_t) { return std::max(v, 0.0f); });
      expect({"BiasAdd", "Sigmoid"}, {}, [](float v, size_t) { return 1 / (1 + std::exp(-v)); });
      expect({"BiasAdd", "Prelu"}, {slopes},
             [&](float v, size_t j) { return v < 0 ? v * slopes.values<float>()[j] : v; });
    }
  }
}

TEST_CASE("MatMul: plans with other numbers of rows share one packed matrix") {
  TestRandom random(33);
  const Tensor b = random.Floats({20, 6});
  const Node node = TestNode("MatMul", {});
  std::shared_ptr<NodeState> state;
  for (const int64_t rows : {3, 40, 3, 1}) {
    const std::shared_ptr<NodeState> before = state;
    const Tensor a = random.Floats({rows, 20});
    const Tensor out = EvaluateInGraph(node, {a, b}, {false, true}, &state)[0];
    ExpectTensor(out, ReferenceMatMul(a, b, false, false), 1e-5f);
    CHECK((before == nullptr || before == state));
  }
  CHECK(state != nullptr);
}

TEST_CASE("MatMul: empty dimensions") {
  ExpectOp("MatMul", {}, {F32({0, 3}, {}), F32({3, 2}, {1, 2, 3, 4, 5, 6})}, F32({0, 2}, {}));
  ExpectOp("MatMul", {}, {F32({2, 0}, {}), F32({0, 2}, {})}, F32({2, 2}, {0, 0, 0, 0}));
  ExpectOp("MatMul", {}, {I32({1, 0}, {}), I32({0, 2}, {})}, I32({1, 2}, {0, 0}));
  ExpectOp("_FusedMatMul", {{"fused_ops", std::vector<std::string>{"BiasAdd", "Relu"}}},
           {F32({2, 0}, {}), F32({0, 2}, {}), F32({2}, {-1, 2})}, F32({2, 2}, {0, 2, 0, 2}));
}

TEST_CASE("MatMul: bad arguments") {
  // The padded size of these weights overflows XNNPACK's 32 bits.
  ExpectError(Code::kLimit, [] { CheckPackedSize(1, int64_t{1} << 27, 1); });
  ExpectError(Code::kLimit, [] { CheckPackedSize(int64_t{1} << 24, 1, 1); });
  CheckPackedSize(1, 25088, 4096);
  const auto zeros = [](const Shape& shape) { return MakeF32(shape, [](size_t) { return 0; }); };
  ExpectError(Code::kShape, [&] { RunOp("MatMul", {}, {zeros({2, 3}), zeros({2, 3})}); });
  ExpectError(Code::kShape, [&] { RunOp("MatMul", {}, {zeros({3}), zeros({3, 2})}); });
  ExpectError(Code::kShape, [&] { RunOp("MatMul", {}, {zeros({2, 2, 3}), zeros({3, 3, 3})}); });
  ExpectError(Code::kDType, [&] { RunOp("MatMul", {}, {zeros({1, 1}), I32({1, 1}, {1})}); });
  ExpectError(Code::kDType, [&] { RunOp("MatMul", {}, {Bool({1, 1}, {1}), Bool({1, 1}, {1})}); });
  ExpectError(Code::kDType,
              [&] { RunOp("_FusedMatMul", {}, {I32({1, 1}, {1}), I32({1, 1}, {1})}); });
  ExpectError(Code::kEdge,
              [&] { RunOp("_FusedMatMul", {}, {zeros({1, 1}), zeros({1, 1}), zeros({1})}); });
}

}  // namespace

}  // namespace tfwasm
