// SPDX-License-Identifier: Apache-2.0
#include "layers/layer.h"

#include <algorithm>

#include "core/error.h"
#include "core/str_cat.h"
#include "core/training_registry.h"
#include "layers/named.h"
#include "ops/graph_builder.h"
#include "ops/op.h"

namespace tfwasm {

TFWASM_TRAINING_REGISTRY(layers, LayerDef, AllLayers)

namespace {

// Two sizes to try in place of an unknown dimension. They are divisible by most small numbers, and
// even a volume of which no dimension is known stays below the limit for tensors.
int64_t TrialSize(const Layer& layer, int axis, int trial) {
  return (axis == 0 ? 2 : Layer::kTrialSize * layer.trial_scale()) << trial;
}

std::vector<TensorSpec> TryCall(const LayerDef& def, Layer& layer,
                                const std::vector<TensorSpec>& inputs,
                                const std::vector<LayerWeight>& weights, int trial) {
  Graph graph;
  GraphBuilder builder(graph);
  LayerCall call;
  for (TensorSpec input : inputs) {
    for (int axis = 0; axis < input.shape.rank(); ++axis) {
      if (input.shape[axis] == Shape::kUnknownDim) {
        input.shape[axis] = TrialSize(layer, axis, trial);
      }
    }
    call.inputs.push_back(builder.Placeholder(input));
  }
  for (const LayerWeight& weight : weights) {
    call.weights.push_back(builder.Placeholder(weight.tensor));
  }
  CallLayer(def, layer, builder, call);
  std::vector<TensorSpec> outputs;
  for (const Operand& output : call.outputs) outputs.push_back(builder.spec(output.edge()));
  return outputs;
}

void CheckRanks(const std::vector<TensorSpec>& inputs) {
  for (const TensorSpec& input : inputs) {
    if (!input.shape.rank_known()) Throw(Code::kShape, "the rank of an input is not known");
  }
}

}  // namespace

WeightOptions::WeightOptions(LayerConfig& config, std::string_view prefix,
                             const JsonValue& initializer)
    : initializer(config.Value(StrCat(prefix, "_initializer"), initializer)),
      regularizer(config.Value(StrCat(prefix, "_regularizer"))),
      constraint(config.Value(StrCat(prefix, "_constraint"))) {}

const Shape& BuildContext::shape(int i) const {
  if (i >= num_inputs()) {
    Throw(Code::kLayer, "expected ", i + 1, " or more inputs, got ", num_inputs());
  }
  return inputs_[static_cast<size_t>(i)].shape;
}

int64_t BuildContext::dim(int axis, int i) const {
  const Shape& shape = this->shape(i);
  const int64_t dim = shape[NormalizeAxis(axis, shape.rank())];
  if (dim == Shape::kUnknownDim) {
    Throw(Code::kShape, "dimension ", axis, " of the input must be known, got ", shape);
  }
  return dim;
}

int BuildContext::AddWeight(LayerWeight spec) {
  weights_.push_back(std::move(spec));
  return static_cast<int>(weights_.size()) - 1;
}

int BuildContext::AddWeight(std::string_view name, const Shape& shape,
                            const WeightOptions& options) {
  return AddWeight({.name = std::string(name),
                    .tensor = {DType::kFloat32, shape},
                    .initializer = options.initializer,
                    .regularizer = options.regularizer,
                    .constraint = options.constraint});
}

Operand CallContext::mask(int i) const {
  const auto index = static_cast<size_t>(i);
  return index < call_.masks.size() ? call_.masks[index] : Operand();
}

std::vector<Operand> CallContext::Tensors(std::string_view name) const {
  std::vector<Operand> tensors;
  const JsonValue* all = FindMember(call_.arguments, "tensors");
  const JsonValue* indices = all == nullptr ? nullptr : FindMember(*all, name);
  if (indices == nullptr) return tensors;
  for (const JsonValue& index : *indices) tensors.push_back(input(index.get<int>()));
  return tensors;
}

int CallContext::num_own_inputs() const {
  int count = num_inputs();
  const JsonValue* all = FindMember(call_.arguments, "tensors");
  if (all == nullptr) return count;
  for (const JsonValue& indices : *all) count -= static_cast<int>(indices.size());
  return count;
}

bool CallContext::Flag(std::string_view name, bool fallback) const {
  const JsonValue* found = FindMember(call_.arguments, name);
  return found != nullptr && found->is_boolean() ? found->get<bool>() : fallback;
}

const LayerDef* FindLayer(std::string_view class_name) {
  for (const LayerDef& def : AllLayers()) {
    if (def.name == class_name) return &def;
    for (const std::string_view alias : def.aliases) {
      if (alias == class_name) return &def;
    }
  }
  return nullptr;
}

void CallLayer(const LayerDef& def, Layer& layer, Builder& builder, LayerCall& call) {
  const auto count = static_cast<int>(call.inputs.size());
  if (count < def.min_inputs || count > def.max_inputs) {
    const std::string most =
        def.max_inputs == kAnyNumber ? " or more" : StrCat(" to ", def.max_inputs);
    Throw(Code::kLayer, "expected ", def.min_inputs, def.max_inputs == def.min_inputs ? "" : most,
          " inputs, got ", count);
  }
  CallContext context(builder, call);
  layer.Call(context);
  if (def.mask != MaskRule::kPass || call.masks.empty()) return;
  call.output_masks.assign(call.outputs.size(), call.masks[0]);
}

std::vector<TensorSpec> InferOutputs(const LayerDef& def, Layer& layer,
                                     const std::vector<TensorSpec>& inputs,
                                     const std::vector<LayerWeight>& weights) {
  CheckRanks(inputs);
  if (auto specs = layer.OutputSpecs(inputs)) return *std::move(specs);
  std::vector<TensorSpec> outputs = TryCall(def, layer, inputs, weights, 0);
  const auto is_known = [](const TensorSpec& input) { return input.shape.IsKnown(); };
  if (std::all_of(inputs.begin(), inputs.end(), is_known)) return outputs;
  const std::vector<TensorSpec> others = TryCall(def, layer, inputs, weights, 1);
  for (size_t i = 0; i < outputs.size(); ++i) {
    Shape& shape = outputs[i].shape;
    for (int axis = 0; axis < shape.rank(); ++axis) {
      if (shape[axis] != others[i].shape[axis]) shape[axis] = Shape::kUnknownDim;
    }
  }
  return outputs;
}

Operand BatchReshape(Operand x, std::vector<int64_t> dims) {
  Builder& builder = x.builder();
  const bool has_free = std::find(dims.begin(), dims.end(), -1) != dims.end();
  // With both free, the batch must be given.
  dims.insert(dims.begin(), has_free || x.shape().NumElements() == 0 ? x.shape()[0] : -1);
  if (has_free) {
    int64_t known = 1;
    for (const int64_t dim : dims) known *= dim == -1 ? 1 : dim;
    const int64_t size = x.shape().NumElements();
    if (known == 0 || size % known != 0) {
      Throw(Code::kShape, "cannot reshape ", x.shape(), " to ", Shape(dims));
    }
    std::replace(dims.begin() + 1, dims.end(), int64_t{-1}, size / known);
    if (size != 0) dims[0] = -1;
  }
  return builder.Emit("Reshape", {x, builder.Ints(dims)});
}

}  // namespace tfwasm
