// SPDX-License-Identifier: Apache-2.0
// Losses. They are JSON texts: a name, or {class_name, config}.
#include <emscripten/bind.h>

#include <string>

#include "bindings/boundary.h"
#include "bindings/training/builder_scope.h"
#include "training/losses.h"

namespace tfwasm {

namespace {

using emscripten::val;

// [values, mask]
val LossValuesOf(val loss, Handle truth, Handle prediction) {
  return Guard([&] {
    return InBuilderScope([&](BuilderScope& scope) {
      const std::string text = TextFromJs(loss);
      const JsonDocument document = ParseJson(text, "a loss");
      const LossValues values =
          ValuesOfLoss(document.root(), scope.OperandOf(truth), scope.OperandOf(prediction));
      return HandlesOf(scope, {values.values, values.mask});
    });
  });
}

Handle ReduceLossOf(val reduction, val values) {
  return Guard([&] {
    return InBuilderScope([&](BuilderScope& scope) {
      const std::vector<Operand> operands = OperandsOf(scope, values);
      return scope.HandleOf(
          ReduceLoss(TextFromJs(reduction), operands.at(0), operands.at(1), operands.at(2)));
    });
  });
}

val LossClass(val name) {
  return Guard([&] {
    const std::string text = TextFromJs(name);
    const LossDef* def = FindLoss(text);
    if (def == nullptr) Throw(Code::kLayer, "unknown loss '", text, "'");
    return TextToJs(def->name);
  });
}

}  // namespace

EMSCRIPTEN_BINDINGS(losses) {
  emscripten::function("lossValues", &LossValuesOf);
  emscripten::function("reduceLoss", &ReduceLossOf);
  emscripten::function("lossClass", &LossClass);
  emscripten::function(
      "lossNames", +[] {
        return Guard([] {
          const JsonValue names = RegisteredLosses();
          return TextToJs(WriteJson(names));
        });
      });
}

}  // namespace tfwasm
