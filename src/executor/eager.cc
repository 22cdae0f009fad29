// SPDX-License-Identifier: Apache-2.0
#include "executor/eager.h"

#include <algorithm>

#include "ops/unsupported.h"

namespace tfwasm {

namespace {

constexpr size_t kMaxKernels = 64;
// Constants are axes, shapes, paddings; larger ones are not worth comparing.
constexpr size_t kMaxConstantBytes = 256;

template <typename T>
void AppendBytes(std::string& key, const T& value) {
  key.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

// Calls with equal keys can share a kernel. The key is empty if the kernel must not be cached.
void WriteKey(int id, const std::vector<Tensor>& inputs, const FlagList& constant,
              std::string& key) {
  key.clear();
  AppendBytes(key, id);
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Tensor& tensor = inputs[i];
    const Shape& shape = tensor.shape();
    const char kind[] = {static_cast<char>(tensor.dtype()), static_cast<char>(shape.rank()),
                         static_cast<char>(constant[i])};
    AppendBytes(key, kind);
    key.append(reinterpret_cast<const char*>(shape.begin()), shape.dims().size_bytes());
    if (constant[i] == 0) continue;
    if (tensor.dtype() == DType::kString || tensor.bytes() > kMaxConstantBytes) return key.clear();
    key.append(static_cast<const char*>(tensor.data()), tensor.bytes());
  }
}

// Throws if an output has no value, or is a handle: handles must not leave models.
std::vector<Tensor> RunForData(const Node& node, NodePlan& plan,
                               const std::vector<Tensor>& inputs) {
  std::vector<Tensor> outputs = plan.Run(inputs);
  for (const Tensor& output : outputs) {
    if (!output.empty() && !IsHandle(output.dtype())) continue;
    Blaming(node, [&] {
      if (output.empty()) Throw(Code::kInput, "an output has no value");
      Throw(Code::kDType, "this makes a ", output.dtype(), ", no data");
    });
  }
  return outputs;
}

// Makes the output of a view without a plan, which is faster than looking one up.
std::optional<Tensor> MakeView(const OpDef& def, const Node& node,
                               const std::vector<Tensor>& inputs) {
  if (def.view_shape == nullptr) return std::nullopt;
  if (inputs.size() != static_cast<size_t>(def.min_inputs)) return std::nullopt;
  return Blaming(node, [&]() -> std::optional<Tensor> {
    const std::optional<Shape> shape = def.view_shape(inputs);
    if (!shape) return std::nullopt;
    return inputs[0].Reshaped(*shape);
  });
}

}  // namespace

int EagerOps::Register(std::string op, AttrMap attrs) {
  auto node = std::make_unique<Node>();
  node->op = std::move(op);
  node->attrs = std::move(attrs);
  const OpDef* def = FindOp(node->op);
  if (!IsSupported(*node)) Throw(Code::kOp, "the op '", node->op, "' is not supported");
  ops_.push_back({std::move(node), def});
  return static_cast<int>(ops_.size()) - 1;
}

void EagerOps::Clear() {
  ops_.clear();
  kernels_.clear();
  oldest_ = 0;
}

EagerOps::CachedKernel* EagerOps::Find(size_t hash, std::string_view key) {
  for (CachedKernel& cached : kernels_) {
    if (cached.hash == hash && cached.key == key) return &cached;
  }
  return nullptr;
}

bool EagerOps::CachedKernel::HasLast(const std::vector<Tensor>& inputs,
                                     const FlagList& constant) const {
  if (last.size() != inputs.size()) return false;
  for (size_t i = 0; i < inputs.size(); ++i) {
    // Constants are part of the key.
    const bool is_any = constant[i] != 0 || (packed && !packed->ReadsValue(i));
    if (!is_any && last[i].lock() != inputs[i].buffer()) return false;
  }
  return true;
}

NodePlan& EagerOps::PlanFor(const Node& node, const std::vector<Tensor>& inputs,
                            const FlagList& constant, CachedKernel& cached) {
  if (!cached.may_pack) return cached.plan;
  if (!cached.HasLast(inputs, constant)) {
    cached.packed.reset();
    cached.last.clear();
    for (const Tensor& tensor : inputs) cached.last.push_back(tensor.buffer());
    cached.constants = 0;
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (constant[i] != 0) cached.constants |= uint64_t{1} << std::min<size_t>(i, 63);
    }
    return cached.plan;
  }
  if (!cached.packed) {
    cached.packed.emplace(node, inputs, FlagList(inputs.size(), true));
    if (!cached.packed->is_packed()) {
      cached.may_pack = false;
      cached.packed.reset();
      return cached.plan;
    }
  }
  return *cached.packed;
}

void EagerOps::ForgetOutdated() {
  constexpr int kPeriod = 32;
  if (++calls_ < kPeriod) return;
  calls_ = 0;
  for (CachedKernel& cached : kernels_) {
    for (size_t i = 0; cached.packed && i < cached.last.size(); ++i) {
      const bool is_constant = (cached.constants >> std::min<size_t>(i, 63) & 1) != 0;
      if (!is_constant && cached.packed->ReadsValue(i) && cached.last[i].expired()) {
        cached.packed.reset();
      }
    }
  }
}

std::vector<Tensor> EagerOps::Run(int id, const std::vector<Tensor>& inputs,
                                  const FlagList& constant) {
  if (id < 0 || static_cast<size_t>(id) >= ops_.size()) {
    Throw(Code::kInternal, "there is no op ", id);
  }
  const auto& [registered, def] = ops_[static_cast<size_t>(id)];
  Node& node = *registered;
  node.inputs.resize(inputs.size());  // some ops have as many outputs as inputs
  if (const auto view = MakeView(*def, node, inputs)) return {*view};
  WriteKey(id, inputs, constant, key_);
  const size_t hash = std::hash<std::string_view>()(key_);
  ForgetOutdated();
  if (CachedKernel* cached = Find(hash, key_)) {
    return RunForData(node, PlanFor(node, inputs, constant, *cached), inputs);
  }

  NodePlan plan(node, inputs, constant);
  std::vector<Tensor> outputs = RunForData(node, plan, inputs);
  if (key_.empty() || !plan.is_reusable()) return outputs;
  CachedKernel entry{.hash = hash, .key = key_, .plan = std::move(plan)};
  if (kernels_.size() < kMaxKernels) {
    kernels_.push_back(std::move(entry));
  } else {
    kernels_[oldest_] = std::move(entry);
    oldest_ = (oldest_ + 1) % kMaxKernels;
  }
  return outputs;
}

}  // namespace tfwasm
