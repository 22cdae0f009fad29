// SPDX-License-Identifier: Apache-2.0
// A node that is run again and again on tensors whose shapes only the run tells.
#pragma once

#include <memory>
#include <vector>

#include "core/flag_list.h"
#include "ops/evaluate.h"

namespace tfwasm {

// Keeps the kernel as long as dtypes, shapes and the values that it was made for stay the same.
class NodeRunner {
 public:
  // Only inputs marked `constant` keep their value, so the op may keep `state` that it derives from
  // them. The other values are shown to it only when its infer defers without them, and then no
  // state is kept. `node`, `state` and `environment`, which may be null, outlive the runner.
  NodeRunner(const Node& node, FlagList constant, std::shared_ptr<NodeState>* state,
             Environment* environment)
      : node_(node), constant_(std::move(constant)), state_(state), environment_(environment) {}

  // The outputs for these inputs.
  std::vector<Tensor> Run(const std::vector<Tensor>& inputs);

 private:
  bool Fits(const std::vector<Tensor>& inputs) const;
  void Prepare(const std::vector<Tensor>& inputs);

  const Node& node_;
  FlagList constant_;
  std::shared_ptr<NodeState>* state_;
  Environment* environment_;

  // What was prepared, and for which inputs.
  bool is_prepared_ = false;
  PreparedKernel prepared_;
  std::vector<TensorSpec> inputs_;
  std::vector<Tensor> values_;  // by input: the value it depends on; empty where on none
};

}  // namespace tfwasm
