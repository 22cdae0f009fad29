// SPDX-License-Identifier: Apache-2.0
// Metrics. They are JSON texts: a name, or {class_name, config}.
#include <emscripten/bind.h>

#include <string>

#include "bindings/boundary.h"
#include "bindings/training/builder_scope.h"
#include "training/metrics.h"

namespace tfwasm {

namespace {

using emscripten::val;

// Calls `f` with a metric and operands, which may be empty.
template <typename F>
Handle WithMetric(const val& metric, const val& handles, F f) {
  return Guard([&] {
    return InBuilderScope([&](BuilderScope& scope) {
      const std::string text = TextFromJs(metric);
      const JsonDocument document = ParseJson(text, "a metric");
      return scope.HandleOf(f(document.root(), OperandsOf(scope, handles)));
    });
  });
}

val MetricInfo(val metric, val prediction) {
  return Guard([&] {
    const std::string text = TextFromJs(metric);
    const JsonDocument document = ParseJson(text, "a metric");
    const MadeMetric made = MakeMetric(document.root());
    const auto dims = emscripten::convertJSArrayToNumberVector<double>(prediction);
    const std::vector<int64_t> sizes(dims.begin(), dims.end());
    const Shape shape = made.metric->StateShape(Shape(std::span<const int64_t>(sizes)));
    val info = val::object();
    info.set("className", TextToJs(made.class_name));
    info.set("isMean", made.metric->is_mean());
    info.set("state", val::array(std::vector<double>(shape.begin(), shape.end())));
    return info;
  });
}

Handle UpdateMetric(val metric, val handles) {
  return WithMetric(metric, handles, [](const Json& json, const std::vector<Operand>& given) {
    const Operand batch = MakeMetric(json).metric->Batch(given.at(1), given.at(2), given.at(3));
    return given[0].empty() ? batch : given[0] + batch;
  });
}

Handle MetricResult(val metric, val handles) {
  return WithMetric(metric, handles, [](const Json& json, const std::vector<Operand>& given) {
    return MakeMetric(json).metric->Result(given.at(0));
  });
}

Handle MetricValues(val metric, val handles) {
  return WithMetric(metric, handles, [](const Json& json, const std::vector<Operand>& given) {
    return ValuesOfMetric(json, given.at(0), given.at(1));
  });
}

val MetricNames() {
  return Guard([] {
    const JsonValue names = RegisteredMetrics();
    return TextToJs(WriteJson(names));
  });
}

}  // namespace

EMSCRIPTEN_BINDINGS(metrics) {
  emscripten::function("metricInfo", &MetricInfo);
  emscripten::function("updateMetric", &UpdateMetric);
  emscripten::function("metricResult", &MetricResult);
  emscripten::function("metricValues", &MetricValues);
  emscripten::function("metricNames", &MetricNames);
}

}  // namespace tfwasm
