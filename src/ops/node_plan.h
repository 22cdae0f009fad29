// SPDX-License-Identifier: Apache-2.0
// A single node, outside any graph: for folding, eager calls and dynamic steps.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "core/flag_list.h"
#include "core/tensor.h"
#include "graph/graph.h"
#include "ops/op.h"

namespace tfwasm {

// The op of `node`. Throws E_OP if it does not exist, E_EDGE for a wrong number of inputs.
const OpDef& RequireOp(const Node& node, size_t num_inputs);

// Calls the op's infer. Checks that it set every output (unless it deferred), and that handles
// occur only where allowed. Errors blame the node.
void InferNode(const OpDef& def, InferContext& context);

// A node made runnable for inputs of given dtypes and shapes. node.inputs is ignored.
class NodePlan {
 public:
  // For inputs like these. The kernel may depend on the values of those marked `constant`, and keep
  // what it derives from them in `state`, which plans of the same node share; without a `state` the
  // plan has its own. The other values are shown to the op only when its infer defers without them,
  // and then no state is kept. `node` outlives the plan. Errors blame the node.
  NodePlan(const Node& node, const std::vector<Tensor>& inputs, const FlagList& constant,
           std::shared_ptr<NodeState>* state = nullptr);

  // The outputs for inputs of the same dtypes and shapes, and of the same values where the kernel
  // depends on them; an output that a Switch leaves dead is an empty tensor. `environment` may be
  // null. Errors blame the node.
  std::vector<Tensor> Run(const std::vector<Tensor>& inputs, Environment* environment = nullptr);

  // The outputs of a node that is run once.
  static std::vector<Tensor> Evaluate(const Node& node, const std::vector<Tensor>& inputs);

  // Whether the op works on whole tensors: then the plan is right for inputs of any kind.
  bool is_on_tensors() const { return def_->run != nullptr; }
  // Whether the plan is worth keeping: it is right for all inputs of the same dtypes and shapes
  // whose constants are equal, and does more than hand out what was known before the run.
  bool is_reusable() const { return is_reusable_; }
  // Whether the op's infer deferred without the values of all inputs.
  bool needs_values() const { return needs_values_; }
  // Whether the kernel may depend on the value of this input.
  bool ReadsValue(size_t input) const {
    return (values_read_ >> std::min<size_t>(input, 63) & 1) != 0;
  }
  // Whether the plan has a state of its own that was derived from constants, such as packed
  // weights.
  bool is_packed() const { return is_packed_; }

 private:
  void MakeKernel(const std::vector<Tensor>& inputs, const FlagList& constant,
                  std::shared_ptr<NodeState>* state);
  std::vector<Tensor> RunKernel(const std::vector<Tensor>& inputs);
  std::vector<Tensor> RunOnTensors(const std::vector<Tensor>& inputs, Environment* environment);

  const Node* node_;
  const OpDef* def_;
  std::vector<TensorSpec> specs_;   // of the outputs
  std::vector<Tensor> values_;      // outputs that are known already; empty tensors otherwise
  std::unique_ptr<Kernel> kernel_;  // nullptr if nothing is left to compute
  bool is_view_ = false;            // output 0 has the bytes of input 0
  bool is_reusable_ = false;
  bool needs_values_ = false;
  bool is_packed_ = false;
  uint64_t values_read_ = 0;     // as OpContext::values_read
  std::vector<void*> pointers_;  // to the inputs and outputs of a run; reused to save allocations
};

}  // namespace tfwasm
