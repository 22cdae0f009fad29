// SPDX-License-Identifier: Apache-2.0
// The definition of a layer. One file under src/layers/ defines one layer or a tight family with
// TFWASM_LAYER. There is no other list of layers. Layers that contain layers are in js/layers/,
// since what they contain may be written in JavaScript.
//
//   class Scale : public Layer {
//    public:
//     explicit Scale(LayerConfig& config) : weight_(config, "scale", "ones") {}
//     void Build(BuildContext& context) override { context.AddWeight(weight_, {context.dim(-1)}); }
//     void Call(CallContext& context) override {
//       context.set_output(context.input() * context.weight(0));
//     }
//   };
//   TFWASM_LAYER kScale{.name = "Scale", .make = MakeLayer<Scale>, .mask = MaskRule::kPass};
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/name_list.h"
#include "core/registry.h"
#include "core/tensor_spec.h"
#include "layers/config.h"
#include "ops/builder.h"

namespace tfwasm {

// What a config says of a weight: keys <prefix>_initializer, <prefix>_regularizer and
// <prefix>_constraint. Kept as JSON: JavaScript applies them, since they may be written in it.
struct WeightOptions {
  WeightOptions(LayerConfig& config, std::string_view prefix, const JsonValue& initializer);

  JsonValue initializer;
  JsonValue regularizer;
  JsonValue constraint;
};

struct LayerWeight {
  std::string name;  // "kernel"
  TensorSpec tensor;
  bool trainable = true;
  JsonValue initializer = nullptr;
  JsonValue regularizer = nullptr;
  JsonValue constraint = nullptr;
};

class BuildContext {
 public:
  // Shapes may have unknown dimensions.
  explicit BuildContext(std::vector<TensorSpec> inputs) : inputs_(std::move(inputs)) {}

  int num_inputs() const { return static_cast<int>(inputs_.size()); }
  // Throws E_LAYER if there is no such input.
  const Shape& shape(int i = 0) const;
  // A dimension of an input. Throws E_SHAPE if there is no such axis, or its size is unknown.
  int64_t dim(int axis, int i = 0) const;

  // Returns the index for CallContext::weight.
  int AddWeight(LayerWeight spec);
  int AddWeight(std::string_view name, const Shape& shape, const WeightOptions& options);

  const std::vector<LayerWeight>& weights() const { return weights_; }

 private:
  std::vector<TensorSpec> inputs_;
  std::vector<LayerWeight> weights_;
};

// The arguments and results of one call.
struct LayerCall {
  std::vector<Operand> inputs = {};
  std::vector<Operand> masks = {};  // by input; empty for none
  std::vector<Operand> weights = {};
  bool training = false;
  JsonValue arguments = JsonValue::object();  // of call(): keywords that are not tensors

  std::vector<Operand> outputs = {};
  std::vector<Operand> output_masks = {};             // by output; empty for none
  std::vector<std::pair<int, Operand>> updates = {};  // weights, and their new values
  std::vector<Operand> losses = {};                   // scalars
};

class CallContext {
 public:
  CallContext(Builder& builder, LayerCall& call) : builder_(builder), call_(call) {}

  Builder& builder() const { return builder_; }
  int num_inputs() const { return static_cast<int>(call_.inputs.size()); }
  const Operand& input(int i = 0) const { return call_.inputs[static_cast<size_t>(i)]; }
  const std::vector<Operand>& inputs() const { return call_.inputs; }
  // Empty if the input has none.
  Operand mask(int i = 0) const;
  const Operand& weight(int i) const { return call_.weights[static_cast<size_t>(i)]; }
  bool training() const { return call_.training; }
  // The tensors of a keyword argument, which are among the inputs; none if it was not given.
  std::vector<Operand> Tensors(std::string_view name) const;
  // How many inputs are not those of keyword arguments. They come first.
  int num_own_inputs() const;
  // A keyword argument that is not a tensor.
  bool Flag(std::string_view name, bool fallback) const;

  void set_output(const Operand& output) { call_.outputs = {output}; }
  void set_outputs(std::vector<Operand> outputs) { call_.outputs = std::move(outputs); }
  // For MaskRule::kOwn.
  void set_mask(const Operand& mask) { call_.output_masks = {mask}; }
  // Sets a weight after the call, such as a moving average.
  void Update(int weight, const Operand& value) { call_.updates.emplace_back(weight, value); }
  // Adds a scalar to the loss of the model.
  void AddLoss(const Operand& loss) { call_.losses.push_back(loss); }

 private:
  Builder& builder_;
  LayerCall& call_;
};

class Layer {
 public:
  virtual ~Layer() = default;
  // Declares the weights.
  virtual void Build(BuildContext& /*context*/) {}
  // Emits the layer's ops. Shapes are known. Do not let constants depend on the size of the batch
  // (BatchReshape): calls with other sizes then share one program.
  virtual void Call(CallContext& context) = 0;
  // nullopt: whatever Call emits. Override it if Call cannot be tried with arbitrary sizes.
  virtual std::optional<std::vector<TensorSpec>> OutputSpecs(
      const std::vector<TensorSpec>& /*inputs*/) const {
    return std::nullopt;
  }
  // Override it if Call needs dimensions larger than kTrialSize: multiplies the sizes to try.
  virtual int64_t trial_scale() const { return 1; }

  // The least size to try in place of an unknown dimension.
  static constexpr int64_t kTrialSize = 60;
};

enum class MaskRule : uint8_t {
  kDrop,
  kPass,  // the mask of the first input is that of all outputs
  kOwn,   // Call sets it
};

struct LayerDef {
  std::string_view name;
  NameList aliases = {};
  std::unique_ptr<Layer> (*make)(LayerConfig&) = nullptr;
  MaskRule mask = MaskRule::kDrop;
  int min_inputs = 1;
  int max_inputs = 1;  // kAnyNumber for any number
};

// LayerDef::make of a class, perhaps with further arguments: MakeLayer<Conv, 2>.
template <typename T, auto... kArguments>
std::unique_ptr<Layer> MakeLayer(LayerConfig& config) {
  return std::make_unique<T>(config, kArguments...);
}

// A layer with one input whose mask it passes on.
constexpr LayerDef PassingLayer(std::string_view name,
                                std::unique_ptr<Layer> (*make)(LayerConfig&)) {
  return {.name = name, .make = make, .mask = MaskRule::kPass};
}

// Not in an unnamed namespace.
#define TFWASM_LAYER TFWASM_REGISTER_FOR_TRAINING(layers) constexpr LayerDef

// nullptr if there is none.
const LayerDef* FindLayer(std::string_view class_name);

// Calls a layer. Applies the mask rule. Throws E_LAYER if the number of inputs is wrong.
void CallLayer(const LayerDef& def, Layer& layer, Builder& builder, LayerCall& call);

// The outputs for inputs with unknown dimensions: an output's dimension is unknown if it changes
// with them. `weights` are those of Build.
std::vector<TensorSpec> InferOutputs(const LayerDef& def, Layer& layer,
                                     const std::vector<TensorSpec>& inputs,
                                     const std::vector<LayerWeight>& weights);

// x with another shape behind the batch dimension. At most one of `dims` may be -1.
Operand BatchReshape(Operand x, std::vector<int64_t> dims);

}  // namespace tfwasm
