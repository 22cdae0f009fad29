// SPDX-License-Identifier: Apache-2.0
// Running a single node outside any plan: for constant folding, eager ops, tests, and steps of a
// plan whose shapes depend on data.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/tensor.h"
#include "graph/graph.h"
#include "ops/op.h"

namespace tfwasm {

// The op of `node`. Throws E_OP when there is none, E_EDGE when it does not take that many inputs.
const OpDef& RequireOp(const Node& node, size_t num_inputs);

// Calls the op's infer and checks that it set every output (unless it deferred), and that handles
// come only where they may. Errors blame the node.
void Infer(const OpDef& def, InferContext& context);

// A node that is run again and again. The kernel is kept as long as shapes, dtypes and the values
// that it was made for stay the same.
class NodeRunner {
 public:
  // Only inputs marked `constant` keep their value, so the op may keep `state` that it derives from
  // them. The other values are shown to it only when its infer defers without them, and then no
  // state is kept. `node`, `state` and `environment`, which may be null, outlive the runner.
  NodeRunner(const Node& node, std::vector<bool> constant, std::shared_ptr<NodeState>* state,
             Environment* environment = nullptr);

  // The outputs for these inputs (node.inputs is ignored). Errors blame the node.
  std::vector<Tensor> Run(std::span<const Tensor> inputs);

  // Whether the next run for such inputs has nothing to prepare.
  bool is_prepared() const { return is_prepared_; }

 private:
  bool Fits(std::span<const Tensor> inputs) const;
  void Prepare(std::span<const Tensor> inputs);
  void Keep(std::span<const Tensor> inputs, uint64_t values_read);
  std::vector<Tensor> RunTensors(std::span<const Tensor> inputs);
  std::vector<Tensor> RunKernel(std::span<const Tensor> inputs);

  const Node& node_;
  const OpDef* def_;
  std::vector<bool> constant_;
  std::shared_ptr<NodeState>* state_;
  Environment* environment_;

  // What was prepared, and for which inputs.
  bool is_prepared_ = false;
  bool shows_values_ = false;  // infer deferred when it saw constants only
  std::vector<TensorSpec> inputs_;
  std::vector<Tensor> values_;  // by input: the value it depends on; empty where on none
  std::vector<TensorSpec> outputs_;
  std::vector<Tensor> known_outputs_;
  std::unique_ptr<Kernel> kernel_;
};

// The outputs of `node` for these inputs (node.inputs is ignored). Errors blame the node.
std::vector<Tensor> Evaluate(const Node& node, const std::vector<Tensor>& inputs);

// NodeRunner::Run, once.
std::vector<Tensor> EvaluateInGraph(const Node& node, const std::vector<Tensor>& inputs,
                                    const std::vector<bool>& constant,
                                    std::shared_ptr<NodeState>* state);

}  // namespace tfwasm
