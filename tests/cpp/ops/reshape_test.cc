// SPDX-License-Identifier: Apache-2.0
#include "ops/op.h"
#include "ops/op_test.h"

namespace tfwasm {

namespace {

const auto Iota = [](const Shape& shape) { return MakeF32(shape, [](size_t i) { return i; }); };

}  // namespace

TEST_CASE("Reshape") {
  struct Case {
    Shape from;
    std::vector<int32_t> dims;
    Shape to;
  };
  for (const Case& c : std::vector<Case>{{{2, 3}, {3, 2}, {3, 2}},
                                         {{2, 3}, {-1}, {6}},
                                         {{2, 3}, {1, -1, 2}, {1, 3, 2}},
                                         {{1}, {}, {}},
                                         {{}, {1, 1}, {1, 1}},
                                         {{2, 0}, {0, 5}, {0, 5}},
                                         {{0, 3}, {-1, 3}, {0, 3}}}) {
    const Tensor dims = I32({static_cast<int64_t>(c.dims.size())}, c.dims);
    ExpectTensor(RunOp("Reshape", {}, {Iota(c.from), dims}), Iota(c.to));
  }
  const Tensor strings = Strings({2, 1}, {"a", "b"});
  ExpectTensor(RunOp("Reshape", {}, {strings, I32({1}, {2})}), Strings({2}, {"a", "b"}));
}

TEST_CASE("Reshape refuses shapes that do not fit") {
  for (const std::vector<int32_t>& dims :
       std::vector<std::vector<int32_t>>{{5},
                                         {-1, 4},
                                         {-1, -1},
                                         {-1, 0},
                                         {-2, -3},
                                         {kIntMax, kIntMax, kIntMax, 2},
                                         {1, 1, 1, 1, 1, 1, 1, 1, 6}}) {
    ExpectError(Code::kShape, [&] {
      RunOp("Reshape", {}, {Iota({2, 3}), I32({static_cast<int64_t>(dims.size())}, dims)});
    });
  }
  ExpectError(Code::kDType, [] { RunOp("Reshape", {}, {Iota({2}), F32({1}, {2})}); });
  ExpectError(Code::kShape, [] { RunOp("Reshape", {}, {Iota({2}), I32({1, 1}, {2})}); });
}

TEST_CASE("ExpandDims") {
  struct Case {
    int32_t axis;
    Shape to;
  };
  for (const Case& c : {Case{0, {1, 2, 3}}, Case{1, {2, 1, 3}}, Case{2, {2, 3, 1}},
                        Case{-1, {2, 3, 1}}, Case{-3, {1, 2, 3}}}) {
    ExpectTensor(RunOp("ExpandDims", {}, {Iota({2, 3}), I32({}, {c.axis})}), Iota(c.to));
  }
  ExpectTensor(RunOp("ExpandDims", {}, {Iota({}), I32({1}, {0})}), Iota({1}));
  for (const int32_t axis : {3, -4, kIntMin}) {
    ExpectError(Code::kShape, [=] { RunOp("ExpandDims", {}, {Iota({2, 3}), I32({}, {axis})}); });
  }
  ExpectError(Code::kShape,
              [] { RunOp("ExpandDims", {}, {Iota({1, 1, 1, 1, 1, 1, 1, 1}), I32({}, {0})}); });
}

TEST_CASE("Squeeze") {
  const Shape from = {1, 2, 1, 3, 1};
  ExpectTensor(RunOp("Squeeze", {}, {Iota(from)}), Iota({2, 3}));
  ExpectTensor(RunOp("Squeeze", {{"squeeze_dims", {0, -1}}}, {Iota(from)}), Iota({2, 1, 3}));
  ExpectTensor(RunOp("Squeeze", {{"axis", {2, 2}}}, {Iota(from)}), Iota({1, 2, 3, 1}));
  ExpectTensor(RunOp("Squeeze", {}, {Iota({1, 1})}), Iota({}));
  ExpectTensor(RunOp("Squeeze", {}, {Iota({})}), Iota({}));
  ExpectError(Code::kShape, [&] { RunOp("Squeeze", {{"axis", {1}}}, {Iota(from)}); });
  ExpectError(Code::kShape, [&] { RunOp("Squeeze", {{"axis", {5}}}, {Iota(from)}); });
  ExpectError(Code::kAttr, [&] { RunOp("Squeeze", {{"axis", 1}}, {Iota(from)}); });
}

TEST_CASE("EnsureShape") {
  const Tensor x = Iota({2, 3});
  ExpectTensor(RunOp("EnsureShape", {{"shape", Shape{-1, 3}}}, {x}), x);
  ExpectTensor(RunOp("EnsureShape", {}, {x}), x);
  ExpectTensor(RunOp("EnsureShape", {}, {x, I32({2}, {2, -1})}), x);
  ExpectError(Code::kShape, [&] { RunOp("EnsureShape", {{"shape", Shape{2}}}, {x}); });
  ExpectError(Code::kShape, [&] { RunOp("EnsureShape", {}, {x, I32({2}, {2, 4})}); });
}

TEST_CASE("the new shape may be known only at run time") {
  const Node node = TestNode("Reshape", {});
  InferContext context(node, {{DType::kFloat32, {4}}, {DType::kInt32, {2}}}, {nullptr, nullptr});
  FindOp("Reshape")->infer(context);
  CHECK(context.deferred());
}

}  // namespace tfwasm
