// SPDX-License-Identifier: Apache-2.0
#include "passes/fold_constants.h"

#include "ops/infer.h"
#include "passes/pass_test.h"

namespace tfwasm {
namespace {

TFWASM_OP kRandomOp{
    .name = "TestRandom", .infer = InferLikeInput, .is_view = true, .is_stateful = true};

TEST_CASE("fold_constants computes what constants alone decide") {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge sum = test.Op("sum", "AddV2", {test.Const(2), test.Const(3)});
  const Edge product = test.Op("product", "Mul", {sum, test.Const(F32({2}, {10, 20}))});
  test.Output("y", test.Op("scaled", "Mul", {x, product}));
  test.Output("sum", sum);
  ExpectRewrite(test, FoldConstants,
                "sum = AddV2(2, 3)\n"
                "product = Mul(sum, [10,20])\n"
                "scaled = Mul(x, product)\n"
                "-> y: scaled\n"
                "-> sum: sum\n",
                "scaled = Mul(x, [50,100])\n"
                "-> y: scaled\n"
                "-> sum: 5\n",
                {RandomF32({3, 2})});
}

TEST_CASE("fold_constants replaces every output of a node with several") {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge parts = test.Op("parts", "Unpack", {test.Const(F32({2, 2}, {1, 2, 3, 4}))},
                             {{"num", 2}, {"axis", 0}});
  const Edge second = test.Op("second", "AddV2", {x, {parts.node, 1}});
  test.Output("y", test.Op("third", "Mul", {second, parts}));
  ExpectRewrite(test, FoldConstants,
                "parts = Unpack(float32[2,2]) axis=0 num=2\n"
                "second = AddV2(x, parts:1)\n"
                "third = Mul(second, parts)\n"
                "-> y: third\n",
                "second = AddV2(x, [3,4])\n"
                "third = Mul(second, [1,2])\n"
                "-> y: third\n",
                {RandomF32({3, 2})});
}

TEST_CASE("fold_constants leaves what fails, has an effect or waits for one") {
  TestGraph failing;
  failing.Output("y",
                 failing.Op("y", "AddV2",
                            {failing.Const(F32({2}, {1, 2})), failing.Const(F32({3}, {1, 2, 3}))}));
  ExpectUnchanged(failing, FoldConstants);
  TestGraph unknown;
  unknown.Output("y", unknown.Op("y", "NoSuchOp", {unknown.Const(1)}));
  ExpectUnchanged(unknown, FoldConstants);
  TestGraph random;
  random.Output("y", random.Op("y", "TestRandom", {random.Const(1)}));
  ExpectUnchanged(random, FoldConstants);
  TestGraph waiting;
  const Edge y = waiting.Op("y", "Neg", {waiting.Const(1)});
  waiting.graph.node(y.node).control_inputs = {waiting.Input("x").node};
  waiting.Output("y", y);
  ExpectUnchanged(waiting, FoldConstants);
}

TEST_CASE("fold_constants does not make large tensors out of small ones") {
  TestGraph large;
  large.Output("y", large.Op("y", "Fill", {large.Const(I32({2}, {65536, 65536})), large.Const(1)}));
  ExpectUnchanged(large, FoldConstants);
  const size_t before = Buffer::live_bytes();
  Graph graph = large.graph;
  FoldConstants(graph);
  CHECK(Buffer::live_bytes() == before);

  TestGraph fitting;
  fitting.Output("y",
                 fitting.Op("y", "Fill", {fitting.Const(I32({2}, {100, 10})), fitting.Const(1)}));
  ExpectRewrite(fitting, FoldConstants, "y = Fill([100,10], 1)\n-> y: y\n",
                "-> y: float32[100,10]\n", {});

  // As large as its input: a rearrangement of weights.
  TestGraph same;
  same.Output("y", same.Op("y", "Neg", {same.Const(RandomF32({600000}))}));
  ExpectRewrite(same, FoldConstants, "y = Neg(float32[600000])\n-> y: y\n",
                "-> y: float32[600000]\n", {});
}

TEST_CASE("fold_constants makes no more than 32 MB in all") {
  TestGraph test;
  const Edge weights = test.Const(RandomF32({1 << 20}));
  for (int i = 0; i < 20; ++i)
    test.Output(StrCat("y", i), test.Op(StrCat("n", i), "Neg", {weights}));
  const size_t before = Buffer::live_bytes();
  Graph graph = test.graph;
  CHECK(FoldConstants(graph));
  CHECK(Buffer::live_bytes() - before == size_t{32} << 20);
}

}  // namespace
}  // namespace tfwasm
