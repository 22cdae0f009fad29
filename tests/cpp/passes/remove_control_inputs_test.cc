// SPDX-License-Identifier: Apache-2.0
#include "passes/remove_control_inputs.h"

#include "ops/infer.h"
#include "passes/pass_test.h"

namespace tfwasm {
namespace {

TFWASM_OP kEffectOp{
    .name = "TestEffect", .infer = InferLikeInput, .is_view = true, .is_stateful = true};

TEST_CASE("remove_control_inputs keeps the order of effects and forgets the rest") {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge plain = test.Op("plain", "Neg", {x});
  const Edge effect = test.Op("effect", "TestEffect", {x});
  const Edge after = test.Op("after", "Neg", {effect});
  const Edge y = test.Op("y", "Neg", {x});
  test.graph.node(y.node).control_inputs = {plain.node, after.node, x.node};
  test.Output("y", y);
  ExpectRewrite(test, RemoveControlInputs,
                "plain = Neg(x)\n"
                "effect = TestEffect(x)\n"
                "after = Neg(effect)\n"
                "y = Neg(x, ^plain, ^after, ^x)\n"
                "-> y: y\n",
                "effect = TestEffect(x)\n"
                "after = Neg(effect)\n"
                "y = Neg(x, ^after)\n"
                "-> y: y\n",
                {RandomF32({4})});
}

TEST_CASE("remove_control_inputs takes ops it does not know for effects") {
  TestGraph test;
  const Edge x = test.Input("x");
  const Edge y = test.Op("y", "Neg", {x});
  test.graph.node(y.node).control_inputs = {test.Op("assert", "NoSuchOp", {x}).node};
  test.Output("y", y);
  ExpectUnchanged(test, RemoveControlInputs);
}

}  // namespace
}  // namespace tfwasm
