// SPDX-License-Identifier: Apache-2.0
#include "ops/op.h"

#include <algorithm>
#include <deque>
#include <unordered_map>

namespace tfwasm {

namespace {

struct Registry {
  std::deque<OpDef> defs;  // a deque, so that pointers into it stay valid
  std::unordered_map<std::string_view, const OpDef*> by_name;
};

// A function-local static: registrations run before main in no particular order.
Registry& GetRegistry() {
  static Registry* registry = new Registry;
  return *registry;
}

}  // namespace

void OpContext::ExpectDType(int i, DType expected, std::string_view what) const {
  if (dtype(i) != expected) {
    Throw(Code::kDType, what, " must be ", expected, ", got ", dtype(i));
  }
}

void OpContext::ExpectRank(int i, int rank, std::string_view what) const {
  if (shape(i).rank() != rank) {
    Throw(Code::kShape, what, " must have rank ", rank, ", got shape ", shape(i));
  }
}

void InferContext::Grow(int i) {
  const auto count = static_cast<size_t>(i) + 1;
  if (outputs_.size() < count) outputs_.resize(count);
  if (output_values_.size() < count) output_values_.resize(count);
}

void InferContext::set_output(int i, DType dtype, const Shape& shape) {
  Grow(i);
  outputs_[static_cast<size_t>(i)] = {dtype, shape};
}

void InferContext::set_output_unknown(int i, DType dtype) {
  set_output(i, dtype, Shape::UnknownRank());
}

void InferContext::set_output_value(int i, Tensor value) {
  set_output(i, value.dtype(), value.shape());
  output_values_[static_cast<size_t>(i)] = std::move(value);
}

Environment& TensorContext::environment() const {
  if (environment_ == nullptr) Throw(Code::kInput, "this op can only run inside a model");
  return *environment_;
}

Tensor& RunContext::AllocateOutput(int i, const Shape&) {
  Throw(Code::kInternal, "output ", i, " was planned and must not be allocated");
}

OpRegistration::OpRegistration(OpDef def) {
  Registry& registry = GetRegistry();
  const OpDef& kept = registry.defs.emplace_back(std::move(def));
  registry.by_name.emplace(kept.name, &kept);
  for (const std::string_view alias : kept.aliases) registry.by_name.emplace(alias, &kept);
}

const OpDef* FindOp(std::string_view name) {
  const auto& by_name = GetRegistry().by_name;
  const auto it = by_name.find(name);
  return it == by_name.end() ? nullptr : it->second;
}

std::vector<std::string_view> RegisteredOps() {
  std::vector<std::string_view> names;
  for (const auto& [name, def] : GetRegistry().by_name) names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

int NumOutputs(const OpDef& def, const Node& node) {
  return def.num_outputs == nullptr ? 1 : def.num_outputs(node);
}

int OutputPosition(const Node& producer, std::string_view name, int index) {
  const OpDef* def = FindOp(producer.op);
  if (def == nullptr) return index;  // reported with all other unknown ops
  for (size_t i = 0; i < def->output_names.size(); ++i) {
    if (def->output_names[i] == name) return static_cast<int>(i) + index;
  }
  return index;
}

}  // namespace tfwasm
