// SPDX-License-Identifier: Apache-2.0
// Graph models as a part of what is captured or differentiated.
#include <emscripten/bind.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "bindings/models.h"
#include "bindings/training/builder_scope.h"
#include "ops/emit_graph.h"

namespace tfwasm {

namespace {

using emscripten::val;

// Runs the model's ops in the scope that is open.
val EmitModel(Handle model, val feeds, val fetches, val inputs, val weight_names, val weights) {
  return Guard([&] {
    return InBuilderScope([&](BuilderScope& scope) {
      const Graph graph = GetModel(model).CutGraph({TextsFromJs(feeds), TextsFromJs(fetches)});
      const std::vector<std::string> names = TextsFromJs(weight_names);
      const std::vector<Operand> operands = OperandsOf(scope, weights);
      std::map<std::string, Operand> by_name;
      for (size_t i = 0; i < names.size(); ++i) by_name[names[i]] = operands.at(i);
      std::vector<Handle> handles;
      for (const Operand& output :
           EmitGraph(graph, scope.builder(), OperandsOf(scope, inputs), by_name)) {
        handles.push_back(scope.HandleOf(output));
      }
      return val::array(handles);
    });
  });
}

}  // namespace

EMSCRIPTEN_BINDINGS(model_emit) { emscripten::function("emitModel", &EmitModel); }

}  // namespace tfwasm
