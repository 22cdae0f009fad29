// SPDX-License-Identifier: Apache-2.0
#include "executor/plan.h"

#include "executor/plan_builder.h"
#include "ops/evaluate.h"

namespace tfwasm {

// What one run owns; dropped at its end, also when a kernel throws.
struct Plan::RunState {
  std::span<const Tensor> feeds;
  std::vector<Tensor> heap = {};       // by Storage::index
  std::vector<Tensor> unplanned = {};  // by Value::slot
};

Plan::Plan(const Graph& graph, std::vector<TensorSpec> feeds, NodeStates& states)
    : graph_(graph),
      feeds_(std::move(feeds)),
      states_(states),
      data_(PlanGraph(graph, feeds_, states)),
      pointers_(data_.arguments.size(), nullptr) {
  for (size_t i = 0; i < data_.arguments.size(); ++i) {
    const int storage_id = data_.values[static_cast<size_t>(data_.arguments[i])].storage;
    if (storage_id == kUnplanned) continue;
    Storage& storage = data_.storages[static_cast<size_t>(storage_id)];
    switch (storage.kind) {
      case Storage::Kind::kConst:
        pointers_[i] = storage.constant.mutable_data();
        break;
      case Storage::Kind::kFeed:
      case Storage::Kind::kHeap:
        run_arguments_.push_back(static_cast<int>(i));
        break;
      case Storage::Kind::kArena:
        break;
    }
  }
}

bool Plan::Fits(std::span<const Tensor> feeds) const {
  for (size_t i = 0; i < feeds_.size(); ++i) {
    if (feeds_[i].dtype != feeds[i].dtype() || !(feeds_[i].shape == feeds[i].shape())) return false;
  }
  return true;
}

void Plan::BindArena(void* arena) {
  if (arena == bound_arena_) return;
  for (size_t i = 0; i < data_.arguments.size(); ++i) {
    const int storage_id = data_.values[static_cast<size_t>(data_.arguments[i])].storage;
    if (storage_id == kUnplanned) continue;
    const Storage& storage = data_.storages[static_cast<size_t>(storage_id)];
    if (storage.kind != Storage::Kind::kArena) continue;
    pointers_[i] = static_cast<char*>(arena) + storage.offset;
  }
  bound_arena_ = arena;
}

void Plan::BindRun(RunState& state) {
  for (const int storage_id : data_.heap_storages) {
    const Storage& storage = data_.storages[static_cast<size_t>(storage_id)];
    state.heap.emplace_back(storage.dtype, Shape({storage.size}));
  }
  for (const int argument : run_arguments_) {
    const int value = data_.arguments[static_cast<size_t>(argument)];
    const int storage_id = data_.values[static_cast<size_t>(value)].storage;
    const Storage& storage = data_.storages[static_cast<size_t>(storage_id)];
    const auto index = static_cast<size_t>(storage.index);
    const bool is_feed = storage.kind == Storage::Kind::kFeed;
    const Tensor& tensor = is_feed ? state.feeds[index] : state.heap[index];
    pointers_[static_cast<size_t>(argument)] = const_cast<void*>(tensor.data());
  }
}

Tensor Plan::ValueTensor(int value, const RunState& state) const {
  const Value& planned = data_.values[static_cast<size_t>(value)];
  if (planned.storage == kUnplanned) return state.unplanned[static_cast<size_t>(planned.slot)];
  const Storage& storage = data_.storages[static_cast<size_t>(planned.storage)];
  const auto index = static_cast<size_t>(storage.index);
  switch (storage.kind) {
    case Storage::Kind::kConst:
      return storage.constant.Reshaped(planned.spec.shape);
    case Storage::Kind::kFeed:
      return state.feeds[index].Reshaped(planned.spec.shape);
    case Storage::Kind::kHeap:
      return state.heap[index].Reshaped(planned.spec.shape);
    case Storage::Kind::kArena:
      break;
  }
  Throw(Code::kInternal, "a value in the arena was asked for as a tensor");
}

void Plan::RunStep(const Step& step, RunState& state) {
  if (step.kernel == nullptr) return RunUnplanned(step, state);
  RunContext context(&pointers_[static_cast<size_t>(step.first_input)],
                     &pointers_[static_cast<size_t>(step.first_output)]);
  step.kernel->Run(context);
}

void Plan::RunUnplanned(const Step& step, RunState& state) {
  const Node& node = graph_.node(step.node);
  std::vector<Tensor> inputs;
  std::vector<bool> constant;
  for (int i = 0; i < step.num_inputs; ++i) {
    const int value = data_.arguments[static_cast<size_t>(step.first_input + i)];
    inputs.push_back(ValueTensor(value, state));
    constant.push_back(graph_.IsConst(node.inputs[static_cast<size_t>(i)]));
  }
  std::vector<Tensor> outputs =
      EvaluateInGraph(node, inputs, constant, &states_[static_cast<size_t>(step.node)]);
  for (int i = 0; i < step.num_outputs; ++i) {
    const int value = data_.arguments[static_cast<size_t>(step.first_output + i)];
    const int slot = data_.values[static_cast<size_t>(value)].slot;
    state.unplanned[static_cast<size_t>(slot)] = std::move(outputs[static_cast<size_t>(i)]);
  }
}

void Plan::RunProfiled(const Step& step, RunState& state, Profiler& profiler) {
  const Node& node = graph_.node(step.node);
  NodeProfile profile{.name = node.name, .op = node.op};
  profile.milliseconds = Profiler::Time([&] { RunStep(step, state); });
  for (int i = 0; i < step.num_outputs; ++i) {
    const int id = data_.arguments[static_cast<size_t>(step.first_output + i)];
    const Value& value = data_.values[static_cast<size_t>(id)];
    TensorSpec spec = value.spec;
    if (value.storage == kUnplanned) {
      const Tensor& made = state.unplanned[static_cast<size_t>(value.slot)];
      spec = {made.dtype(), made.shape()};
    }
    profile.output_shapes.push_back(spec.shape);
    profile.output_bytes += static_cast<size_t>(NumBytes(spec));
  }
  profiler.Add(std::move(profile));
}

std::vector<Tensor> Plan::Run(std::span<const Tensor> feeds, void* arena, Profiler* profiler) {
  RunState state{.feeds = feeds, .unplanned = std::vector<Tensor>(data_.num_unplanned)};
  BindArena(arena);
  BindRun(state);
  for (const Step& step : data_.steps) {
    try {
      if (profiler == nullptr) {
        RunStep(step, state);
      } else {
        RunProfiled(step, state, *profiler);
      }
    } catch (Error& error) {
      const Node& node = graph_.node(step.node);
      error.Blame(node.op, node.name);
      throw;
    }
  }
  std::vector<Tensor> outputs;
  for (const int value : data_.outputs) outputs.push_back(ValueTensor(value, state));
  return outputs;
}

}  // namespace tfwasm
