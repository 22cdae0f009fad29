// SPDX-License-Identifier: Apache-2.0
#include "bindings/training/builder_scope.h"

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

}  // namespace tfwasm
