// SPDX-License-Identifier: Apache-2.0
// Running a single node outside any plan: for constant folding, eager ops and tests.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "core/flag_list.h"
#include "core/tensor.h"
#include "graph/graph.h"
#include "ops/op.h"

namespace tfwasm {

// The op of `node`. Throws E_OP when there is none, E_EDGE when it does not take that many inputs.
const OpDef& RequireOp(const Node& node, size_t num_inputs);

// Calls the op's infer and checks that it set every output (unless it deferred), and that handles
// come only where they may. Errors blame the node.
void Infer(const OpDef& def, InferContext& context);

// The outputs of `node` for these inputs (node.inputs is ignored). Errors blame the node.
std::vector<Tensor> Evaluate(const Node& node, const std::vector<Tensor>& inputs);

// As Evaluate, for a node that is run again and again: only inputs marked `constant` keep their
// value, so the op may keep `state` that it derives from them. The other values are shown to it
// only when its infer defers without them, and then no state is kept.
std::vector<Tensor> EvaluateInGraph(const Node& node, const std::vector<Tensor>& inputs,
                                    const FlagList& constant, std::shared_ptr<NodeState>* state);

// A node made ready for inputs of given dtypes and shapes.
struct PreparedKernel {
  std::vector<TensorSpec> specs;   // of the outputs
  std::vector<Tensor> values;      // outputs that are known already; empty Tensors otherwise
  std::unique_ptr<Kernel> kernel;  // nullptr where nothing is left to compute
  bool is_view = false;            // output 0 is input 0 under another shape
  // Right for all inputs of the same dtypes and shapes whose constants are equal.
  bool is_reusable = false;
  bool needs_values = false;  // infer deferred without the values of all inputs
  uint64_t values_read = 0;   // as OpContext::values_read
  bool is_packed = false;     // state was derived from constant inputs
  // Of an op that works on whole tensors, which needs no more preparation.
  const OpDef* on_tensors = nullptr;
  std::vector<void*> pointers;  // to the inputs and outputs of a run: the memory is used again

  bool ReadsValue(size_t input) const {
    return (values_read >> std::min<size_t>(input, 63) & 1) != 0;
  }
};

// What EvaluateInGraph does before and after it has a kernel. `environment` may be null.
PreparedKernel PrepareWithState(const Node& node, const std::vector<Tensor>& inputs,
                                const FlagList& constant, std::shared_ptr<NodeState>* state);
std::vector<Tensor> RunWithEnvironment(const Node& node, PreparedKernel& prepared,
                                       const std::vector<Tensor>& inputs, Environment* environment);

// The two halves of EvaluateInGraph, for a caller that keeps kernels and wants data, no handles.
// Errors blame the node.
PreparedKernel PrepareKernel(const Node& node, const std::vector<Tensor>& inputs,
                             const FlagList& constant);
std::vector<Tensor> RunPrepared(const Node& node, PreparedKernel& prepared,
                                const std::vector<Tensor>& inputs);

}  // namespace tfwasm
