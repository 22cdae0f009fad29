// SPDX-License-Identifier: Apache-2.0
#include "ops/op.h"
#include "ops/op_test.h"

namespace tfwasm {

TEST_CASE("Identity and its aliases hand on every dtype") {
  for (const char* op : {"Identity", "Snapshot", "StopGradient", "PreventGradient"}) {
    CAPTURE(op);
    for (const Tensor& x : {F32({2}, {1, kNan}), I32({}, {7}), Bool({1, 2}, {1, 0}),
                            Strings({2}, {"a", ""}), C64({1}, {{1, 2}}), F32({0, 3}, {})}) {
      ExpectTensor(RunOp(op, {}, {x}), x);
    }
  }
}

TEST_CASE("IdentityN hands on all its inputs") {
  const std::vector<Tensor> inputs = {F32({2}, {1, 2}), Strings({1}, {"long enough to allocate"}),
                                      I32({0}, {})};
  Node node = TestNode("IdentityN", {});
  node.inputs.resize(inputs.size());
  const std::vector<Tensor> outputs = Evaluate(node, inputs);
  REQUIRE(outputs.size() == inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) ExpectTensor(outputs[i], inputs[i]);
}

TEST_CASE("NoOp has neither inputs nor outputs") {
  CHECK(RunOpMulti("NoOp", {}, {}).empty());
  ExpectError(Code::kEdge, [] { RunOpMulti("NoOp", {}, {F32({}, {1})}); });
}

}  // namespace tfwasm
