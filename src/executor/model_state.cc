// SPDX-License-Identifier: Apache-2.0
#include "executor/model_state.h"

namespace tfwasm {

void* Arena::Reserve(uint64_t bytes) {
  if (buffer_ == nullptr || buffer_->bytes() < bytes) {
    buffer_.reset();  // first, so that the new block can reuse the memory of the old one
    buffer_ = Buffer::Allocate(DType::kBool, bytes);
  }
  return buffer_->data();
}

ModelState::Nesting::Nesting(ModelState& model) : model_(model) {
  if (model.depth_ == kMostNestedCalls) {
    Throw(Code::kLimit, "functions call each other more than ", kMostNestedCalls, " levels deep");
  }
  ++model.depth_;
}

Program& ModelState::ProgramOf(std::string_view function) {
  const auto found = programs_.find(function);
  if (found != programs_.end()) return *found->second;
  const auto definition = functions_.find(function);
  if (definition == functions_.end()) {
    Throw(Code::kAttr, "the model has no function '", function, "'");
  }
  Graph body = definition->second.body;
  if (!definition->second.prefix.empty()) body.PrefixNames(definition->second.prefix);
  auto program = std::make_unique<Program>(std::move(body), *this);
  return *programs_.emplace(function, std::move(program)).first->second;
}

std::vector<Tensor> ModelState::Call(std::string_view function, std::vector<Tensor> arguments) {
  return ProgramOf(function).Run(arguments);
}

std::optional<std::vector<TensorSpec>> ModelState::InferCall(
    std::string_view function, const std::vector<TensorSpec>& arguments) {
  if (depth_ == kMostNestedCalls) return std::nullopt;
  const Nesting nesting(*this);
  std::optional<std::vector<TensorSpec>> outputs;
  // The error is one of compiling the function. The call reports it, if it is ever executed.
  Deferring([&] { outputs = ProgramOf(function).InferOutputs(arguments); });
  return outputs;
}

ObjectPtr& ModelState::Resource(std::string_view name) { return (*resources_)[std::string(name)]; }

}  // namespace tfwasm
