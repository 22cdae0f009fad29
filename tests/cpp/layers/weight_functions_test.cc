// SPDX-License-Identifier: Apache-2.0
#include "layers/constraints.h"
#include "layers/layer_testing.h"
#include "layers/regularizers.h"

namespace tfwasm {
namespace {

using WeightFunction = Operand (*)(const Json&, Operand);

GradientFunction FunctionOf(WeightFunction function, std::string_view json) {
  return [function, json](const std::vector<Operand>& xs) {
    const JsonDocument document = ParseJson(json, "a function");
    return function(document.root(), xs[0]);
  };
}

Tensor Applied(WeightFunction function, std::string_view json, const Tensor& x) {
  return TracedFunction(FunctionOf(function, json), {x}).value();
}

TEST_CASE("regularizers: sums of absolute values and squares") {
  const Tensor x = F32({2, 2}, {1, -2, 3, 0.5f});
  const auto penalty = [&](std::string_view json) {
    return Applied(ApplyRegularizer, json, x).values<float>()[0];
  };
  CHECK(penalty(R"("l1")") == doctest::Approx(0.065));
  CHECK(penalty(R"("l2")") == doctest::Approx(0.1425));
  CHECK(penalty(R"({"class_name": "L1", "config": {"l1": 2}})") == doctest::Approx(13));
  CHECK(penalty(R"({"class_name": "L2", "config": {"l2": 2}})") == doctest::Approx(28.5));
  for (const std::string_view name : {"L1L2", "l1_l2", "l1l2"}) {
    CHECK(penalty(StrCat("\"", name, "\"")) == doctest::Approx(0.2075));
  }
  CHECK(penalty(R"({"class_name": "L1L2", "config": {"l1": 0, "l2": 2}})") ==
        doctest::Approx(28.5));
  CHECK(penalty(R"({"class_name": "L1L2", "config": {"l1": 2}})") == doctest::Approx(13));
  CHECK(penalty(R"({"class_name": "L1L2", "config": {"l1": 0, "l2": 0}})") == 0);
  ExpectGradients(FunctionOf(ApplyRegularizer, R"("l1_l2")"), {x});
  CHECK(Applied(ApplyRegularizer, R"("l2")", F32({}, {3})).shape() == Shape{});
}

TEST_CASE("regularizers: OrthogonalRegularizer") {
  // Unit rows with cosines 0.6, 0, 0.8.
  const Tensor x = F32({3, 2}, {2, 0, 0.6f, 0.8f, 0, -5});
  const auto penalty = [](std::string_view json, const Tensor& matrix) {
    return Applied(ApplyRegularizer, json, matrix).values<float>()[0];
  };
  CHECK(penalty(R"("orthogonal_regularizer")", x) == doctest::Approx(0.01 * (0.6 + 0.8) / 3));
  const std::string_view columns =
      R"({"class_name": "OrthogonalRegularizer", "config": {"factor": 3, "mode": "columns"}})";
  CHECK(penalty(columns, F32({2, 3}, {2, 0.6f, 0, 0, 0.8f, -5})) == doctest::Approx(1.4));
  CHECK(penalty(columns, F32({2, 1}, {1, 2})) == 0);
  ExpectGradients(FunctionOf(ApplyRegularizer, columns), {F32({2, 2}, {1, 2, -1, 3})});
  ExpectError(Code::kShape, [&] { penalty(columns, F32({1}, {1})); });
  ExpectError(Code::kLayer, [&] {
    penalty(R"({"class_name": "OrthogonalRegularizer", "config": {"mode": "all"}})", x);
  });
}

TEST_CASE("constraints: norms along axes") {
  // Columns with norms 5, 1 and 0.
  const Tensor w = F32({2, 3}, {3, 0, 0, 4, -1, 0});
  const auto limited = [&](std::string_view json) { return Applied(ApplyConstraint, json, w); };
  ExpectTensor(limited(R"("max_norm")"), F32({2, 3}, {1.2f, 0, 0, 1.6f, -1, 0}));
  ExpectTensor(limited(R"({"class_name": "MaxNorm", "config": {"max_value": 1, "axis": 1}})"),
               F32({2, 3}, {1, 0, 0, 4 / std::sqrt(17.0f), -1 / std::sqrt(17.0f), 0}));
  ExpectTensor(
      limited(R"({"class_name": "MaxNorm", "config": {"max_value": 1, "axis": [0, 1]}})"),
      F32({2, 3}, {3 / std::sqrt(26.0f), 0, 0, 4 / std::sqrt(26.0f), -1 / std::sqrt(26.0f), 0}));
  ExpectTensor(limited(R"("UnitNorm")"), F32({2, 3}, {0.6f, 0, 0, 0.8f, -1, 0}));
  ExpectTensor(limited(R"("MinMaxNorm")"), F32({2, 3}, {0.6f, 0, 0, 0.8f, -1, 0}));
  const std::string_view halfway =
      R"({"class_name": "MinMaxNorm", "config": {"min_value": 2, "max_value": 3, "rate": 0.5}})";
  ExpectTensor(limited(halfway), F32({2, 3}, {2.4f, 0, 0, 3.2f, -1.5f, 0}));
  ExpectTensor(limited(R"("nonNeg")"), F32({2, 3}, {3, 0, 0, 4, 0, 0}));
  for (const char* name : {"nonneg", "non_neg", "maxnorm", "unitnorm", "min_max_norm"}) {
    CHECK(limited(StrCat("\"", name, "\"")).shape() == w.shape());
  }
  ExpectError(Code::kLayer, [&] {
    limited(R"({"class_name": "MinMaxNorm", "config": {"min_value": 2, "max_value": 1}})");
  });
  ExpectError(Code::kShape,
              [&] { limited(R"({"class_name": "UnitNorm", "config": {"axis": 2}})"); });
}

TEST_CASE("constraints: RadialConstraint copies the diagonal to rings") {
  const auto rings = [](int64_t size) {
    const Tensor w = MakeF32({size, size, 1, 1}, [](size_t i) { return i; });
    return Applied(ApplyConstraint, R"("RadialConstraint")", w).Reshaped({size, size});
  };
  ExpectTensor(rings(3), F32({3, 3}, {4, 4, 4, 4, 0, 4, 4, 4, 4}));
  ExpectTensor(rings(4), F32({4, 4}, {15, 15, 15, 15, 15, 5, 5, 15, 15, 5, 5, 15, 15, 15, 15, 15}));
  ExpectTensor(rings(1), F32({1, 1}, {0}));
  // Of each channel.
  const Tensor w = MakeF32({2, 2, 1, 2}, [](size_t i) { return i; });
  ExpectTensor(Applied(ApplyConstraint, R"("radial_constraint")", w),
               F32({2, 2, 1, 2}, {0, 1, 0, 1, 0, 1, 0, 1}));
  ExpectError(Code::kShape, [] {
    Applied(ApplyConstraint, R"("RadialConstraint")",
            MakeF32({2, 3, 1, 1}, [](size_t) { return 0; }));
  });
}

TEST_CASE("regularizers and constraints: names") {
  const Tensor x = F32({1}, {1});
  ExpectError(Code::kLayer, [&] { Applied(ApplyRegularizer, R"("l3")", x); });
  ExpectError(Code::kLayer, [&] { Applied(ApplyConstraint, R"("l1")", x); });
  ExpectError(Code::kLayer, [&] { Applied(ApplyRegularizer, "3", x); });
  ExpectError(Code::kLayer, [&] {
    Applied(ApplyRegularizer, R"({"class_name": "L1", "config": {"l1": "much"}})", x);
  });
  CHECK(RegisteredRegularizers().size() == 5);
  CHECK(RegisteredConstraints().size() == 8);
}

}  // namespace
}  // namespace tfwasm
