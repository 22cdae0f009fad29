// SPDX-License-Identifier: Apache-2.0
// Layers, and the functions that their configs name.
#include <emscripten/bind.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bindings/boundary.h"
#include "bindings/training/builder_scope.h"
#include "bindings/training/specs.h"
#include "layers/constraints.h"
#include "layers/initializers.h"
#include "layers/layer.h"
#include "layers/regularizers.h"

namespace tfwasm {

namespace {

using emscripten::val;

struct HeldLayer {
  const LayerDef* def;
  std::unique_ptr<Layer> layer;
  std::vector<LayerWeight> weights;
};

HandleTable<HeldLayer>& Layers() {
  static auto* layers = new HandleTable<HeldLayer>("layer");
  return *layers;
}

Generation GenerationOf(int generation) {
  return generation == 3 ? Generation::kKeras3 : Generation::kKeras2;
}

// {layer, config, unknown}: the handle, the config with defaults, the keys that the layer ignores.
val CreateLayer(val class_name, val config, int generation) {
  return Guard([&] {
    const std::string name = TextFromJs(class_name);
    const LayerDef* def = FindLayer(name);
    if (def == nullptr) Throw(Code::kLayer, "unknown layer ", name);
    const std::string text = TextFromJs(config);
    const JsonDocument document = ParseJson(text, "the config of a layer");
    LayerConfig reader(document.root(), GenerationOf(generation));
    std::unique_ptr<Layer> layer = def->make(reader);
    JsonValue unknown = reader.UnknownKeys();
    val result = val::object();
    result.set("config", TextToJs(WriteJson(reader.values())));
    result.set("unknown", TextToJs(WriteJson(unknown)));
    result.set("layer", Layers().Add({.def = def, .layer = std::move(layer), .weights = {}}));
    return result;
  });
}

void DisposeLayer(Handle layer) {
  Guard([&] { Layers().Remove(layer); });
}

val BuildLayer(Handle handle, val inputs) {
  return Guard([&] {
    HeldLayer& held = Layers().Get(handle);
    BuildContext context(SpecsFromJs(inputs));
    held.layer->Build(context);
    held.weights = context.weights();
    JsonValue weights = JsonValue::array();
    for (const LayerWeight& weight : held.weights) {
      JsonValue json = JsonValue::object();
      json["name"] = weight.name;
      json["tensor"] = ToJson(weight.tensor);
      json["trainable"] = weight.trainable;
      json["initializer"] = weight.initializer;
      json["regularizer"] = weight.regularizer;
      json["constraint"] = weight.constraint;
      weights.push_back(std::move(json));
    }
    return TextToJs(WriteJson(weights));
  });
}

val LayerOutputs(Handle handle, val inputs) {
  return Guard([&] {
    HeldLayer& held = Layers().Get(handle);
    JsonValue outputs = JsonValue::array();
    for (const TensorSpec& spec :
         InferOutputs(*held.def, *held.layer, SpecsFromJs(inputs), held.weights)) {
      outputs.push_back(ToJson(spec));
    }
    return TextToJs(WriteJson(outputs));
  });
}

val Call(Handle handle, val inputs, val masks, val weights, bool training, val arguments) {
  return Guard([&] {
    return InBuilderScope([&](BuilderScope& scope) {
      const HeldLayer& held = Layers().Get(handle);
      if (held.weights.size() != weights["length"].as<size_t>()) {
        Throw(Code::kInternal, "a layer with ", held.weights.size(), " weights was given others");
      }
      const std::string text = TextFromJs(arguments);
      const JsonDocument document = ParseJson(text, "the arguments of a layer");
      LayerCall call{.inputs = OperandsOf(scope, inputs),
                     .masks = OperandsOf(scope, masks),
                     .weights = OperandsOf(scope, weights),
                     .training = training,
                     .arguments = ToValue(document.root())};
      CallLayer(*held.def, *held.layer, scope.builder(), call);
      std::vector<int> updated;
      std::vector<Operand> updates;
      for (const auto& [weight, value] : call.updates) {
        updated.push_back(weight);
        updates.push_back(value);
      }
      val result = val::object();
      result.set("outputs", HandlesOf(scope, call.outputs));
      result.set("masks", HandlesOf(scope, call.output_masks));
      result.set("updated", val::array(updated));
      result.set("updates", HandlesOf(scope, updates));
      result.set("losses", HandlesOf(scope, call.losses));
      return result;
    });
  });
}

Handle InitializeWeight(val initializer, int generation, int dtype, val shape, double seed) {
  return Guard([&] {
    const std::string text = TextFromJs(initializer);
    const JsonDocument document = ParseJson(text, "an initializer");
    const TensorSpec spec{static_cast<DType>(dtype), ShapeFromJs(shape)};
    return AddTensor(Initialize(document.root(), GenerationOf(generation), spec,
                                Philox(static_cast<uint64_t>(seed))));
  });
}

// Applies a function that a JSON text describes.
template <typename F>
Handle ApplyDescribed(const val& description, Handle x, F apply) {
  return Guard([&] {
    return InBuilderScope([&](BuilderScope& scope) {
      const std::string text = TextFromJs(description);
      const JsonDocument document = ParseJson(text, "the description of a function");
      return scope.HandleOf(apply(document.root(), scope.OperandOf(x)));
    });
  });
}

Handle ApplyRegularizerTo(val regularizer, Handle x) {
  return ApplyDescribed(regularizer, x, ApplyRegularizer);
}

Handle ApplyConstraintTo(val constraint, Handle x) {
  return ApplyDescribed(constraint, x, ApplyConstraint);
}

}  // namespace

EMSCRIPTEN_BINDINGS(layers) {
  emscripten::function("createLayer", &CreateLayer);
  emscripten::function("disposeLayer", &DisposeLayer);
  emscripten::function("buildLayer", &BuildLayer);
  emscripten::function("layerOutputs", &LayerOutputs);
  emscripten::function("callLayer", &Call);
  emscripten::function("initializeWeight", &InitializeWeight);
  emscripten::function("applyRegularizer", &ApplyRegularizerTo);
  emscripten::function("applyConstraint", &ApplyConstraintTo);
}

}  // namespace tfwasm
