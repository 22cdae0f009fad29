// SPDX-License-Identifier: Apache-2.0
// A dynamic step: a node whose input shapes are known only at run time.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/flag_list.h"
#include "ops/node_plan.h"

namespace tfwasm {

// Caches the node's plan while dtypes, shapes and the values that the plan depends on stay the
// same.
class NodeRunner {
 public:
  // Parameters are those of NodePlan. All must outlive the runner; `environment` may be null.
  NodeRunner(const Node& node [[clang::lifetimebound]], FlagList constant,
             std::shared_ptr<NodeState>* state, Environment* environment)
      : node_(node), constant_(std::move(constant)), state_(state), environment_(environment) {}

  // Returns the outputs for these inputs.
  std::vector<Tensor> Run(const std::vector<Tensor>& inputs);

 private:
  bool Fits(const std::vector<Tensor>& inputs) const;
  void MakePlan(const std::vector<Tensor>& inputs);

  const Node& node_;
  FlagList constant_;
  std::shared_ptr<NodeState>* state_;
  Environment* environment_;

  std::optional<NodePlan> plan_;
  // What the cached plan was made for.
  std::vector<TensorSpec> specs_;
  std::vector<Tensor> values_;  // by input: the value it depends on; empty if none
  bool is_reusable_ = false;
};

}  // namespace tfwasm
