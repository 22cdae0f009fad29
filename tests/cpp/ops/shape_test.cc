// SPDX-License-Identifier: Apache-2.0
#include "ops/op.h"
#include "ops/op_test.h"

namespace tfwasm {

TEST_CASE("Shape, Size and Rank") {
  struct Case {
    Tensor x;
    Tensor shape;
    int32_t size;
  };
  for (const Case& c :
       {Case{F32({}, {1}), I32({0}, {}), 1}, Case{Strings({2, 1}, {"a", "b"}), I32({2}, {2, 1}), 2},
        Case{I32({3, 0, 2}, {}), I32({3}, {3, 0, 2}), 0}}) {
    ExpectTensor(RunOp("Shape", {}, {c.x}), c.shape);
    ExpectTensor(RunOp("Size", {}, {c.x}), I32({}, {c.size}));
    ExpectTensor(RunOp("Rank", {}, {c.x}), I32({}, {c.x.shape().rank()}));
  }
}

TEST_CASE("ShapeN gives a shape for each input") {
  Node node = TestNode("ShapeN", {});
  node.inputs.resize(2);
  const std::vector<Tensor> shapes =
      Evaluate(node, {F32({2, 3}, {1, 2, 3, 4, 5, 6}), I32({}, {1})});
  REQUIRE(shapes.size() == 2);
  ExpectTensor(shapes[0], I32({2}, {2, 3}));
  ExpectTensor(shapes[1], I32({0}, {}));
}

// This lets a model with an unknown batch size be planned.
TEST_CASE("the value of Shape is known without that of its input") {
  const Node node = TestNode("Shape", {});
  InferContext context(node, {{DType::kFloat32, {5, 7}}}, {nullptr});
  FindOp("Shape")->infer(context);
  REQUIRE(context.output_values().size() == 1);
  ExpectTensor(context.output_values()[0], I32({2}, {5, 7}));
}

TEST_CASE("dimensions that no int32 holds are an error") {
  for (const char* op : {"Shape", "Size"}) {
    CAPTURE(op);
    ExpectError(Code::kShape, [=] {
      const Node node = TestNode(op, {});
      InferContext context(node, {{DType::kBool, {int64_t{1} << 31}}}, {nullptr});
      FindOp(op)->infer(context);
    });
  }
}

}  // namespace tfwasm
