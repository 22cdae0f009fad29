// SPDX-License-Identifier: Apache-2.0
// Runs a single node outside any graph: for constant folding, eager calls and dynamic steps.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "core/flag_list.h"
#include "core/tensor.h"
#include "graph/graph.h"
#include "ops/op.h"

namespace tfwasm {

// The op of `node`. Throws E_OP if it does not exist, E_EDGE for a wrong number of inputs, E_ATTR
// if a required attribute is missing or T is of the wrong kind.
const OpDef& RequireOp(const Node& node, size_t num_inputs);

// Calls the op's infer. Checks that it set every output (unless it deferred), and that handles
// occur only where allowed. Errors blame the node.
void InferNode(const OpDef& def, InferContext& context);

// A node made runnable for inputs of given dtypes and shapes. node.inputs is ignored.
class NodePlan {
 public:
  // Makes a plan for these inputs. The kernel may depend on the values of inputs marked `constant`,
  // and may keep what it derives from them in `state`, which plans of the same node share. If
  // `state` is null, the plan has its own. Other values are passed to the op only if its infer
  // defers without them; then no state is kept. `node` must outlive the plan. Errors blame the
  // node.
  NodePlan(const Node& node, const std::vector<Tensor>& inputs, const FlagList& constant,
           std::shared_ptr<NodeState>* state = nullptr);

  // Returns the outputs. Inputs must have the dtypes and shapes that the plan was made for, and
  // equal values where the kernel depends on them. An output that a Switch leaves dead is an empty
  // tensor. `environment` may be null. Errors blame the node.
  std::vector<Tensor> Run(const std::vector<Tensor>& inputs, Environment* environment = nullptr);

  // Makes a plan and runs it once.
  static std::vector<Tensor> Evaluate(const Node& node, const std::vector<Tensor>& inputs);

  // Whether the op works on whole tensors. The plan then fits any inputs.
  bool is_on_tensors() const { return def_->run != nullptr; }
  // Whether the plan is worth keeping: it fits all inputs with the same dtypes, shapes and
  // constants, and does more than return values that are already known.
  bool is_reusable() const { return is_reusable_; }
  // Whether the op's infer deferred without the values of all inputs.
  bool needs_values() const { return needs_values_; }
  // Whether the kernel may depend on the value of this input.
  bool ReadsValue(size_t input) const {
    return (values_read_ >> std::min<size_t>(input, 63) & 1) != 0;
  }
  // Whether the plan derived state of its own from constants, such as packed weights.
  bool is_packed() const { return is_packed_; }

 private:
  void MakeKernel(const std::vector<Tensor>& inputs, const FlagList& constant,
                  std::shared_ptr<NodeState>* state);
  std::vector<Tensor> RunKernel(const std::vector<Tensor>& inputs);
  std::vector<Tensor> RunOnTensors(const std::vector<Tensor>& inputs, Environment* environment);

  const Node* node_;
  const OpDef* def_;
  std::vector<TensorSpec> specs_;   // of the outputs
  std::vector<Tensor> values_;      // outputs known at planning; empty tensors otherwise
  std::unique_ptr<Kernel> kernel_;  // nullptr if nothing is left to compute
  bool is_view_ = false;            // output 0 has the bytes of input 0
  bool is_reusable_ = false;
  bool needs_values_ = false;
  bool is_packed_ = false;
  uint64_t values_read_ = 0;     // as OpContext::values_read
  uint64_t packed_inputs_ = 0;   // as KernelContext::packed_inputs
  std::vector<void*> pointers_;  // to the inputs and outputs of a run; reused to save allocations
};

}  // namespace tfwasm
