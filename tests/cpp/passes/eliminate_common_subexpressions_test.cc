// SPDX-License-Identifier: Apache-2.0
#include "passes/eliminate_common_subexpressions.h"

#include "ops/infer.h"
#include "passes/pass_test.h"

namespace tfwasm {
namespace {

TFWASM_OP kDrawOp{
    .name = "TestDraw", .infer = InferLikeInput, .is_view = true, .is_stateful = true};

TEST_CASE("eliminate_common_subexpressions computes the same only once") {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge a = test.Op("a", "AddV2", {x, test.Const(4)});
  const Edge b = test.Op("b", "AddV2", {x, test.Const(4)}, {{"_hint", true}});
  const Edge na = test.Op("na", "Neg", {a});
  const Edge nb = test.Op("nb", "Neg", {b});
  test.Output("y", test.Op("product", "Mul", {na, nb}));
  test.Output("nb", nb);
  ExpectRewrite(test, EliminateCommonSubexpressions,
                "a = AddV2(x, 4)\n"
                "na = Neg(a)\n"
                "b = AddV2(x, 4) _hint=true\n"
                "nb = Neg(b)\n"
                "product = Mul(na, nb)\n"
                "-> y: product\n"
                "-> nb: nb\n",
                "a = AddV2(x, 4)\n"
                "na = Neg(a)\n"
                "product = Mul(na, na)\n"
                "-> y: product\n"
                "-> nb: na\n",
                {RandomF32({2, 3})});
}

TEST_CASE("eliminate_common_subexpressions treats outputs of a node one by one") {
  TestGraph test;
  const Edge x = test.Input("x");
  const TestAttrs attrs = {{"num", 2}, {"axis", 0}};
  const Edge a = test.Op("a", "Unpack", {x}, attrs);
  const Edge b = test.Op("b", "Unpack", {x}, attrs);
  test.Output("y", test.Op("sub", "Sub", {{a.node, 0}, {b.node, 1}}));
  ExpectRewrite(test, EliminateCommonSubexpressions,
                "a = Unpack(x) axis=0 num=2\n"
                "b = Unpack(x) axis=0 num=2\n"
                "sub = Sub(a, b:1)\n"
                "-> y: sub\n",
                "a = Unpack(x) axis=0 num=2\n"
                "sub = Sub(a, a:1)\n"
                "-> y: sub\n",
                {RandomF32({2, 3})});
}

TEST_CASE("eliminate_common_subexpressions keeps what only looks the same") {
  const TestAttrs to_int = {{"DstT", DType::kInt32}};
  const TestAttrs to_float = {{"DstT", DType::kFloat32}};
  TestGraph test;
  const Edge x = test.Input("x");
  test.Output("int", test.Op("int", "Cast", {x}, to_int));
  test.Output("float", test.Op("float", "Cast", {x}, to_float));
  test.Output("one", test.Op("one", "Sub", {x, test.Const(1)}));
  test.Output("reversed", test.Op("reversed", "Sub", {test.Const(2), x}));
  test.Output("draw", test.Op("draw", "TestDraw", {x}));
  test.Output("draw2", test.Op("draw2", "TestDraw", {x}));
  test.Output("shaped", test.Op("shaped", "Sub", {x, test.Const(F32({1}, {1}))}));
  test.Output("negative", test.Op("negative", "Mul", {x, test.Const(-0.0f)}));
  test.Output("positive", test.Op("positive", "Mul", {x, test.Const(0.0f)}));
  ExpectUnchanged(test, EliminateCommonSubexpressions);
}

}  // namespace
}  // namespace tfwasm
