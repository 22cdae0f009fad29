// SPDX-License-Identifier: Apache-2.0
// Backward passes in the scope that is open: a gradient scope, which runs them, or a capture, of
// whose graph they become a part.
#include <emscripten/bind.h>

#include <memory>
#include <vector>

#include "autodiff/backward.h"
#include "bindings/training/builder_scope.h"

namespace tfwasm {

namespace {

using emscripten::val;

// A backward pass calls JavaScript for custom gradients, which may start another.
struct RunningBackward {
  BuilderScope* scope;
  std::unique_ptr<Backward> backward;
};

std::vector<RunningBackward>& Running() {
  static auto* running = new std::vector<RunningBackward>;
  return *running;
}

RunningBackward& Innermost() {
  if (Running().empty()) Throw(Code::kInternal, "no gradients are being computed");
  return Running().back();
}

BuilderScope& OpenScope() {
  BuilderScope* scope = CurrentBuilderScope();
  if (scope == nullptr) Throw(Code::kInternal, "no gradient scope is open");
  return *scope;
}

// The id of the node; kNoNode if no gradients are being taken of its inputs.
int RecordCustomGradient(val inputs, Handle output) {
  return Guard([&] {
    const auto handles = Numbers<Handle>(inputs);
    return int{OpenScope().RecordCustomGradient(handles, output)};
  });
}

// The first node with a custom gradient; kNoNode for none.
int StartBackward(Handle y, Handle dy, val xs) {
  return Guard([&] {
    BuilderScope& scope = OpenScope();
    const std::vector<Operand> operands = OperandsOf(scope, xs);
    const Operand result = scope.OperandOf(y);
    const Operand seed = dy == 0 ? Operand() : scope.OperandOf(dy);
    auto backward = std::make_unique<Backward>(
        scope.builder(), scope.graph(), std::vector<Backward::Seed>{{result, seed}}, operands);
    const int custom = backward->Continue();
    Running().push_back({&scope, std::move(backward)});
    return custom;
  });
}

Handle CustomDy() {
  return Guard([] {
    const RunningBackward& running = Innermost();
    return running.scope->HandleOf(running.backward->CustomDy());
  });
}

int ContinueBackward(val gradients) {
  return Guard([&] {
    const RunningBackward& running = Innermost();
    running.backward->SetCustomGradients(OperandsOf(*running.scope, gradients));
    return int{running.backward->Continue()};
  });
}

val FinishBackward(Handle y, val xs) {
  return Guard([&] {
    const RunningBackward& running = Innermost();
    BuilderScope& scope = *running.scope;
    const std::vector<Operand> operands = OperandsOf(scope, xs);
    const Operand result = scope.OperandOf(y);
    std::vector<Operand> gradients;
    for (size_t i = 0; i < operands.size(); ++i) {
      gradients.push_back(running.backward->GradientOf(i));
    }
    Tensors().Reserve(gradients.size());
    std::vector<Handle> handles;
    for (size_t i = 0; i < operands.size(); ++i) {
      handles.push_back(gradients[i].empty() ? MissingGradient(scope, result, operands[i])
                                             : scope.HandleOf(gradients[i]));
    }
    Running().pop_back();
    return val::array(handles);
  });
}

void AbortBackward() {
  Guard([] {
    if (!Running().empty()) Running().pop_back();
  });
}

}  // namespace

EMSCRIPTEN_BINDINGS(backward) {
  emscripten::function("recordCustomGradient", &RecordCustomGradient);
  emscripten::function("startBackward", &StartBackward);
  emscripten::function("customDy", &CustomDy);
  emscripten::function("continueBackward", &ContinueBackward);
  emscripten::function("finishBackward", &FinishBackward);
  emscripten::function("abortBackward", &AbortBackward);
}

}  // namespace tfwasm
