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
#include "kernels/random_sequence.h"
#include "layers/constraints.h"
#include "layers/initializers.h"
#include "layers/layer.h"
#include "layers/regularizers.h"

namespace tfwasm {

namespace {

using emscripten::val;

// What JavaScript's layers with equal configs share.
struct HeldLayer {
  const LayerDef* def;
  std::unique_ptr<Layer> layer;
  size_t num_weights = 0;
};

HandleTable<HeldLayer>& Layers() {
  static auto* layers = new HandleTable<HeldLayer>("layer");
  return *layers;
}

Generation GenerationOf(int generation) {
  return generation == 3 ? Generation::kKeras3 : Generation::kKeras2;
}

// {layer, config, unknown, isShared}: the handle, the config with defaults, the keys that the layer
// ignores, whether another layer with this config may use it. Layers that draw random numbers may
// not.
val CreateLayer(val class_name, val config, int generation) {
  return Guard([&] {
    const std::string name = TextFromJs(class_name);
    const LayerDef* def = FindLayer(name);
    if (def == nullptr) Throw(Code::kLayer, "unknown layer ", name);
    const std::string text = TextFromJs(config);
    const JsonDocument document = ParseJson(text, "the config of a layer");
    LayerConfig reader(document.root(), GenerationOf(generation));
    const int64_t last_sequence = RandomSequence::last_id();
    std::unique_ptr<Layer> layer = def->make(reader);
    JsonValue unknown = reader.UnknownKeys();
    val result = val::object();
    result.set("config", TextToJs(WriteJson(reader.values())));
    result.set("unknown", TextToJs(WriteJson(unknown)));
    result.set("isShared", RandomSequence::last_id() == last_sequence);
    result.set("layer", Layers().Add({.def = def, .layer = std::move(layer)}));
    return result;
  });
}

void DisposeLayer(Handle layer) {
  Guard([&] { Layers().Remove(layer); });
}

std::vector<LayerWeight> WeightsFor(HeldLayer& held, const val& inputs) {
  BuildContext context(SpecsFromJs(inputs));
  held.layer->Build(context);
  held.num_weights = context.weights().size();
  return context.weights();
}

val BuildLayer(Handle handle, val inputs) {
  return Guard([&] {
    JsonValue weights = JsonValue::array();
    for (const LayerWeight& weight : WeightsFor(Layers().Get(handle), inputs)) {
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

// For weights that were made for inputs like `built_for`.
val LayerOutputs(Handle handle, val built_for, val inputs) {
  return Guard([&] {
    HeldLayer& held = Layers().Get(handle);
    JsonValue outputs = JsonValue::array();
    for (const TensorSpec& spec :
         InferOutputs(*held.def, *held.layer, SpecsFromJs(inputs), WeightsFor(held, built_for))) {
      outputs.push_back(ToJson(spec));
    }
    return TextToJs(WriteJson(outputs));
  });
}

val Call(Handle handle, val inputs, val masks, val weights, bool training, val arguments) {
  return Guard([&] {
    return InBuilderScope([&](BuilderScope& scope) {
      const HeldLayer& held = Layers().Get(handle);
      if (weights["length"].as<size_t>() < held.num_weights) {
        Throw(Code::kInternal, "a layer with ", held.num_weights, " weights was given fewer");
      }
      LayerCall call{.inputs = OperandsOf(scope, inputs),
                     .masks = OperandsOf(scope, masks),
                     .weights = OperandsOf(scope, weights),
                     .training = training};
      if (const std::string text = TextFromJs(arguments); !text.empty()) {
        call.arguments = ToValue(ParseJson(text, "the arguments of a layer").root());
      }
      CallLayer(*held.def, *held.layer, scope.builder(), call);
      std::vector<int> updated;
      std::vector<Operand> updates;
      for (const auto& [weight, value] : call.updates) {
        updated.push_back(weight);
        updates.push_back(value);
      }
      val result = val::object();
      const auto set = [&](const char* name, const std::vector<Operand>& operands) {
        if (!operands.empty()) result.set(name, HandlesOf(scope, operands));
      };
      set("outputs", call.outputs);
      set("masks", call.output_masks);
      if (!updated.empty()) result.set("updated", val::array(updated));
      set("updates", updates);
      set("losses", call.losses);
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
