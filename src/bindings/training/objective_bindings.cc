// SPDX-License-Identifier: Apache-2.0
// Losses and metrics. They are JSON texts: a name, or {class_name, config}.
#include <emscripten/bind.h>

#include <string>

#include "bindings/boundary.h"
#include "bindings/training/builder_scope.h"
#include "bindings/training/specs.h"
#include "training/metrics.h"

namespace tfwasm {

namespace {

using emscripten::val;

std::vector<Operand> Call(std::string_view what, const Json& json, std::vector<Operand> given) {
  given.resize(4);
  if (what == "loss") {
    const LossValues values = ValuesOfLoss(json, given[0], given[1]);
    return {values.values, values.mask};
  }
  if (what == "reduce") return {ReduceLoss(*json.AsString(), given[0], given[1], given[2])};
  if (what == "values") return {ValuesOfMetric(json, given[0], given[1])};
  const MadeMetric made = MakeMetric(json);
  if (what == "result") return {made.metric->Result(given[0])};
  const Operand batch = made.metric->Batch(given[1], given[2], given[3]);
  return {given[0].empty() ? batch : given[0] + batch};
}

val CallObjective(val what, val objective, val values) {
  return Guard([&] {
    return InBuilderScope([&](BuilderScope& scope) {
      const std::string text = TextFromJs(objective);
      const JsonDocument document = ParseJson(text, "a loss or metric");
      return HandlesOf(scope, Call(TextFromJs(what), document.root(), OperandsOf(scope, values)));
    });
  });
}

val DescribeLoss(val name) {
  return Guard([&] {
    const std::string text = TextFromJs(name);
    const LossDef* def = FindLoss(text);
    if (def == nullptr) Throw(Code::kLayer, "unknown loss '", text, "'");
    return TextToJs(def->name);
  });
}

val DescribeMetric(val metric, val prediction) {
  return Guard([&] {
    const std::string text = TextFromJs(metric);
    const JsonDocument document = ParseJson(text, "a metric");
    const MadeMetric made = MakeMetric(document.root());
    const Shape state = made.metric->StateShape(SizesFromJs(prediction));
    return TextToJs(StrCat("[\"", made.class_name, "\",", made.metric->is_mean() ? "true" : "false",
                           ",", state, "]"));
  });
}

}  // namespace

EMSCRIPTEN_BINDINGS(objectives) {
  emscripten::function("callObjective", &CallObjective);
  emscripten::function("describeLoss", &DescribeLoss);
  emscripten::function("describeMetric", &DescribeMetric);
}

}  // namespace tfwasm
