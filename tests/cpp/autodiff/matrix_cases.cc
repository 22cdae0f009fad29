// SPDX-License-Identifier: Apache-2.0
#include "autodiff/gradient_cases.h"

namespace tfwasm {

namespace {

// The shape of a matrix, or of its transpose.
Shape Matrix(Shape batch, int64_t rows, int64_t columns, bool is_transposed) {
  batch.Append(is_transposed ? columns : rows);
  batch.Append(is_transposed ? rows : columns);
  return batch;
}

void AddMatMuls(GradientCases& cases) {
  const std::vector<std::pair<Shape, Shape>> batches = {{{}, {}},  {{2}, {2}},    {{2}, {}},
                                                        {{}, {3}}, {{2, 1}, {3}}, {{1}, {4}}};
  for (const auto& [a, b] : batches) {
    for (const int flags : {0, 1, 2, 3}) {
      const bool ta = (flags & 1) != 0;
      const bool tb = (flags & 2) != 0;
      cases.push_back(CaseOf("MatMul", {{"transpose_a", ta}, {"transpose_b", tb}},
                             {Random(Matrix(a, 3, 4, ta)), Random(Matrix(b, 4, 2, tb))}));
    }
  }
  cases.push_back(CaseOf("MatMul", {}, {Random({2, 0}), Random({0, 3})}));
}

}  // namespace

GradientCases MatrixCases() {
  GradientCases cases;
  AddMatMuls(cases);
  const std::vector<std::string> activations = {"",        "Relu", "Relu6",     "Elu",
                                                "Sigmoid", "Tanh", "LeakyRelu", "Prelu"};
  for (const std::string& activation : activations) {
    std::vector<Tensor> inputs{Random({3, 4}), Random({4, 5}), Random({5})};
    if (activation == "Prelu") inputs.push_back(Random({5}));
    cases.push_back(CaseOf("_FusedMatMul",
                           {{"fused_ops", std::vector<std::string>{"BiasAdd", activation}}}, inputs,
                           0, {.step = 1e-3, .tolerance = 1e-2}));
  }
  const auto einsum = [&](const char* equation, std::vector<Tensor> operands) {
    cases.push_back(CaseOf("Einsum", {{"equation", equation}}, std::move(operands)));
  };
  einsum("ij,jk->ik", {Random({2, 3}), Random({3, 4})});
  einsum("ij,jk->", {Random({2, 3}), Random({3, 4})});
  einsum("ij->i", {Random({2, 3})});
  einsum("ij->ji", {Random({2, 3})});
  einsum("bij,bjk->bik", {Random({2, 2, 3}), Random({2, 3, 4})});
  einsum("...ij,...jk->...ik", {Random({2, 3, 2}), Random({2, 4})});
  einsum("...i,...i->...", {Random({1, 3, 2}), Random({4, 1, 2})});
  einsum("ii->i", {Random({3, 3})});
  einsum("ii->", {Random({3, 3})});
  einsum("i,j->ij", {Random({2}), Random({3})});
  einsum("ab,bc,cd->ad", {Random({2, 3}), Random({3, 2}), Random({2, 2})});

  const Tensor spectrum = C64({2, 3}, {{1, 2}, {-1, 0.5f}, {0.3f, -2}, {0, 1}, {1, 1}, {2, -1}});
  cases.push_back(CaseOf("FFT", {}, {spectrum}));
  cases.push_back(CaseOf("IFFT", {}, {spectrum}));
  for (const int length : {4, 5, 6, 8}) {
    cases.push_back(CaseOf("RFFT", {}, {Random({2, 6}), I32({1}, {length})}));
    cases.push_back(CaseOf("IRFFT", {}, {spectrum, I32({1}, {length})}));
  }
  return cases;
}

GradientCases IndexCases() {
  GradientCases cases;
  const auto add = [&](std::string_view op, const TestAttrs& attrs, std::vector<Tensor> inputs) {
    cases.push_back(CaseOf(op, attrs, std::move(inputs)));
  };
  add("Gather", {}, {Random({4, 2}), I32({2, 2}, {3, 0, 3, 1})});
  add("GatherV2", {}, {Random({2, 4, 3}), I32({2}, {3, 3}), I32({}, {1})});
  add("GatherV2", {{"batch_dims", 1}},
      {Random({2, 4, 3}), I32({2, 2}, {3, 3, 0, 1}), I32({}, {1})});
  add("GatherV2", {{"batch_dims", 1}},
      {Random({2, 3, 4, 2}), I32({2, 3}, {3, 3, 0, 1, 0, 1}), I32({}, {2})});
  add("GatherNd", {}, {Random({3, 4}), I32({2, 2}, {1, 2, 1, 2})});
  add("GatherNd", {}, {Random({3, 4}), I32({2, 1}, {2, 0})});
  add("ScatterNd", {}, {I32({3, 1}, {1, 1, 3}), Random({3, 2}), I32({2}, {4, 2})});
  add("TensorScatterUpdate", {}, {Random({4, 2}), I32({2, 1}, {3, 0}), Random({2, 2})});
  add("SparseToDense", {}, {I32({2, 2}, {0, 1, 1, 0}), I32({2}, {2, 2}), Random({2}), Random({})});
  add("UnsortedSegmentSum", {}, {Random({4, 2}), I32({4}, {1, -1, 1, 0}), I32({}, {3})});
  add("SparseSegmentSum", {}, {Random({4, 2}), I32({3}, {3, 0, 3}), I32({3}, {0, 0, 1})});
  add("SparseSegmentMean", {}, {Random({4, 2}), I32({3}, {3, 0, 3}), I32({3}, {0, 0, 2})});
  add("TopK", {{"k", 2}}, {F32({2, 4}, {1, 3, 2, 5, 9, 7, 8, 6})});
  add("TopKV2", {}, {F32({2, 4}, {1, 3, 2, 5, 9, 7, 8, 6}), I32({}, {3})});
  return cases;
}

}  // namespace tfwasm
