// SPDX-License-Identifier: Apache-2.0
// Runs layers from their configs, at once and as programs.
//
//   TestLayer dense("Dense", R"({"units": 1})");
//   ExpectTensor(dense.Call({.inputs = {F32({1, 2}, {1, 2})},
//                            .weights = {F32({2, 1}, {3, 4}), F32({1}, {5})}}).output(),
//                F32({1, 1}, {16}));
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "autodiff/gradient_check.h"
#include "executor/model_state.h"
#include "executor/program.h"
#include "layers/layer.h"
#include "ops/graph_builder.h"
#include "tensor_test.h"
#include "thrown_error.h"

namespace tfwasm {

namespace layer_testing_internal {

inline void Append(const Json& json, std::vector<int64_t>& dims, size_t depth,
                   std::vector<float>& values) {
  const Json::Array* list = json.AsArray();
  if (list == nullptr) {
    const bool* flag = json.AsBool();
    values.push_back(flag != nullptr ? static_cast<float>(*flag)
                                     : static_cast<float>(json.AsDouble().value()));
    return;
  }
  if (depth == dims.size()) dims.push_back(static_cast<int64_t>(list->size()));
  REQUIRE(dims[depth] == static_cast<int64_t>(list->size()));
  for (const Json& element : *list) Append(element, dims, depth + 1, values);
}

}  // namespace layer_testing_internal

// A tensor of float32 from nested lists, such as "[[1, 2], [3, 4]]".
inline Tensor FromJson(std::string_view text) {
  const JsonDocument document = ParseJson(text, "a tensor");
  std::vector<int64_t> dims;
  std::vector<float> values;
  layer_testing_internal::Append(document.root(), dims, 0, values);
  return F32(Shape(std::span<const int64_t>(dims)), values);
}

struct LayerArguments {
  std::vector<Tensor> inputs = {};
  std::vector<Tensor> weights = {};
  std::vector<Tensor> masks = {};  // by input; empty tensors for none
  bool training = false;
  std::string_view arguments = "{}";
  bool is_random = false;  // two calls differ
};

struct LayerResults {
  std::vector<Tensor> outputs = {};
  std::vector<Tensor> masks = {};      // empty tensors for none
  std::map<int, Tensor> updates = {};  // by weight
  std::vector<Tensor> losses = {};

  const Tensor& output(size_t i = 0) const { return outputs.at(i); }
  const Tensor& mask() const { return masks.at(0); }
  bool has_mask() const { return !masks.empty() && !masks[0].empty(); }
};

class TestLayer {
 public:
  explicit TestLayer(std::string_view class_name, std::string_view config = "{}",
                     Generation generation = Generation::kKeras3)
      : def_(FindLayer(class_name)) {
    REQUIRE_MESSAGE(def_ != nullptr, "no layer ", std::string(class_name));
    const JsonDocument document = ParseJson(config, "a config");
    LayerConfig reader(document.root(), generation);
    layer_ = def_->make(reader);
    config_ = reader.values();
    unknown_ = reader.UnknownKeys();
  }

  // With defaults, as JSON.
  std::string config() const { return WriteJson(config_); }
  const std::vector<std::string>& unknown_keys() const { return unknown_; }

  // The weights for inputs of these specs.
  std::vector<LayerWeight> Build(const std::vector<TensorSpec>& inputs) const {
    BuildContext context(inputs);
    layer_->Build(context);
    return context.weights();
  }

  std::vector<TensorSpec> InferOutputs(const std::vector<TensorSpec>& inputs) const {
    return tfwasm::InferOutputs(*def_, *layer_, inputs, Build(inputs));
  }

  // Checks the shapes of the weights, calls the layer at once, and expects the same results from a
  // program.
  LayerResults Call(const LayerArguments& arguments) const {
    CheckWeights(arguments);
    Trace trace;
    LayerCall call = CallOn(trace, arguments, [&](const Tensor& t) { return trace.Const(t); });
    std::vector<Tensor> tensors;
    for (const Operand& result : ResultsOf(call)) tensors.push_back(trace.tensor(result.edge()));
    if (!arguments.is_random) {
      const std::vector<Tensor> others = RunProgram(arguments);
      REQUIRE(others.size() == tensors.size());
      for (size_t i = 0; i < tensors.size(); ++i) ExpectTensor(others[i], tensors[i], 1e-4f);
    }
    return Sorted(call, tensors);
  }

  // The graph of a call. Its inputs are those of the layer; weights and masks are constants.
  Graph GraphOf(const LayerArguments& arguments) const {
    Graph graph;
    GraphBuilder builder(graph);
    size_t count = 0;
    const LayerCall call = CallOn(builder, arguments, [&](const Tensor& tensor) {
      if (count++ >= arguments.inputs.size()) return builder.Const(tensor);
      const Operand input = builder.Placeholder(SpecOf(tensor));
      graph.inputs.push_back({StrCat("input_", count), input.edge()});
      return input;
    });
    for (const Operand& result : ResultsOf(call)) {
      graph.outputs.push_back({StrCat("output_", graph.outputs.size()), result.edge()});
    }
    return graph;
  }

  // Compares the gradients of the first output in all inputs and weights with finite differences.
  void ExpectLayerGradients(const LayerArguments& arguments,
                            const GradientCheck& check = {}) const {
    ExpectGradients(FunctionOf(arguments), VariablesOf(arguments), check);
  }

  // The gradients in all inputs and weights, for a gradient of the first output.
  std::vector<Tensor> GradientsOf(const LayerArguments& arguments, const Tensor& upstream) const {
    return tfwasm::GradientsOf(FunctionOf(arguments), VariablesOf(arguments), upstream);
  }

 private:
  static std::vector<Tensor> VariablesOf(const LayerArguments& arguments) {
    std::vector<Tensor> variables = arguments.inputs;
    variables.insert(variables.end(), arguments.weights.begin(), arguments.weights.end());
    return variables;
  }

  // From the variables to the first output.
  GradientFunction FunctionOf(const LayerArguments& arguments) const {
    return [this, &arguments](const std::vector<Operand>& operands) {
      Builder& builder = operands[0].builder();
      size_t next = 0;
      const LayerCall call = CallOn(builder, arguments, [&](const Tensor& tensor) {
        return next < operands.size() ? operands[next++] : builder.Const(tensor);
      });
      return call.outputs[0];
    };
  }

  // `operand_of` is called for the inputs, then the weights, then the masks.
  template <typename F>
  LayerCall CallOn(Builder& builder, const LayerArguments& arguments, F operand_of) const {
    const JsonDocument document = ParseJson(arguments.arguments, "arguments");
    LayerCall call{.training = arguments.training, .arguments = ToValue(document.root())};
    for (const Tensor& tensor : arguments.inputs) call.inputs.push_back(operand_of(tensor));
    for (const Tensor& tensor : arguments.weights) call.weights.push_back(operand_of(tensor));
    for (const Tensor& tensor : arguments.masks) {
      call.masks.push_back(tensor.empty() ? Operand() : operand_of(tensor));
    }
    CallLayer(*def_, *layer_, builder, call);
    return call;
  }

  static std::vector<Operand> ResultsOf(const LayerCall& call) {
    std::vector<Operand> results = call.outputs;
    for (const Operand& mask : call.output_masks) {
      if (!mask.empty()) results.push_back(mask);
    }
    for (const auto& [weight, value] : call.updates) results.push_back(value);
    results.insert(results.end(), call.losses.begin(), call.losses.end());
    return results;
  }

  static LayerResults Sorted(const LayerCall& call, const std::vector<Tensor>& tensors) {
    LayerResults results;
    size_t next = 0;
    for (size_t i = 0; i < call.outputs.size(); ++i) results.outputs.push_back(tensors[next++]);
    for (const Operand& mask : call.output_masks) {
      results.masks.push_back(mask.empty() ? Tensor() : tensors[next++]);
    }
    for (const auto& [weight, value] : call.updates) results.updates[weight] = tensors[next++];
    while (next < tensors.size()) results.losses.push_back(tensors[next++]);
    return results;
  }

  void CheckWeights(const LayerArguments& arguments) const {
    std::vector<TensorSpec> specs;
    for (const Tensor& input : arguments.inputs) specs.push_back(SpecOf(input));
    const std::vector<LayerWeight> weights = Build(specs);
    REQUIRE(weights.size() == arguments.weights.size());
    for (size_t i = 0; i < weights.size(); ++i) {
      CHECK(weights[i].tensor.shape.ToString() == arguments.weights[i].shape().ToString());
      CHECK(weights[i].tensor.dtype == arguments.weights[i].dtype());
    }
  }

  std::vector<Tensor> RunProgram(const LayerArguments& arguments) const {
    ModelState state;
    return Program(GraphOf(arguments), state).Run(arguments.inputs);
  }

  const LayerDef* def_;
  std::unique_ptr<Layer> layer_;
  JsonValue config_;
  std::vector<std::string> unknown_;
};

}  // namespace tfwasm
