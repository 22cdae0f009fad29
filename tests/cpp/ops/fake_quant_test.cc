// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

namespace {

// With the range as attributes and as inputs.
Tensor Quantize(const Tensor& x, float min, float max, TestAttrs attrs = {}) {
  const Tensor of_inputs =
      RunOp("FakeQuantWithMinMaxVars", attrs, {x, F32({}, {min}), F32({}, {max})});
  attrs.push_back({"min", min});
  attrs.push_back({"max", max});
  const Tensor of_attrs = RunOp("FakeQuantWithMinMaxVars", attrs, {x});
  ExpectTensor(of_attrs, of_inputs, 0);
  return of_attrs;
}

}  // namespace

TEST_CASE("FakeQuantWithMinMaxVars rounds to levels") {
  ExpectTensor(Quantize(F32({5}, {-1, 0.2f, 0.26f, 63.8f, 70}), 0, 63.75f),
               F32({5}, {0, 0.25f, 0.25f, 63.75f, 63.75f}));
  // The range moves by -0.4 levels, so that zero is a level.
  ExpectTensor(Quantize(F32({4}, {-0.2f, -0.1f, 63.6f, 64}), -0.1f, 63.65f),
               F32({4}, {0, 0, 63.5f, 63.75f}));
  // Ranges without zero are moved to zero.
  ExpectTensor(Quantize(F32({3}, {0.5f, 255, 300}), 10, 265), F32({3}, {1, 255, 255}));
  ExpectTensor(Quantize(F32({3}, {1, -255, -300}), -265, -10), F32({3}, {0, -255, -255}));
  ExpectTensor(Quantize(F32({4}, {-3, 0.6f, 7.4f, 99}), 0, 15, {{"num_bits", 4}}),
               F32({4}, {0, 1, 7, 15}));
  ExpectTensor(
      Quantize(F32({4}, {-9, -6.6f, 0.4f, 99}), -7, 7, {{"num_bits", 4}, {"narrow_range", true}}),
      F32({4}, {-7, -7, 0, 7}));
  ExpectTensor(Quantize(MakeF32({100}, [](size_t i) { return 0.5 * static_cast<double>(i); }), 0,
                        65535, {{"num_bits", 16}}),
               MakeF32({100}, [](size_t i) { return (i + 1) / 2; }));
}

TEST_CASE("FakeQuantWithMinMaxVars: odd values and bad input") {
  ExpectTensor(Quantize(F32({3}, {kNan, kInf, -kInf}), -1, 254), F32({3}, {kNan, 254, -1}));
  ExpectTensor(Quantize(F32({3}, {kNan, 7, -kInf}), 0, 0), F32({3}, {0, 0, 0}));
  ExpectTensor(Quantize(F32({0}, {}), 0, 1), F32({0}, {}));
  const Tensor x = F32({1}, {1});
  const auto fails = [](Code code, const TestAttrs& attrs, const std::vector<Tensor>& inputs) {
    ExpectError(code, [&] { RunOp("FakeQuantWithMinMaxVars", attrs, inputs); });
  };
  const Tensor zero = F32({}, {0});
  for (const float bad : {-1.0f, kNan, kInf, -kInf}) {
    fails(Code::kInput, {}, {x, zero, F32({}, {bad})});
    fails(Code::kAttr, {{"min", 0.0}, {"max", bad}}, {x});
  }
  fails(Code::kAttr, {}, {x});
  fails(Code::kAttr, {{"num_bits", 1}}, {x, zero, F32({}, {1})});
  fails(Code::kAttr, {{"num_bits", 17}}, {x, zero, F32({}, {1})});
  fails(Code::kEdge, {}, {x, zero});
  fails(Code::kShape, {}, {x, F32({2}, {0, 0}), F32({}, {1})});
  fails(Code::kDType, {}, {x, I32({}, {0}), F32({}, {1})});
  fails(Code::kDType, {}, {I32({1}, {1}), zero, F32({}, {1})});
}

}  // namespace tfwasm
