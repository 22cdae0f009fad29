// SPDX-License-Identifier: Apache-2.0
// Where ops go that C++ emits for JavaScript, such as those of a layer: into the graph that is
// being captured, into the trace of a gradient scope, or nowhere but into their results.
#pragma once

#include "autodiff/trace.h"
#include "bindings/boundary.h"
#include "ops/builder.h"

namespace tfwasm {

class BuilderScope {
 public:
  virtual ~BuilderScope() = default;
  virtual Builder& builder() = 0;
  // The value of a tensor that JavaScript holds.
  virtual Operand OperandOf(Handle tensor) = 0;
  // A new handle of a value.
  virtual Handle HandleOf(Operand value) = 0;
};

// Runs ops at once.
class EagerScope : public BuilderScope {
 public:
  Builder& builder() override { return trace_; }
  Operand OperandOf(Handle tensor) override {
    return trace_.OperandOf({tensor, &GetTensor(tensor)});
  }
  Handle HandleOf(Operand value) override { return AddTensor(trace_.tensor(value.edge())); }

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

}  // namespace tfwasm
