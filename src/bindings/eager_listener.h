// SPDX-License-Identifier: Apache-2.0
// Lets gradients see every op that JavaScript calls, and a capture take them.
#pragma once

#include <span>
#include <vector>

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

// Adds the ops that JavaScript calls to a graph instead of running them.
class OpCapture {
 public:
  virtual ~OpCapture() = default;
  // Whether the tensor is a value of the graph.
  virtual bool Has(Handle handle) const = 0;
  // Adds an op. `inputs.tensors` are empty for values of the graph. Returns tensors without values.
  virtual std::vector<Tensor> Emit(const Node& op, HeldTensors inputs) = 0;
  // Gives handles to what Emit has returned last.
  virtual void Identify(std::span<const Handle> outputs) = 0;
};

// nullptr if there is none.
OpCapture* CurrentOpCapture();
void SetOpCapture(OpCapture* capture);

}  // namespace tfwasm
