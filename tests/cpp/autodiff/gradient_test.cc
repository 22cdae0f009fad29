// SPDX-License-Identifier: Apache-2.0
// All gradient rules against finite differences, and a reason for every op without a rule.
#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>

#include "autodiff/gradient_cases.h"

namespace tfwasm {
namespace {

std::vector<GradientCases> AllCases() {
  return {ElementwiseCases(), ShapeCases(),       ReductionCases(), MatrixCases(),
          IndexCases(),       ConvolutionCases(), ImageCases(),     RecurrentCases()};
}

TEST_CASE("gradients: every rule agrees with finite differences") {
  std::map<std::string, int> rows;
  for (const GradientCases& cases : AllCases()) {
    for (const GradientCase& row : cases) {
      INFO(row.op, ", row ", rows[row.op]++);
      const auto error = ThrownBy([&] { ExpectGradients(row.function, row.inputs, row.check); });
      CHECK((error ? error->what() : std::string()) == "");
    }
  }
}

using OpNames = std::set<std::string_view>;

// Ops without a rule, by reason.
const std::map<std::string_view, OpNames> kWithoutRule = {
    {"its results are integers, booleans or strings",
     {"All",
      "Any",
      "BitwiseAnd",
      "BitwiseOr",
      "BitwiseXor",
      "BroadcastArgs",
      "Equal",
      "Greater",
      "Invert",
      "Less",
      "LessEqual",
      "LogicalAnd",
      "LogicalNot",
      "LogicalOr",
      "LogicalXor",
      "LowerBound",
      "NotEqual",
      "Rank",
      "SearchSorted",
      "Shape",
      "ShapeN",
      "Size",
      "SparseReshape",
      "StaticRegexReplace",
      "StringNGrams",
      "StringSplit",
      "StringSplitV2",
      "StringToHashBucketFast",
      "TruncateDiv",
      "UpperBound",
      "Where",
      "NonMaxSuppressionV2",
      "NonMaxSuppressionV3",
      "NonMaxSuppressionV4",
      "NonMaxSuppressionV5",
      "Multinomial"}},
    {"its results do not depend on the values of tensors that have gradients",
     {
         "Const",
         "LinSpace",
         "NoOp",
         "Ones",
         "Placeholder",
         "PlaceholderWithDefault",
         "RandomStandardNormal",
         "RandomUniform",
         "RandomUniformInt",
         "Range",
         "RaggedRange",
         "TruncatedNormal",
         "Zeros",
     }},
    {"TensorFlow has no gradient", {"Bincount", "DenseBincount", "ListDiff", "Unique", "UniqueV2"}},
    {"it runs in models only, and models are not recorded",
     {"Case",
      "EmptyTensorList",
      "Enter",
      "HashTableV2",
      "If",
      "LookupTableFindV2",
      "LookupTableImportV2",
      "LookupTableSizeV2",
      "LoopCond",
      "Merge",
      "PartitionedCall",
      "Print",
      "RaggedGather",
      "RaggedTensorToTensor",
      "SparseFillEmptyRows",
      "Switch",
      "TensorArrayCloseV3",
      "TensorArrayConcatV3",
      "TensorArrayGatherV3",
      "TensorArrayReadV3",
      "TensorArrayScatterV3",
      "TensorArraySizeV3",
      "TensorArraySplitV3",
      "TensorArrayV3",
      "TensorArrayWriteV3",
      "TensorListConcat",
      "TensorListFromTensor",
      "TensorListGather",
      "TensorListGetItem",
      "TensorListLength",
      "TensorListPopBack",
      "TensorListPushBack",
      "TensorListReserve",
      "TensorListResize",
      "TensorListScatter",
      "TensorListSetItem",
      "TensorListSplit",
      "TensorListStack",
      "UnsupportedOp",
      "While",
      "_SwitchN"}},
    {"it samples images at positions that hardly any loss depends on",
     {"ImageProjectiveTransformV3", "RotateWithOffset"}},
    {"it prepares examples, and nothing before it is trained",
     {"_ChangeColors", "_DrawTransforms", "_EncodeCategories", "_HashToBins", "_LookUpIndices",
      "_LookUpTerms", "_NotReady", "_VectorizeText"}},
    {"it is a step of training", {"_ApplyOptimizer"}},
    {"it is a gradient through time, and only of first order",
     {"_GruSequenceGrad", "_LstmSequenceGrad", "_SimpleRnnSequenceGrad"}},
    {"it is a gradient of second order", {"_CropAndResizeBoxGradGrad"}},
};

// Rules that finite differences cannot test: the op has steps, and the rule ignores them.
const OpNames kTestedBelow = {"FakeQuantWithMinMaxVars"};

std::string ReasonFor(std::string_view op) {
  for (const auto& [reason, ops] : kWithoutRule) {
    if (ops.contains(op)) return std::string(reason);
  }
  return "";
}

TEST_CASE("gradients: every op has a rule and a row in the table, or a reason") {
  std::set<std::string> tested;
  for (const GradientCases& cases : AllCases()) {
    for (const GradientCase& row : cases) tested.insert(row.op);
  }
  for (const std::span<const OpDef> ops : {AllOps(), AllTrainingOps()}) {
    for (const OpDef& op : ops) {
      INFO(std::string(op.name));
      if (op.name.starts_with("Test")) continue;  // of other tests
      const GradientDef* gradient = FindGradient(op.name);
      if (gradient == nullptr) {
        CHECK(ReasonFor(op.name) != "");
      } else {
        CHECK(ReasonFor(op.name) == "");
        CHECK((gradient->rule == nullptr || kTestedBelow.contains(op.name) ||
               tested.contains(std::string(op.name))));
      }
    }
  }
}

// The gradient of the sum of an op's result in its input.
Tensor GradientAt(std::string_view op, const TestAttrs& attrs, const Tensor& x) {
  const GradientCase row = CaseOf(op, attrs, {x});
  const Tensor value = TracedFunction(row.function, row.inputs).value();
  return GradientsOf(row.function, row.inputs, MakeF32(value.shape(), [](size_t) { return 1; }))[0];
}

TEST_CASE("gradients: at kinks and ties as in TensorFlow") {
  const Tensor zero = F32({1}, {0});
  const std::map<std::string_view, float> at_zero = {
      {"Relu", 0.0f}, {"Relu6", 0.0f},    {"LeakyRelu", 0.2f},           {"Elu", 1.0f},
      {"Abs", 0.0f},  {"Softsign", 1.0f}, {"Selu", 1.0507009873554805f}, {"Sqrt", kInf},
      {"Floor", 0.0f}};
  for (const auto& [op, expected] : at_zero) {
    INFO(std::string(op));
    ExpectTensor(GradientAt(op, {}, zero), F32({1}, {expected}));
  }
  ExpectTensor(GradientAt("Relu6", {}, F32({3}, {6, 5.9f, 7})), F32({3}, {0, 1, 0}));
  ExpectTensor(GradientAt("Clamp", {{"clamp_min", -1.0f}, {"clamp_max", 1.0f}},
                          F32({4}, {-1, 1, -1.1f, 1.1f})),
               F32({4}, {1, 1, 0, 0}));
  // The first maximum of a window gets all; equal elements of a reduction share.
  const TestAttrs pool{{"padding", "VALID"}, {"ksize", {1, 2, 2, 1}}, {"strides", {1, 2, 2, 1}}};
  ExpectTensor(GradientAt("MaxPool", pool, F32({1, 2, 2, 1}, {3, 5, 5, 5})),
               F32({1, 2, 2, 1}, {0, 1, 0, 0}));
  ExpectTensor(GradientAt("MaxPool", pool, F32({1, 2, 2, 1}, {-3, -5, -5, -4})),
               F32({1, 2, 2, 1}, {1, 0, 0, 0}));
  ExpectTensor(GradientAt("FakeQuantWithMinMaxVars", {{"min", -1.0f}, {"max", 1.0f}},
                          F32({4}, {-1, 1, -1.1f, 1.1f})),
               F32({4}, {1, 1, 0, 0}));
}

TEST_CASE("gradients: ties of two operands go to the first, and shares of a reduction are equal") {
  for (const std::string_view op : {"Maximum", "Minimum"}) {
    const GradientCase row = CaseOf(op, {}, {F32({1}, {2}), F32({1}, {2})});
    const std::vector<Tensor> gradients = GradientsOf(row.function, row.inputs, F32({1}, {1}));
    ExpectTensor(gradients[0], F32({1}, {1}));
    ExpectTensor(gradients[1], F32({1}, {0}));
  }
  for (const std::string_view op : {"Max", "Min"}) {
    const GradientCase row = CaseOf(op, {}, {F32({3}, {2, 2, 2}), I32({}, {0})});
    ExpectTensor(GradientsOf(row.function, row.inputs, F32({}, {1}))[0],
                 F32({3}, {1 / 3.0f, 1 / 3.0f, 1 / 3.0f}));
  }
  // Exact although factors are 0.
  const GradientCase product = CaseOf("Prod", {}, {F32({3}, {0, 2, 3}), I32({}, {0})});
  ExpectTensor(GradientsOf(product.function, product.inputs, F32({}, {1}))[0], F32({3}, {6, 0, 0}));
}

}  // namespace
}  // namespace tfwasm
