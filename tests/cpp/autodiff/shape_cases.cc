// SPDX-License-Identifier: Apache-2.0
#include "autodiff/gradient_cases.h"

namespace tfwasm {

GradientCases ShapeCases() {
  GradientCases cases;
  const auto add = [&](std::string_view op, const TestAttrs& attrs, std::vector<Tensor> inputs,
                       int output = 0) {
    cases.push_back(CaseOf(op, attrs, std::move(inputs), output));
  };
  add("Fill", {}, {I32({2}, {2, 3}), Random({})});
  add("Reshape", {}, {Random({2, 6}), I32({3}, {3, 2, 2})});
  add("ExpandDims", {}, {Random({2, 3}), I32({}, {1})});
  add("Squeeze", {{"squeeze_dims", {1}}}, {Random({2, 1, 3})});
  add("EnsureShape", {{"shape", Shape{2, 3}}}, {Random({2, 3})});
  add("Transpose", {}, {Random({2, 3, 4}), I32({3}, {2, 0, 1})});
  add("Transpose", {}, {Random({}), I32({0}, {})});
  add("Concat", {}, {I32({}, {1}), Random({2, 3}), Random({2, 1})});
  add("ConcatV2", {}, {Random({1, 3}), Random({2, 3}), Random({0, 3}), I32({}, {-2})});
  for (const int output : {0, 2}) {
    add("Split", {{"num_split", 3}}, {I32({}, {1}), Random({2, 6})}, output);
    add("SplitV", {{"num_split", 3}}, {Random({6, 2}), I32({3}, {1, 2, 3}), I32({}, {0})}, output);
    add("Unpack", {{"num", 3}, {"axis", -1}}, {Random({2, 3})}, output);
  }
  add("Pack", {{"axis", 1}}, {Random({2, 3}), Random({2, 3})});
  add("Slice", {}, {Random({4, 5}), I32({2}, {1, 0}), I32({2}, {2, -1})});
  add("StridedSlice", {}, {Random({6, 5}), I32({2}, {4, 0}), I32({2}, {0, 5}), I32({2}, {-2, 2})});
  add("StridedSlice", {{"shrink_axis_mask", 1}},
      {Random({3, 2}), I32({1}, {1}), I32({1}, {2}), I32({1}, {1})});
  add("Pad", {}, {Random({2, 3}), I32({2, 2}, {1, 0, 2, 1})});
  add("PadV2", {}, {Random({2, 3}), I32({2, 2}, {1, 0, 2, 1}), Random({})});
  add("MirrorPad", {{"mode", "REFLECT"}}, {Random({3, 4}), I32({2, 2}, {2, 1, 1, 3})});
  add("MirrorPad", {{"mode", "SYMMETRIC"}}, {Random({3, 4}), I32({2, 2}, {2, 3, 1, 4})});
  add("Tile", {}, {Random({2, 3}), I32({2}, {3, 2})});
  add("Tile", {}, {Random({1, 2, 1, 2, 1}), I32({5}, {2, 1, 2, 2, 1})});
  add("BroadcastTo", {}, {Random({3, 1}), I32({3}, {2, 3, 4})});
  add("Reverse", {}, {Random({2, 3}), Bool({2}, {0, 1})});
  add("ReverseV2", {}, {Random({2, 3}), I32({1}, {0})});
  for (const char* format : {"NHWC", "NCHW"}) {
    const TestAttrs attrs{{"block_size", 2}, {"data_format", format}};
    add("SpaceToDepth", attrs, {Random({2, 4, 4, 4})});
    add("DepthToSpace", attrs, {Random({2, 4, 4, 4})});
  }
  add("SpaceToBatchND", {}, {Random({1, 3, 4, 2}), I32({2}, {2, 2}), I32({2, 2}, {1, 0, 0, 2})});
  add("BatchToSpaceND", {}, {Random({4, 2, 3, 2}), I32({2}, {2, 2}), I32({2, 2}, {1, 0, 0, 2})});
  add("MatrixBandPart", {}, {Random({2, 4, 4}), I32({}, {1}), I32({}, {0})});
  return cases;
}

GradientCases ReductionCases() {
  GradientCases cases;
  for (const std::string_view op : {"Sum", "Mean", "Prod", "Max", "Min", "EuclideanNorm"}) {
    for (const bool keep_dims : {false, true}) {
      const TestAttrs attrs{{"keep_dims", keep_dims}};
      cases.push_back(CaseOf(op, attrs, {Distinct({3, 4, 2}), I32({1}, {1})}));
      cases.push_back(CaseOf(op, attrs, {Distinct({3, 4, 2}), I32({2}, {2, -3})}));
      cases.push_back(CaseOf(op, attrs, {Distinct({3}), I32({}, {0})}));
      cases.push_back(CaseOf(op, attrs, {Random({2, 2}), I32({0}, {})}));
    }
  }
  for (const std::string_view op : {"Cumsum", "Cumprod"}) {
    for (const int flags : {0, 1, 2, 3}) {
      const TestAttrs attrs{{"exclusive", (flags & 1) != 0}, {"reverse", (flags & 2) != 0}};
      cases.push_back(CaseOf(op, attrs, {Random({3, 4}, 0.5f, 1.5f), I32({}, {1})}));
      cases.push_back(CaseOf(op, attrs, {Random({3, 4}, 0.5f, 1.5f), I32({}, {0})}));
    }
  }
  cases.push_back(CaseOf("Softmax", {}, {Random({3, 5}, -2, 2)}));
  cases.push_back(CaseOf("LogSoftmax", {}, {Random({3, 5}, -2, 2)}));
  cases.push_back(CaseOf("CheckNumerics", {}, {Random({3})}));
  return cases;
}

}  // namespace tfwasm
