// SPDX-License-Identifier: Apache-2.0
// Loops and conditionals of TensorFlow 1.
#include <doctest/doctest.h>

#include "executor/model_builder.h"

namespace tfwasm {
namespace {

using Strings = std::vector<std::string>;

// total = 0; for (i = 0; i < n; ++i) total += i * x
struct SumLoop {
  ModelBuilder builder;

  SumLoop() {
    const Edge n = builder.Input("n");
    const Edge x = builder.Input("x");
    const Edge zero = builder.Const("zero", F32({}, {0}));
    const Edge i = builder.LoopVariable("i", "loop", zero);
    const Edge total = builder.LoopVariable("total", "loop", zero);
    const Edge limit =
        builder.Op("limit", "Enter", {n}, {{"frame_name", "loop"}, {"is_constant", true}});
    const Edge factor =
        builder.Op("factor", "Enter", {x}, {{"frame_name", "loop"}, {"is_constant", true}});
    const Edge one = builder.Const("one", F32({}, {1}));
    const Edge condition = builder.Op("cond", "LoopCond", {builder.Op("less", "Less", {i, limit})});
    const Edge body_i = builder.Guard("i", i, condition);
    const Edge body_total = builder.Guard("total", total, condition);
    builder.graph().node(one.node).control_inputs.push_back(
        builder.Op("pivot", "Identity", {body_i}).node);
    const Edge product = builder.Op("product", "Mul", {body_i, factor});
    builder.Op("i_exit_unused", "Exit", {builder.graph().node(body_i.node).inputs[0]});
    builder.Output("count", builder.Finish("i", i, builder.Op("add_one", "Add", {body_i, one})));
    builder.Output("sum",
                   builder.Finish("total", total, builder.Op("add", "Add", {body_total, product})));
  }
};

TEST_CASE("a v1 loop runs until its condition fails") {
  SumLoop loop;
  Session session(std::move(loop.builder.model));
  const auto run = [&](float n) {
    return RunSession(session, {"n", "x"}, {F32({}, {n}), F32({}, {2})}, {"sum", "count"});
  };
  ExpectTensor(run(4)[0], F32({}, {12}));
  ExpectTensor(run(4)[1], F32({}, {4}));
  ExpectTensor(run(0)[0], F32({}, {0}));
  ExpectTensor(run(-3)[1], F32({}, {0}));
  const auto only_sum = RunSession(session, {"n", "x"}, {F32({}, {3}), F32({}, {1})}, {"sum"});
  ExpectTensor(only_sum[0], F32({}, {3}));
}

TEST_CASE("a v1 loop may change the shapes of its variables") {
  SumLoop loop;
  Session session(std::move(loop.builder.model));
  const auto run = [&](const Tensor& x) {
    return RunSession(session, {"n", "x"}, {F32({}, {3}), x}, {"sum"})[0];
  };
  ExpectTensor(run(F32({2}, {1, 10})), F32({2}, {3, 30}));
  ExpectTensor(run(F32({}, {1})), F32({}, {3}));
}

TEST_CASE("ten thousand iterations take no memory") {
  SumLoop loop;
  Session session(std::move(loop.builder.model));
  const auto run = [&](float n) {
    return RunSession(session, {"n", "x"}, {F32({}, {n}), F32({}, {1})}, {"count"})[0];
  };
  run(2);
  const size_t bytes = Buffer::live_bytes();
  const size_t count = Buffer::live_count();
  ExpectTensor(run(10000), F32({}, {10000}));
  CHECK(Buffer::live_bytes() == bytes);
  CHECK(Buffer::live_count() == count);
}

// for (i = 0; i < n; ++i) for (j = 0; j < i; ++j) total += 1
TEST_CASE("v1 loops nest") {
  ModelBuilder b;
  const Edge n = b.Input("n");
  const Edge zero = b.Const("zero", F32({}, {0}));
  const Edge one = b.Const("one", F32({}, {1}));
  const Edge i = b.LoopVariable("i", "outer", zero);
  const Edge total = b.LoopVariable("total", "outer", zero);
  const Edge limit = b.Op("limit", "Enter", {n}, {{"frame_name", "outer"}});
  const Edge condition = b.Op("cond", "LoopCond", {b.Op("less", "Less", {i, limit})});
  const Edge body_i = b.Guard("i", i, condition);
  const Edge body_total = b.Guard("total", total, condition);
  // The inner loop starts from a constant in the outer body.
  const Edge pivot = b.Op("pivot", "Identity", {body_i});
  const Edge inner_zero = b.Op("inner_zero", "ZerosLike", {body_i}, {}, {pivot.node});
  const Edge j = b.LoopVariable("j", "inner", inner_zero);
  const Edge inner_total = b.LoopVariable("inner_total", "inner", body_total);
  const Edge inner_limit = b.Op("inner_limit", "Enter", {body_i}, {{"frame_name", "inner"}});
  const Edge outer_one = b.Op("outer_one", "Enter", {one}, {{"frame_name", "outer"}});
  const Edge inner_one = b.Op("inner_one", "Enter", {outer_one}, {{"frame_name", "inner"}});
  const Edge inner_cond = b.Op("inner_cond", "LoopCond", {b.Op("less2", "Less", {j, inner_limit})});
  const Edge body_j = b.Guard("j", j, inner_cond);
  const Edge body_inner = b.Guard("inner_total", inner_total, inner_cond);
  b.Finish("j", j, b.Op("next_j", "Add", {body_j, inner_one}));
  const Edge inner_sum =
      b.Finish("inner_total", inner_total, b.Op("sum", "Add", {body_inner, inner_one}));
  b.Finish("i", i, b.Op("next_i", "Add", {body_i, outer_one}));
  b.Output("total", b.Finish("total", total, inner_sum));
  Session session(std::move(b.model));
  ExpectTensor(RunSession(session, {"n"}, {F32({}, {5})}, {"total"})[0], F32({}, {10}));
  ExpectTensor(RunSession(session, {"n"}, {F32({}, {1})}, {"total"})[0], F32({}, {0}));
}

// y = p ? x + 1 : -x; each branch has its own constants.
Edge AddCond(BodyBuilder& b, const std::string& name, Edge x, Edge p) {
  const NodeId pivot_switch = b.Op(name + "/pivot", "Switch", {p, p}).node;
  const Edge on_true = b.Op(name + "/t", "Identity", {{pivot_switch, 1}});
  const NodeId data = b.Op(name + "/x", "Switch", {x, p}).node;
  const Edge one = b.Const(name + "/one", F32({}, {1}));
  b.graph().node(one.node).control_inputs.push_back(on_true.node);
  const Edge taken = b.Op(name + "/plus", "Add", {{data, 1}, one});
  const Edge other = b.Op(name + "/minus", "Neg", {{data, 0}});
  return b.Op(name, "Merge", {other, taken});
}

TEST_CASE("a Merge takes the branch that was taken") {
  ModelBuilder b;
  const Edge y = AddCond(b, "y", b.Input("x"), b.Input("p"));
  b.Output("y", y);
  b.Output("index", {y.node, 1});
  b.Output("twice", b.Op("twice", "Add", {y, y}));
  Session session(std::move(b.model));
  const auto run = [&](int p) {
    return RunSession(session, {"x", "p"}, {F32({2}, {3, 4}), Bool({}, {p})},
                      {"y", "index", "twice"});
  };
  ExpectTensor(run(1)[0], F32({2}, {4, 5}));
  ExpectTensor(run(1)[1], I32({}, {1}));
  ExpectTensor(run(1)[2], F32({2}, {8, 10}));
  ExpectTensor(run(0)[0], F32({2}, {-3, -4}));
  ExpectTensor(run(0)[1], I32({}, {0}));
}

TEST_CASE("branches may consist of constants, and differ in shape") {
  ModelBuilder b;
  const Edge p = b.Input("p");
  const NodeId pivot = b.Op("pivot", "Switch", {p, p}).node;
  const Edge on_true = b.Op("t", "Identity", {{pivot, 1}});
  const Edge on_false = b.Op("f", "Identity", {{pivot, 0}});
  const Edge a = b.Const("a", F32({2}, {1, 2}));
  const Edge c = b.Const("c", F32({}, {5}));
  b.graph().node(a.node).control_inputs.push_back(on_true.node);
  b.graph().node(c.node).control_inputs.push_back(on_false.node);
  const Edge merged = b.Op("merged", "Merge", {a, c});
  b.Output("y", b.Op("y", "Neg", {merged}));
  b.Output("shape", b.Op("shape", "Shape", {merged}));
  Session session(std::move(b.model));
  const auto run = [&](int p_value) {
    return RunSession(session, {"p"}, {Bool({}, {p_value})}, {"y", "shape"});
  };
  ExpectTensor(run(1)[0], F32({2}, {-1, -2}));
  ExpectTensor(run(1)[1], I32({1}, {2}));
  ExpectTensor(run(0)[0], F32({}, {-5}));
  ExpectTensor(run(0)[1], I32({0}, {}));
}

TEST_CASE("a Merge takes what is alive, whatever it waits for") {
  for (const bool has_chain : {false, true}) {
    ModelBuilder b;
    const NodeId data = b.Op("data", "Switch", {b.Input("x"), b.Input("p")}).node;
    const Edge on_false = b.Op("on_false", "Neg", {{data, 0}});
    const Edge on_true = b.Op("on_true", "Abs", {{data, 1}});
    NodeId control = b.Op("waited", "Identity", {on_false}).node;
    if (has_chain) control = b.Op("nothing", "NoOp", {}, {}, {control}).node;
    const Edge merged = b.Op("merged", "Merge", {on_false, on_true}, {}, {control});
    b.Output("y", merged);
    // Nodes with a direct or indirect control input from the Merge are alive, too.
    const NodeId after = b.Op("after", "NoOp", {}, {}, {merged.node}).node;
    const NodeId later = b.Op("later", "NoOp", {}, {}, {after}).node;
    b.Output("constant",
             b.Op("constant", "Add", {merged, b.Const("c", F32({}, {1}))}, {}, {later}));
    // Nodes with a control input from a dead branch are dead.
    b.Output("dead", b.Op("dead", "Add", {merged, merged}, {}, {control}));
    Session session(std::move(b.model));
    const auto run = [&](int p, const Strings& fetches) {
      return RunSession(session, {"x", "p"}, {F32({2}, {3, -4}), Bool({}, {p})}, fetches);
    };
    const auto taken = run(1, {"y", "constant"});
    ExpectTensor(taken[0], F32({2}, {3, 4}));
    ExpectTensor(taken[1], F32({2}, {4, 5}));
    const auto other = run(0, {"y", "constant", "dead"});
    ExpectTensor(other[0], F32({2}, {-3, 4}));
    ExpectTensor(other[1], F32({2}, {-2, 5}));
    ExpectTensor(other[2], F32({2}, {-6, 8}));
    CHECK(ErrorOf([&] { run(1, {"dead"}); }).find("was not taken") != std::string::npos);
  }
}

TEST_CASE("a Merge of dead values is dead, and so is what waits for it") {
  ModelBuilder b;
  const Edge p = b.Input("p");
  const NodeId data = b.Op("data", "Switch", {b.Input("x"), p}).node;
  const NodeId inner = b.Op("inner", "Switch", {{data, 1}, p}).node;
  const Edge merged =
      b.Op("merged", "Merge", {b.Op("a", "Neg", {{inner, 0}}), b.Op("c", "Abs", {{inner, 1}})});
  const NodeId waits = b.Op("waits", "NoOp", {}, {}, {merged.node}).node;
  const Edge after = b.Op("after", "Neg", {b.Const("one", F32({}, {1}))}, {}, {waits});
  b.Output("y", b.Op("y", "Merge", {b.Op("other", "Square", {{data, 0}}), after}));
  Session session(std::move(b.model));
  const auto run = [&](int p_value) {
    return RunSession(session, {"x", "p"}, {F32({}, {3}), Bool({}, {p_value})}, {"y"})[0];
  };
  ExpectTensor(run(0), F32({}, {9}));
  ExpectTensor(run(1), F32({}, {-1}));
}

TEST_CASE("what constants of a branch make is not folded out of it") {
  ModelBuilder b;
  const Edge p = b.Input("p");
  const NodeId pivot = b.Op("pivot", "Switch", {p, p}).node;
  const Edge on_false = b.Op("f", "Identity", {{pivot, 0}});
  const Edge on_true = b.Op("t", "Identity", {{pivot, 1}});
  const Edge one = b.Const("one", F32({}, {1}));
  const Edge two = b.Const("two", F32({}, {2}));
  b.graph().node(one.node).control_inputs.push_back(on_false.node);
  b.graph().node(two.node).control_inputs.push_back(on_true.node);
  b.Output("y", b.Op("y", "Merge", {b.Op("a", "Add", {one, one}), b.Op("c", "Neg", {two})}));
  Session session(std::move(b.model));
  const auto run = [&](int p_value) {
    return RunSession(session, {"p"}, {Bool({}, {p_value})}, {"y"})[0];
  };
  ExpectTensor(run(0), F32({}, {2}));
  ExpectTensor(run(1), F32({}, {-2}));
}

// Passes must not replace a step by one without its control input from a branch.
// `write(b, x, wait)` returns a value that depends on the branch only by a control input from
// `wait`; `x` is not on the branch.
template <typename F>
void ExpectDeadOffItsBranch(const char* what, F write) {
  CAPTURE(std::string(what));
  ModelBuilder b;
  const Edge x = b.Input("x");
  const NodeId data = b.Op("data", "Switch", {x, b.Input("p")}).node;
  const NodeId wait = b.Op("wait", "Identity", {{data, 0}}).node;
  const Edge value = write(b, x, wait);
  b.Output("y", b.Op("y", "Merge", {value, b.Op("other", "Neg", {{data, 1}})}));
  Session session(std::move(b.model));
  const Tensor input = F32({1, 2}, {3, -4});
  ExpectTensor(RunSession(session, {"x", "p"}, {input, Bool({}, {1})}, {"y"})[0],
               F32({1, 2}, {-3, 4}));
  RunSession(session, {"x", "p"}, {input, Bool({}, {0})}, {"y"});
}

TEST_CASE("what waits for a branch stays on it") {
  // A constant operand has the control input.
  const auto with_constant = [](const char* op, const Tensor& constant) {
    ExpectDeadOffItsBranch(op, [&](ModelBuilder& b, Edge x, NodeId wait) {
      const Edge c = b.Const("c", constant);
      b.graph().node(c.node).control_inputs = {wait};
      return b.Op("value", op, {x, c});
    });
  };
  with_constant("Add", F32({}, {0}));
  with_constant("Mul", F32({}, {1}));
  with_constant("Minimum", F32({}, {6}));
  with_constant("Transpose", I32({2}, {0, 1}));
  with_constant("Pad", I32({2, 2}, {0, 0, 0, 0}));
  with_constant("MatMul", F32({2, 2}, {1, 0, 0, 1}));
  ExpectDeadOffItsBranch("a bias", [](ModelBuilder& b, Edge x, NodeId wait) {
    const Edge bias = b.Const("bias", F32({2}, {1, 2}));
    b.graph().node(bias.node).control_inputs = {wait};
    return b.Op("value", "Add",
                {b.Op("product", "MatMul", {x, b.Const("w", F32({2, 2}, {1, 0, 0, 1}))}), bias});
  });
  // A chain that a pass fuses; a node inside has the control input.
  ExpectDeadOffItsBranch("clamps", [](ModelBuilder& b, Edge x, NodeId wait) {
    return b.Op("value", "Relu6", {b.Op("inner", "Relu", {x}, {}, {wait})});
  });
  ExpectDeadOffItsBranch("reshapes", [](ModelBuilder& b, Edge x, NodeId wait) {
    const Edge inner = b.Op("inner", "Reshape", {x, b.Const("flat", I32({1}, {2}))}, {}, {wait});
    return b.Op("value", "Reshape", {inner, b.Const("matrix", I32({2}, {1, 2}))});
  });
  ExpectDeadOffItsBranch("a sum and Relu", [](ModelBuilder& b, Edge x, NodeId wait) {
    return b.Op("value", "Relu", {b.Op("inner", "Add", {x, x}, {}, {wait})});
  });
  ExpectDeadOffItsBranch("a product and Relu", [](ModelBuilder& b, Edge x, NodeId wait) {
    const Edge w = b.Const("w", F32({2, 2}, {1, 0, 0, 1}));
    return b.Op("value", "Relu", {b.Op("inner", "MatMul", {x, w}, {}, {wait})});
  });
  for (const char* waiting : {"sum", "gate", "product", "value"}) {
    ExpectDeadOffItsBranch(waiting, [&](ModelBuilder& b, Edge x, NodeId wait) {
      const Edge sum = b.Op("sum", "Add", {x, b.Const("three", F32({}, {3}))});
      const Edge gate = b.Op("gate", "Relu6", {sum});
      const Edge product = b.Op("product", "Mul", {x, gate});
      const Edge value = b.Op("value", "Mul", {product, b.Const("sixth", F32({}, {1.0f / 6}))});
      b.graph().node(b.graph().Find(waiting)).control_inputs = {wait};
      return value;
    });
  }
}

TEST_CASE("a branch that is not taken may be wrong") {
  ModelBuilder b;
  const Edge x = b.Input("x");
  const Edge p = b.Input("p");
  const NodeId data = b.Op("data", "Switch", {x, p}).node;
  const Edge bad = b.Op("bad", "MatMul", {{data, 1}, {data, 1}});
  b.Output("y", b.Op("y", "Merge", {bad, b.Op("good", "Neg", {{data, 0}})}));
  Session session(std::move(b.model));
  const auto run = [&](int p_value) {
    return RunSession(session, {"x", "p"}, {F32({2}, {1, 2}), Bool({}, {p_value})}, {"y"})[0];
  };
  ExpectTensor(run(0), F32({2}, {-1, -2}));
  CHECK(ErrorOf([&] { run(1); }).find("'bad'") != std::string::npos);
}

TEST_CASE("conditions work inside loops, and loops inside conditions") {
  ModelBuilder b;
  const Edge x = b.Input("x");
  const Edge p = b.Input("p");
  const NodeId data = b.Op("data", "Switch", {x, p}).node;
  const Edge zero = b.Op("zero", "ZerosLike", {{data, 1}});
  const Edge i = b.LoopVariable("i", "loop", zero);
  const Edge value = b.LoopVariable("value", "loop", {data, 1});
  const Edge three =
      b.Op("three", "Enter", {b.Const("c3", F32({}, {3}))}, {{"frame_name", "loop"}});
  const Edge condition = b.Op("cond", "LoopCond", {b.Op("less", "Less", {i, three})});
  const Edge body_i = b.Guard("i", i, condition);
  const Edge body_value = b.Guard("value", value, condition);
  const Edge two = b.Op("two", "Enter", {b.Const("c2", F32({}, {2}))}, {{"frame_name", "loop"}});
  const Edge is_late = b.Op("late", "Equal", {body_i, two});
  const Edge next_value = AddCond(b, "inner", body_value, is_late);
  b.Finish("i", i, b.Op("next_i", "Add", {body_i, b.Op("ones", "OnesLike", {body_i})}));
  const Edge after = b.Finish("value", value, next_value);
  b.Output("y", b.Op("y", "Merge", {b.Op("other", "Identity", {{data, 0}}), after}));
  Session session(std::move(b.model));
  const auto run = [&](int p_value) {
    return RunSession(session, {"x", "p"}, {F32({}, {7}), Bool({}, {p_value})}, {"y"})[0];
  };
  ExpectTensor(run(1), F32({}, {8}));  // -(-7) + 1
  ExpectTensor(run(0), F32({}, {7}));
}

TEST_CASE("a value on a branch that was not taken cannot be fetched") {
  ModelBuilder b;
  const Edge x = b.Input("x");
  const Edge p = b.Input("p");
  b.Output("y", {b.Op("s", "Switch", {x, p}).node, 1});
  Session session(std::move(b.model));
  const auto run = [&](int p_value) {
    return RunSession(session, {"x", "p"}, {F32({}, {7}), Bool({}, {p_value})}, {"y"})[0];
  };
  ExpectTensor(run(1), F32({}, {7}));
  CHECK(ErrorOf([&] { run(0); }) ==
        "E_INPUT 'y' has no value: it is on a branch that was not taken");
}

TEST_CASE("_SwitchN picks one of many branches") {
  ModelBuilder b;
  const Edge x = b.Input("x");
  const NodeId s = b.Op("s", "_SwitchN", {x, b.Input("k")}, {{"num_outs", 3}}).node;
  const Edge none = b.Op("none", "ZerosLike", {{s, 2}});
  b.Output("y", b.Op("y", "Merge",
                     {b.Op("id", "Identity", {{s, 0}}), b.Op("neg", "Neg", {{s, 1}}), none}));
  Session session(std::move(b.model));
  const auto run = [&](int k) {
    return RunSession(session, {"x", "k"}, {F32({}, {7}), I32({}, {k})}, {"y"})[0];
  };
  ExpectTensor(run(0), F32({}, {7}));
  ExpectTensor(run(1), F32({}, {-7}));
  ExpectTensor(run(2), F32({}, {0}));
  ExpectTensor(run(-1), F32({}, {0}));
}

TEST_CASE("a loop can be fed and fetched around, but not into") {
  SumLoop loop;
  Session session(std::move(loop.builder.model));
  CHECK(ErrorOf([&] {
          RunSession(session, {"n", "x"}, {F32({}, {3}), F32({}, {1})}, {"product"});
        }) == "E_INPUT 'product' is inside the loop 'loop' and cannot be fetched");
  // Feeding the exit cuts off the loop.
  ExpectTensor(RunSession(session, {"total/exit"}, {F32({}, {3})}, {"sum"})[0], F32({}, {3}));
}

TEST_CASE("malformed loops are refused") {
  const auto message = [](auto write) {
    ModelBuilder b;
    write(b, b.Input("x"));
    return ErrorOf([&] {
      Session session(std::move(b.model));
      RunSession(session, {"x"}, {F32({}, {1})}, {"y"});
    });
  };
  CHECK(message([](ModelBuilder& b, Edge x) {
          b.Output("y", b.Op("y", "NextIteration", {x}));
        }).starts_with("E_EDGE [NextIteration 'y']"));
  CHECK(message([](ModelBuilder& b, Edge x) {
          b.Output("y", b.Op("y", "Exit", {x}));
        }).starts_with("E_EDGE"));
  CHECK(message([](ModelBuilder& b, Edge x) {
          b.Output("y", b.Op("y", "Enter", {x}, {{"frame_name", "f"}}));
        }).starts_with("E_EDGE"));
  CHECK(message([](ModelBuilder& b, Edge x) {
          const Edge merge = b.Op("merge", "Merge", {x, x});
          b.graph().node(merge.node).inputs[1] = b.Op("next", "NextIteration", {merge});
          b.Output("y", merge);
        }).starts_with("E_CYCLE"));
  CHECK(message([](ModelBuilder& b, Edge x) {  // no condition
          const Edge i = b.LoopVariable("i", "f", x);
          b.graph().node(i.node).inputs[1] = b.Op("next", "NextIteration", {i});
          b.Output("y", b.Op("y", "Exit", {i}));
        })
            .starts_with("E_EDGE the loop 'f' has no LoopCond"));
  CHECK(message([](ModelBuilder& b, Edge x) {  // two frames, each inside the other
          const Edge a = b.Op("a", "Enter", {x}, {{"frame_name", "f"}});
          const Edge c = b.Op("c", "Enter", {a}, {{"frame_name", "g"}});
          b.Output("y", b.Op("y", "Exit", {b.Op("d", "Enter", {c}, {{"frame_name", "f"}})}));
        })
            .starts_with("E_"));
  CHECK(message([](ModelBuilder& b, Edge x) {
          b.Output("y", b.Op("y", "Enter", {x, x}, {{"frame_name", 3}}));
        }).starts_with("E_"));
}

}  // namespace
}  // namespace tfwasm
