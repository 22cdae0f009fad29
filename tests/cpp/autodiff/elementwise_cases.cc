// SPDX-License-Identifier: Apache-2.0
#include "autodiff/gradient_cases.h"

namespace tfwasm {

namespace {

// The same op on a matrix, a vector of size 1, and no elements.
void AddUnary(GradientCases& cases, std::string_view op, float low, float high) {
  for (const Shape& shape : {Shape{3, 5}, Shape{1}, Shape{0, 2}}) {
    cases.push_back(CaseOf(op, {}, {Random(shape, low, high)}));
  }
}

// The same op with operands of one shape, and with each kind of broadcast.
void AddBinary(GradientCases& cases, std::string_view op, std::pair<float, float> a,
               std::pair<float, float> b) {
  const std::vector<std::pair<Shape, Shape>> shapes = {{{2, 3}, {2, 3}}, {{2, 3}, {3}},
                                                       {{1}, {4, 2}},    {{2, 1, 3}, {4, 1}},
                                                       {{}, {5}},        {{0, 3}, {3}}};
  for (const auto& [left, right] : shapes) {
    cases.push_back(
        CaseOf(op, {}, {Random(left, a.first, a.second), Random(right, b.first, b.second)}));
  }
}

// Numbers of which none is within 0.1 of an integer.
Tensor AwayFromIntegers(const Shape& shape, float low, float high) {
  Tensor tensor = Random(shape, low, high);
  for (float& value : tensor.mutable_values<float>()) {
    const float whole = std::floor(value);
    value = whole + 0.1f + 0.8f * (value - whole);
  }
  return tensor;
}

}  // namespace

GradientCases ElementwiseCases() {
  GradientCases cases;
  const std::vector<std::string_view> anywhere = {"Neg", "Square",  "Exp",  "Expm1",    "Sin",
                                                  "Cos", "Atan",    "Sinh", "Cosh",     "Asinh",
                                                  "Erf", "Sigmoid", "Tanh", "Softplus", "Softsign"};
  for (const std::string_view op : anywhere) AddUnary(cases, op, -1.5f, 1.5f);
  for (const std::string_view op : {"Sqrt", "Rsqrt", "Reciprocal", "Log", "Log1p"}) {
    AddUnary(cases, op, 0.5f, 2);
  }
  for (const std::string_view op : {"Asin", "Acos", "Atanh"}) AddUnary(cases, op, -0.7f, 0.7f);
  AddUnary(cases, "Acosh", 1.5f, 3);
  AddUnary(cases, "Tan", -1, 1);
  // Functions with kinks or steps, away from these.
  const std::vector<std::string_view> stepped = {"Abs", "Sign", "Ceil", "Floor", "Relu",
                                                 "Elu", "Selu", "Step", "Relu6", "LeakyRelu"};
  for (const std::string_view op : stepped) {
    cases.push_back(CaseOf(op, {}, {AwayFromIntegers({4, 6}, -8, 8)}));
  }
  // Its steps are at halves.
  cases.push_back(CaseOf("Round", {}, {F32({4}, {-1.7f, 0.2f, 0.9f, 3.3f})}));
  cases.push_back(CaseOf("LeakyRelu", {{"alpha", 0.3f}}, {AwayFromIntegers({7}, -2, 2)}));
  cases.push_back(CaseOf("Clamp", {{"clamp_min", -1.0f}, {"clamp_max", 2.0f}},
                         {AwayFromIntegers({20}, -3, 4)}));
  cases.push_back(CaseOf("HardSwish", {}, {AwayFromIntegers({20}, -5, 5)}));
  for (const std::string_view op :
       {"_ReluGrad", "_Relu6Grad", "_EluGrad", "_SigmoidGrad", "_TanhGrad"}) {
    cases.push_back(CaseOf(op, {}, {AwayFromIntegers({9}, -0.9f, 0.9f), Random({9})}));
  }

  for (const std::string_view op : {"Add", "Sub", "Mul", "MulNoNan", "SquaredDifference"}) {
    AddBinary(cases, op, {-2, 2}, {-2, 2});
  }
  for (const std::string_view op : {"RealDiv", "Div", "DivNoNan", "Xdivy"}) {
    AddBinary(cases, op, {0.5f, 2}, {0.5f, 2});
  }
  AddBinary(cases, "Xlogy", {0.5f, 2}, {0.5f, 2});
  AddBinary(cases, "Pow", {0.5f, 2}, {-2, 2});
  AddBinary(cases, "Atan2", {0.5f, 2}, {-2, 2});
  // The first is larger in one, the second in the other.
  for (const std::string_view op : {"Maximum", "Minimum"}) {
    AddBinary(cases, op, {1, 2}, {3, 4});
    AddBinary(cases, op, {3, 4}, {1, 2});
  }
  // Quotients between 1.1 and 1.9, and between -1.9 and -1.1.
  for (const std::string_view op : {"Mod", "FloorMod", "FloorDiv"}) {
    AddBinary(cases, op, {2.4f, 2.8f}, {1.6f, 2});
    AddBinary(cases, op, {-2.8f, -2.4f}, {1.6f, 2});
  }

  cases.push_back(CaseOf("Cast", {{"DstT", DType::kFloat32}}, {Random({3})}));
  cases.push_back(CaseOf("Cast", {{"DstT", DType::kComplex64}}, {Random({3})}));
  cases.push_back(
      CaseOf("ClipByValue", {}, {AwayFromIntegers({20}, -3, 4), F32({}, {-1}), F32({}, {2})}));
  cases.push_back(CaseOf("Select", {}, {Bool({2}, {1, 0}), Random({2, 3}), Random({2, 3})}));
  cases.push_back(CaseOf("Select", {}, {Bool({}, {1}), Random({2, 3}), Random({2, 3})}));
  cases.push_back(CaseOf("SelectV2", {}, {Bool({3}, {1, 0, 1}), Random({2, 1}), Random({3})}));
  cases.push_back(CaseOf("AddN", {}, {Random({2, 2}), Random({2, 2}), Random({2, 2})}));
  cases.push_back(CaseOf("AddRelu", {}, {F32({4}, {1, 2, -3, 4}), F32({4}, {1, -3, 1, 0})}));
  cases.push_back(CaseOf("BiasAdd", {}, {Random({2, 3, 4}), Random({4})}));
  cases.push_back(
      CaseOf("BiasAdd", {{"data_format", "NCHW"}}, {Random({2, 3, 4, 2}), Random({3})}));
  cases.push_back(CaseOf("Prelu", {}, {AwayFromIntegers({4, 3}, -2, 2), Random({3})}));
  cases.push_back(CaseOf("Identity", {}, {Random({2})}));
  cases.push_back(CaseOf("IdentityN", {}, {Random({2}), Random({3})}, 1));

  const Tensor complex = C64({3}, {{1, 2}, {-1, 0.5f}, {0.3f, -2}});
  cases.push_back(CaseOf("Complex", {}, {Random({3}), Random({3})}));
  for (const std::string_view op : {"Real", "Imag", "Conj", "ComplexAbs", "Neg"}) {
    cases.push_back(CaseOf(op, {}, {complex}));
  }
  return cases;
}

}  // namespace tfwasm
