// SPDX-License-Identifier: Apache-2.0
// Recurrent layers in graphs: next to other ops, with several batch sizes, and in training steps.
#include <doctest/doctest.h>

#include "autodiff/backward.h"
#include "executor/model_builder.h"
#include "executor/program.h"
#include "ops/graph_builder.h"
#include "ops/recurrent_reference.h"

namespace tfwasm {
namespace {

const std::vector<std::string> kOps = {"_LstmSequence", "_GruSequence", "_SimpleRnnSequence"};

constexpr int64_t kUnits = 5;

// x W + b, relu in place, a recurrent layer, relu of its sequence, and the last state times V.
struct Layer {
  explicit Layer(const std::string& op) : c{.op = op, .units = kUnits} {
    TestRandom random(1);
    const int64_t row = c.Row();
    w = random.Floats({4, row});
    bias = random.Floats({row});
    recurrent = random.Floats({kUnits, row});
    v = random.Floats({kUnits, 3});
  }

  // The results for x [batch, steps, 4], op by op.
  std::vector<Tensor> Expected(const Tensor& x) const {
    const auto one = [](std::string_view op, const std::vector<Tensor>& inputs) {
      return RunOpOnce(op, {}, inputs)[0];
    };
    const Tensor z = one("Relu", {one("BiasAdd", {one("MatMul", {x, w}), bias})});
    const Tensor zeros = MakeF32({x.shape()[0], kUnits}, [](size_t) { return 0; });
    std::vector<Tensor> inputs{z, recurrent, zeros};
    if (c.IsLstm()) inputs.push_back(zeros);
    const std::vector<Tensor> outputs = RunOpOnce(c.op, c.Attrs(), inputs);
    return {one("Relu", {outputs[0]}), one("MatMul", {outputs[1], v})};
  }

  void Build(ModelBuilder& b) const {
    const Edge x = b.Input("x");
    const Edge product = b.Op("product", "MatMul", {x, b.Const("w", w)});
    const Edge z = b.Op("relu", "Relu", {b.Op("sum", "BiasAdd", {product, b.Const("b", bias)})});
    const Edge zeros = b.Input("zeros");
    std::vector<Edge> inputs{z, b.Const("recurrent", recurrent), zeros};
    if (c.IsLstm()) inputs.push_back(zeros);
    const NodeId layer = b.Op("layer", c.op, inputs, c.Attrs()).node;
    b.Output("sequence", b.Op("y", "Relu", {{.node = layer, .output = 0}}));
    b.Output("last", b.Op("last", "MatMul", {{.node = layer, .output = 1}, b.Const("v", v)}));
  }

  RecurrentCase c;
  Tensor w;
  Tensor bias;
  Tensor recurrent;
  Tensor v;
};

TEST_CASE("recurrent layers in graphs: several batch sizes and lengths") {
  for (const std::string& op : kOps) {
    CAPTURE(op);
    const Layer layer(op);
    ModelBuilder b;
    layer.Build(b);
    Session session(std::move(b.model));
    uint32_t seed = 0;
    for (const Shape& shape :
         {Shape{2, 3, 4}, {7, 3, 4}, {2, 3, 4}, {1, 9, 4}, {0, 3, 4}, {2, 0, 4}, {7, 3, 4}}) {
      CAPTURE(shape.ToString());
      const Tensor x = TestRandom(++seed).Floats(shape);
      const Tensor zeros = MakeF32({shape[0], kUnits}, [](size_t) { return 0; });
      const std::vector<Tensor> actual =
          RunSession(session, {"x", "zeros"}, {x, zeros}, {"sequence", "last"});
      const std::vector<Tensor> expected = layer.Expected(x);
      ExpectTensor(actual[0], expected[0], 1e-5f);
      ExpectTensor(actual[1], expected[1], 1e-5f);
    }
  }
}

// A graph whose feeds are the inputs of a layer.
class LayerGraph {
 public:
  explicit LayerGraph(const RecurrentCase& c) : builder(graph) {
    TestRandom random(2);
    feeds = c.Inputs(random);
    for (const Tensor& feed : feeds) {
      operands.push_back(builder.Placeholder({feed.dtype(), feed.shape()}));
      graph.inputs.push_back({StrCat("feed_", operands.size()), operands.back().edge()});
    }
    outputs = builder.EmitAll(c.op, operands, TestNode("", c.Attrs()).attrs);
  }

  void Fetch(Operand value) {
    graph.outputs.push_back({StrCat("output_", graph.outputs.size()), value.edge()});
  }

  Graph graph;
  GraphBuilder builder;
  std::vector<Tensor> feeds;
  std::vector<Operand> operands;
  std::vector<Operand> outputs;
};

// The gradient may overwrite the gates, unless they are wanted, too.
TEST_CASE("recurrent layers in graphs: outputs, what is kept, and gradients at once") {
  for (const std::string& op : kOps) {
    CAPTURE(op);
    std::vector<Tensor> all[2];
    for (const bool fetches_gates : {false, true}) {
      const RecurrentCase c{.op = op, .has_dropout = true, .keep_gates = true};
      LayerGraph layer(c);
      Backward backward(layer.builder, layer.graph,
                        {{layer.outputs[0] * layer.outputs[0], {}}, {layer.outputs[1], {}}},
                        layer.operands);
      backward.Run();
      for (size_t i = 0; i < layer.operands.size(); ++i) layer.Fetch(backward.GradientOf(i));
      const size_t gradients = layer.operands.size();
      if (fetches_gates) {
        for (const Operand& output : layer.outputs) layer.Fetch(output);
      }
      ModelState state;
      Program program(std::move(layer.graph), state);
      std::vector<Tensor> results = program.Run(layer.feeds);
      if (fetches_gates) {
        const std::vector<Tensor> expected = RunOpOnce(op, c.Attrs(), layer.feeds);
        for (size_t i = 0; i < expected.size(); ++i) {
          ExpectTensor(results[gradients + i], expected[i], 1e-6f);
        }
      }
      results.resize(gradients);
      all[fetches_gates ? 1 : 0] = results;
    }
    ExpectOutputs(all[1], all[0], 0);
  }
}

TEST_CASE("recurrent layers in graphs: the gradient without what is kept is the same") {
  for (const std::string& op : kOps) {
    CAPTURE(op);
    std::vector<Tensor> all[2];
    for (const bool keep_gates : {false, true}) {
      LayerGraph layer({.op = op, .has_mask = true, .keep_gates = keep_gates});
      std::vector<Operand> xs;
      for (const Operand& operand : layer.operands) {
        if (operand.dtype() == DType::kFloat32) xs.push_back(operand);
      }
      Backward backward(layer.builder, layer.graph, {{layer.outputs[0], {}}}, xs);
      backward.Run();
      for (size_t i = 0; i < xs.size(); ++i) layer.Fetch(backward.GradientOf(i));
      ModelState state;
      Program program(std::move(layer.graph), state);
      all[keep_gates ? 1 : 0] = program.Run(layer.feeds);
    }
    ExpectOutputs(all[1], all[0], 0);
  }
}

TEST_CASE("recurrent layers in graphs: training steps update the recurrent kernel in place") {
  for (const std::string& op : kOps) {
    CAPTURE(op);
    LayerGraph layer({.op = op, .keep_gates = true});
    const Operand difference = layer.outputs[1] - 0.25f;
    const Operand loss = Sum(difference * difference, {0, 1}, /*keep_dims=*/false);
    Backward backward(layer.builder, layer.graph, {{loss, {}}}, {layer.operands[1]});
    backward.Run();
    layer.Fetch(loss);
    layer.graph.updates.push_back({.input = 1, .output = 1});
    layer.Fetch(layer.operands[1] - 0.1f * backward.GradientOf(0));
    ModelState state;
    Program program(std::move(layer.graph), state);
    std::vector<Tensor> feeds = layer.feeds;
    float first = 0;
    float before = kInf;
    for (int step = 0; step < 20; ++step) {
      const float now = program.RunAndUpdate(feeds)[0].values<float>()[0];
      CHECK(now < before);
      if (step == 0) first = now;
      before = now;
    }
    CHECK(before < 0.98f * first);
  }
}

TEST_CASE("recurrent layers in graphs: refuses gradients of gradients and of what is kept") {
  for (const std::string& op : kOps) {
    const RecurrentCase c{.op = op, .keep_gates = true};
    {
      LayerGraph layer(c);
      Backward first(layer.builder, layer.graph, {{layer.outputs[0], {}}}, {layer.operands[0]});
      first.Run();
      const std::string error = ErrorOf([&] {
        Backward second(layer.builder, layer.graph, {{first.GradientOf(0), {}}},
                        {layer.operands[0]});
      });
      CHECK(error.starts_with(StrCat("E_OP there is no gradient of the op ", op, "Grad")));
    }
    LayerGraph layer(c);
    Backward backward(layer.builder, layer.graph, {{layer.outputs.back(), {}}},
                      {layer.operands[0]});
    ExpectError(Code::kOp, [&] { backward.Run(); });
  }
}

}  // namespace
}  // namespace tfwasm
