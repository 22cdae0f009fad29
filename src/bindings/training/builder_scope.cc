// SPDX-License-Identifier: Apache-2.0
#include "bindings/training/builder_scope.h"

#include "autodiff/backward.h"

namespace tfwasm {

namespace {

BuilderScope* capture_scope = nullptr;
BuilderScope* gradient_scope = nullptr;

}  // namespace

void SetCaptureScope(BuilderScope* scope) { capture_scope = scope; }
void SetGradientScope(BuilderScope* scope) { gradient_scope = scope; }

BuilderScope* CurrentBuilderScope() {
  return capture_scope != nullptr ? capture_scope : gradient_scope;
}

std::vector<Operand> OperandsOf(BuilderScope& scope, const emscripten::val& handles) {
  std::vector<Operand> operands;
  for (const Handle handle : Numbers<Handle>(handles)) {
    operands.push_back(handle == 0 ? Operand() : scope.OperandOf(handle));
  }
  return operands;
}

emscripten::val HandlesOf(BuilderScope& scope, const std::vector<Operand>& operands) {
  Tensors().Reserve(operands.size());
  std::vector<Handle> handles;
  for (const Operand& operand : operands) {
    handles.push_back(operand.empty() ? 0 : scope.HandleOf(operand));
  }
  return emscripten::val::array(handles);
}

Handle MissingGradient(const BuilderScope& scope, Operand y, Operand x) {
  return DependsOn(scope.graph(), y.edge(), x.edge()) ? kZeroGradient : 0;
}

}  // namespace tfwasm
