// SPDX-License-Identifier: Apache-2.0
#include "ops/node_runner.h"

#include <algorithm>
#include <cstring>

namespace tfwasm {

namespace {

// Kernels that depend on larger values are rather made again than compared.
constexpr size_t kMostBytesCompared = 256;

bool SameBytes(const Tensor& a, const Tensor& b) {
  return a.data() == b.data() || std::memcmp(a.data(), b.data(), a.bytes()) == 0;
}

}  // namespace

std::vector<Tensor> NodeRunner::Run(const std::vector<Tensor>& inputs) {
  if (!Fits(inputs)) Prepare(inputs);
  return RunWithEnvironment(node_, prepared_, inputs, environment_);
}

bool NodeRunner::Fits(const std::vector<Tensor>& inputs) const {
  if (!is_prepared_) return false;
  if (prepared_.on_tensors != nullptr) return true;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs_[i].dtype != inputs[i].dtype() || inputs_[i].shape != inputs[i].shape()) {
      return false;
    }
    if (!values_[i].empty() && !SameBytes(values_[i], inputs[i])) return false;
  }
  return true;
}

void NodeRunner::Prepare(const std::vector<Tensor>& inputs) {
  is_prepared_ = false;  // until all is done: memory may run out on the way
  prepared_ = PrepareWithState(node_, inputs, constant_, state_);
  inputs_.clear();
  for (const Tensor& input : inputs) inputs_.push_back({input.dtype(), input.shape()});
  values_.assign(inputs.size(), Tensor());
  bool can_compare = true;
  for (size_t i = 0; prepared_.needs_values && i < inputs.size(); ++i) {
    if (constant_[i] || !prepared_.ReadsValue(i)) continue;
    const bool is_plain = inputs[i].dtype() != DType::kString && !IsHandle(inputs[i].dtype());
    if (!is_plain || inputs[i].bytes() > kMostBytesCompared) can_compare = false;
    values_[i] = inputs[i];
  }
  is_prepared_ = can_compare;
}

}  // namespace tfwasm
