// SPDX-License-Identifier: Apache-2.0
// Builds small models for tests of the executor: a graph, library functions, TensorFlow 1 loops.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "executor/session.h"
#include "ops/op_test.h"
#include "thrown_error.h"

namespace tfwasm {

class BodyBuilder {
 public:
  explicit BodyBuilder(Graph& graph) : graph_(graph) {}

  Edge Input(const std::string& name) {
    const Edge edge{.node = graph_.Add({.name = name, .op = "Placeholder"})};
    graph_.inputs.push_back({name, edge});
    return edge;
  }
  Edge Const(const std::string& name, const Tensor& value) {
    return {.node = graph_.AddConst(name, value)};
  }
  Edge Op(const std::string& name, const std::string& op, std::vector<Edge> inputs,
          const TestAttrs& attrs = {}, std::vector<NodeId> controls = {}) {
    Node node = TestNode(op, attrs);
    node.name = name;
    node.inputs = std::move(inputs);
    node.control_inputs = std::move(controls);
    return {.node = graph_.Add(std::move(node))};
  }
  void Output(const std::string& name, Edge edge) { graph_.outputs.push_back({name, edge}); }
  Graph& graph() { return graph_; }

  // Starts a loop variable of the frame: Enter and Merge. Finish adds the back edge.
  Edge LoopVariable(const std::string& name, const std::string& frame, Edge initial) {
    const Edge enter = Op(name + "/enter", "Enter", {initial}, {{"frame_name", frame.c_str()}});
    return Op(name + "/merge", "Merge", {enter, enter});
  }
  // Returns the variable inside the body, through a Switch named `name`/switch.
  Edge Guard(const std::string& name, Edge variable, Edge condition) {
    return {.node = Op(name + "/switch", "Switch", {variable, condition}).node, .output = 1};
  }
  // Returns the value after the loop.
  Edge Finish(const std::string& name, Edge variable, Edge next) {
    const Edge following = Op(name + "/next", "NextIteration", {next});
    graph_.node(variable.node).inputs[1] = following;
    const NodeId guard = graph_.Find(name + "/switch");
    return Op(name + "/exit", "Exit", {{.node = guard, .output = 0}});
  }

 private:
  Graph& graph_;
};

inline AttrValue FunctionAttr(const std::string& name) { return FunctionRef{name}; }
inline AttrValue TypesAttr(size_t count, DType dtype = DType::kFloat32) {
  return std::vector<DType>(count, dtype);
}

class ModelBuilder : public BodyBuilder {
 public:
  ModelBuilder() : BodyBuilder(model.graph) {}

  // write(BodyBuilder&)
  template <typename F>
  void Function(const std::string& name, F write) {
    auto& function = model.functions[name];
    function.prefix = name + "/";
    BodyBuilder body(function.body);
    write(body);
  }

  ModelDef model;
};

inline std::vector<Tensor> RunSession(Session& session, const std::vector<std::string>& feeds,
                                      const std::vector<Tensor>& values,
                                      const std::vector<std::string>& fetches) {
  return session.Run(session.Compile(feeds, fetches), values);
}

}  // namespace tfwasm
