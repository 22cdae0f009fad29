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
  constexpr size_t kUsualSize = 128;
  key.reserve(kUsualSize);
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

EagerOps::CachedKernel* EagerOps::Find(size_t hash, std::string_view key) {
  for (CachedKernel& cached : kernels_) {
    if (cached.hash == hash && cached.key == key) return &cached;
  }
  return nullptr;
}

bool EagerOps::CachedKernel::HasLast(std::span<const EagerInput> inputs) const {
  if (last.size() != inputs.size()) return false;
  for (size_t i = 0; i < inputs.size(); ++i) {
    // Constants are part of the key.
    const bool is_any = inputs[i].is_constant || (packed != nullptr && !packed->ReadsValue(i));
    if (!is_any && last[i].lock() != inputs[i].tensor.buffer()) return false;
  }
  return true;
}

PreparedKernel& EagerOps::KernelFor(const Node& node, std::span<const EagerInput> inputs,
                                    const std::vector<Tensor>& tensors, CachedKernel& cached) {
  if (!cached.may_pack) return cached.prepared;
  if (!cached.HasLast(inputs)) {
    cached.packed.reset();
    cached.last.clear();
    for (const Tensor& tensor : tensors) cached.last.push_back(tensor.buffer());
    cached.constants = 0;
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i].is_constant) cached.constants |= uint64_t{1} << std::min<size_t>(i, 63);
    }
    return cached.prepared;
  }
  if (cached.packed == nullptr) {
    const FlagList constant(inputs.size(), true);
    cached.packed = std::make_unique<PreparedKernel>(PrepareKernel(node, tensors, constant));
    if (!cached.packed->is_packed) {
      cached.may_pack = false;
      cached.packed.reset();
      return cached.prepared;
    }
  }
  return *cached.packed;
}

void EagerOps::ForgetOutdated() {
  constexpr int kPeriod = 32;
  if (++calls_ < kPeriod) return;
  calls_ = 0;
  for (CachedKernel& cached : kernels_) {
    for (size_t i = 0; cached.packed != nullptr && i < cached.last.size(); ++i) {
      const bool is_constant = (cached.constants >> std::min<size_t>(i, 63) & 1) != 0;
      if (!is_constant && cached.packed->ReadsValue(i) && cached.last[i].expired()) {
        cached.packed.reset();
      }
    }
  }
}

std::vector<Tensor> EagerOps::Run(int id, std::span<const EagerInput> inputs) {
  if (id < 0 || static_cast<size_t>(id) >= ops_.size()) {
    Throw(Code::kInternal, "there is no prepared op ", id);
  }
  Node& node = ops_[static_cast<size_t>(id)];
  node.inputs.resize(inputs.size());  // some ops have as many outputs as inputs
  std::vector<Tensor> tensors;
  tensors.reserve(inputs.size());
  for (const EagerInput& input : inputs) tensors.push_back(input.tensor);
  std::string key = KeyOf(id, inputs);
  const size_t hash = std::hash<std::string_view>()(key);
  ForgetOutdated();
  if (CachedKernel* cached = Find(hash, key)) {
    return RunPrepared(node, KernelFor(node, inputs, tensors, *cached), tensors);
  }

  FlagList constant;
  for (const EagerInput& input : inputs) constant.push_back(input.is_constant);
  PreparedKernel prepared = PrepareKernel(node, tensors, constant);
  std::vector<Tensor> outputs = RunPrepared(node, prepared, tensors);
  if (key.empty() || !prepared.is_reusable) return outputs;
  CachedKernel entry{.hash = hash, .key = std::move(key), .prepared = std::move(prepared)};
  if (kernels_.size() < kMaxKernels) {
    kernels_.push_back(std::move(entry));
  } else {
    kernels_[oldest_] = std::move(entry);
    oldest_ = (oldest_ + 1) % kMaxKernels;
  }
  return outputs;
}

}  // namespace tfwasm
