// SPDX-License-Identifier: Apache-2.0
#include "ops/eager.h"

#include <algorithm>

#include "core/flag_list.h"

namespace tfwasm {

namespace {

constexpr size_t kMaxKernels = 64;
// Constants are axes, shapes, paddings; larger ones are not worth comparing.
constexpr size_t kMaxConstantBytes = 256;

template <typename T>
void AppendBytes(std::string& key, const T& value) {
  key.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

// Equal keys can share a kernel. Empty when the kernel must not be kept.
std::string KeyOf(int id, std::span<const EagerInput> inputs) {
  std::string key;
  AppendBytes(key, id);
  for (const auto& [tensor, is_constant] : inputs) {
    key += static_cast<char>(tensor.dtype());
    key += static_cast<char>(tensor.shape().rank());
    key += static_cast<char>(is_constant);
    for (const int64_t dim : tensor.shape()) AppendBytes(key, dim);
    if (!is_constant) continue;
    if (tensor.dtype() == DType::kString || tensor.bytes() > kMaxConstantBytes) return {};
    key.append(static_cast<const char*>(tensor.data()), tensor.bytes());
  }
  return key;
}

}  // namespace

int EagerOps::Prepare(std::string op, AttrMap attrs) {
  Node node;
  node.op = std::move(op);
  node.attrs = std::move(attrs);
  if (FindOp(node.op) == nullptr) Throw(Code::kOp, "the op '", node.op, "' is not supported");
  ops_.push_back(std::move(node));
  return static_cast<int>(ops_.size()) - 1;
}

void EagerOps::Clear() {
  ops_.clear();
  kernels_.clear();
  oldest_ = 0;
}

PreparedKernel* EagerOps::Find(size_t hash, std::string_view key) {
  for (CachedKernel& cached : kernels_) {
    if (cached.hash == hash && cached.key == key) return &cached.prepared;
  }
  return nullptr;
}

std::vector<Tensor> EagerOps::Run(int id, std::span<const EagerInput> inputs) {
  if (id < 0 || static_cast<size_t>(id) >= ops_.size()) {
    Throw(Code::kInternal, "there is no prepared op ", id);
  }
  Node& node = ops_[static_cast<size_t>(id)];
  node.inputs.resize(inputs.size());  // some ops have as many outputs as inputs
  std::vector<Tensor> tensors;
  for (const EagerInput& input : inputs) tensors.push_back(input.tensor);
  std::string key = KeyOf(id, inputs);
  const size_t hash = std::hash<std::string_view>()(key);
  if (PreparedKernel* cached = Find(hash, key)) return RunPrepared(node, *cached, tensors);

  FlagList constant;
  for (const EagerInput& input : inputs) constant.push_back(input.is_constant);
  PreparedKernel prepared = PrepareKernel(node, tensors, constant);
  std::vector<Tensor> outputs = RunPrepared(node, prepared, tensors);
  if (key.empty() || !prepared.is_reusable) return outputs;
  CachedKernel entry{hash, std::move(key), std::move(prepared)};
  if (kernels_.size() < kMaxKernels) {
    kernels_.push_back(std::move(entry));
  } else {
    kernels_[oldest_] = std::move(entry);
    oldest_ = (oldest_ + 1) % kMaxKernels;
  }
  return outputs;
}

}  // namespace tfwasm
