// SPDX-License-Identifier: Apache-2.0
// Eager ops, with caches: attributes are parsed once, kernels are reused for inputs with the same
// dtypes and shapes, and a filter that is used again is packed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/flag_list.h"
#include "graph/graph.h"
#include "ops/node_plan.h"

namespace tfwasm {

class EagerOps {
 public:
  // Returns an id for the op with these attributes, for Run. Throws E_OP if there is no such op.
  int Register(std::string op, AttrMap attrs);
  // Runs a registered op. A kernel may depend on the values of inputs marked `constant` (an axis, a
  // shape), so calls share a kernel only if these are equal. Of other inputs it depends on dtype
  // and shape only. Errors blame the op.
  std::vector<Tensor> Run(int id, const std::vector<Tensor>& inputs, const FlagList& constant);
  // A registered op with its attributes, without inputs.
  const Node& NodeOf(int id) const { return *ops_[static_cast<size_t>(id)].node; }
  // Whether results of the op differ from call to call, or it has side effects.
  bool IsStateful(int id) const { return ops_[static_cast<size_t>(id)].def->is_stateful; }
  // Drops all ids and kernels.
  void Clear();

  size_t num_kernels() const { return kernels_.size(); }

 private:
  struct CachedKernel {
    size_t hash = 0;
    std::string key;
    NodePlan plan;
    // The inputs of the last call (weak, so no memory is kept alive). If they come twice, `packed`
    // gets a plan with some of them packed.
    std::vector<std::weak_ptr<Buffer>> last = {};
    std::optional<NodePlan> packed = {};
    uint64_t constants = 0;  // bit i: input i is constant and part of the key
    bool may_pack = true;

    bool HasLast(const std::vector<Tensor>& inputs, const FlagList& constant) const;
  };

  CachedKernel* Find(size_t hash, std::string_view key);
  static NodePlan& PlanFor(const Node& node, const std::vector<Tensor>& inputs,
                           const FlagList& constant, CachedKernel& cached);
  void ForgetOutdated();

  struct RegisteredOp {
    std::unique_ptr<Node> node;  // plans keep references
    const OpDef* def;
  };

  std::vector<RegisteredOp> ops_;
  std::vector<CachedKernel> kernels_;
  std::string key_;    // of the current call; reused to save allocations
  size_t oldest_ = 0;  // the next kernel to replace, once there are kMaxKernels
  int calls_ = 0;      // since the last ForgetOutdated
};

}  // namespace tfwasm
