// SPDX-License-Identifier: Apache-2.0
#include "executor/model_state.h"

#include "executor/clock.h"

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

void ModelState::CountIteration() {
  if (progress_.iterations < progress_.iteration_limit) {
    ++progress_.iterations;
    return;
  }
  Throw(Code::kLimit, "the run reached its limit of ", progress_.iteration_limit,
        " loop iterations and function calls");
}

// The state of functions that are running is on the stack, so only the main graph can pause.
bool ModelState::ShouldPause() {
  return depth_ == 1 && pause_at_ < std::numeric_limits<double>::infinity() && Now() >= pause_at_;
}

void ModelState::PauseLoop(std::vector<Tensor> variables) {
  progress_.paused_loop = std::move(variables);
  throw RunPaused();
}

std::optional<std::vector<Tensor>> ModelState::TakePausedLoop() {
  if (depth_ != 1) return std::nullopt;
  return std::exchange(progress_.paused_loop, std::nullopt);
}

ObjectPtr& ModelState::Resource(std::string_view name) { return (*resources_)[std::string(name)]; }

}  // namespace tfwasm
