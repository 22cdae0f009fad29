// SPDX-License-Identifier: Apache-2.0
// Where ops go that C++ emits for JavaScript, such as those of a layer: into the graph that is
// being captured, into the trace of a gradient scope, or nowhere but into their results.
#pragma once

#include <vector>

#include "autodiff/trace.h"
#include "bindings/boundary.h"
#include "ops/builder.h"

namespace tfwasm {

class BuilderScope {
 public:
  virtual ~BuilderScope() = default;
  virtual Builder& builder() = 0;
  // To which the builder adds.
  virtual const Graph& graph() const = 0;
  // The value of a tensor that JavaScript holds.
  virtual Operand OperandOf(Handle tensor) = 0;
  // A new handle of a value.
  virtual Handle HandleOf(Operand value) = 0;
  // Makes the output a node of kCustomGradientOp with these inputs. kNoNode if no gradients are
  // taken of the inputs.
  virtual NodeId RecordCustomGradient(const std::vector<Handle>& inputs, Handle output) = 0;
};

// Runs ops at once.
class EagerScope : public BuilderScope {
 public:
  Builder& builder() override { return trace_; }
  const Graph& graph() const override { return trace_.graph(); }
  Operand OperandOf(Handle tensor) override {
    return trace_.OperandOf({tensor, &GetTensor(tensor)});
  }
  Handle HandleOf(Operand value) override { return AddTensor(trace_.tensor(value.edge())); }
  NodeId RecordCustomGradient(const std::vector<Handle>&, Handle) override { return kNoNode; }

 private:
  Trace trace_;
};

// The scopes that are open, for captures and for gradients; nullptr for none.
void SetCaptureScope(BuilderScope* scope);
void SetGradientScope(BuilderScope* scope);
// That of the capture, else that of the gradients; nullptr if neither is open.
BuilderScope* CurrentBuilderScope();

// Calls `f` with the current scope.
template <typename F>
auto InBuilderScope(F f) {
  if (BuilderScope* scope = CurrentBuilderScope()) return f(*scope);
  EagerScope eager;
  return f(static_cast<BuilderScope&>(eager));
}

// Empty operands for 0, and 0 for empty operands.
std::vector<Operand> OperandsOf(BuilderScope& scope, const emscripten::val& handles);
emscripten::val HandlesOf(BuilderScope& scope, const std::vector<Operand>& operands);

// For an x without a gradient: a marker of 0 if y depends on it, 0 else.
inline constexpr Handle kZeroGradient = -1;
Handle MissingGradient(const BuilderScope& scope, Operand y, Operand x);

}  // namespace tfwasm
