// SPDX-License-Identifier: Apache-2.0
// Lets gradients see every op that JavaScript calls.
#pragma once

#include <span>

#include "bindings/handle_table.h"
#include "core/tensor.h"
#include "graph/graph.h"

namespace tfwasm {

// Tensors and their handles.
struct HeldTensors {
  std::span<const Tensor> tensors;
  std::span<const Handle> handles;  // 0 for literals
};

class EagerListener {
 public:
  virtual ~EagerListener() = default;
  // Called after an op has run. `op` has no inputs.
  virtual void OnRun(const Node& op, HeldTensors inputs, HeldTensors outputs) = 0;
};

// nullptr if there is none.
EagerListener* CurrentEagerListener();
void SetEagerListener(EagerListener* listener);

}  // namespace tfwasm
