// SPDX-License-Identifier: Apache-2.0
#include "executor/node_runner.h"

#include <algorithm>
#include <cstring>

namespace tfwasm {

namespace {

// Plans that depend on larger values are remade: cheaper than a comparison.
constexpr size_t kMostBytesCompared = 256;

bool SameBytes(const Tensor& a, const Tensor& b) {
  return std::memcmp(a.data(), b.data(), a.bytes()) == 0;
}

// Copies the bytes, since those of a shared buffer may change.
Tensor CopyOf(const Tensor& tensor) {
  Tensor copy(tensor.dtype(), tensor.shape());
  std::memcpy(copy.mutable_data(), tensor.data(), tensor.bytes());
  return copy;
}

}  // namespace

std::vector<Tensor> NodeRunner::Run(const std::vector<Tensor>& inputs) {
  if (!Fits(inputs)) MakePlan(inputs);
  return plan_->Run(inputs, environment_);
}

bool NodeRunner::Fits(const std::vector<Tensor>& inputs) const {
  if (!is_reusable_) return false;
  if (plan_->is_on_tensors()) return true;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (specs_[i] != SpecOf(inputs[i])) return false;
    if (!values_[i].empty() && !SameBytes(values_[i], inputs[i])) return false;
  }
  return true;
}

void NodeRunner::MakePlan(const std::vector<Tensor>& inputs) {
  is_reusable_ = false;  // until the end: an exception may leave an incomplete plan
  plan_.emplace(node_, inputs, constant_, state_);
  specs_ = SpecsOf(inputs);
  values_.assign(inputs.size(), Tensor());
  bool can_compare = true;
  for (size_t i = 0; plan_->needs_values() && i < inputs.size(); ++i) {
    if (constant_[i] || !plan_->ReadsValue(i)) continue;
    const bool is_plain = inputs[i].dtype() != DType::kString && !IsHandle(inputs[i].dtype());
    if (is_plain && inputs[i].bytes() <= kMostBytesCompared) {
      values_[i] = CopyOf(inputs[i]);
    } else {
      can_compare = false;
    }
  }
  is_reusable_ = can_compare;
}

}  // namespace tfwasm
