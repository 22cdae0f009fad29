// SPDX-License-Identifier: Apache-2.0
#include "executor/plan.h"

#include "core/flag_list.h"
#include "executor/plan_builder.h"

namespace tfwasm {

// What one run owns; dropped at its end, also when a kernel throws.
struct Plan::RunState {
  std::span<const Tensor> feeds;
  std::vector<Tensor> heap = {};   // by Storage::index
  std::vector<Tensor> slots = {};  // by Value::slot
  FlagList dead_values = {};       // by value; empty when nothing can be dead
  FlagList dead_nodes = {};        // by NodeId
};

Plan::Plan(const Graph& graph, std::vector<TensorSpec> feeds, NodeStates& states,
           Environment* environment)
    : graph_(graph),
      feeds_(std::move(feeds)),
      data_(PlanGraph(graph, feeds_, states, environment)),
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

std::vector<TensorSpec> Plan::OutputSpecs() const {
  std::vector<TensorSpec> specs;
  for (const int value : data_.outputs) {
    specs.push_back(data_.values[static_cast<size_t>(value)].spec);
  }
  return specs;
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
  state.slots.resize(data_.slot_readers.size());
  state.heap.reserve(data_.heap_storages.size());
  for (const int storage_id : data_.heap_storages) {
    const Storage& storage = data_.storages[static_cast<size_t>(storage_id)];
    state.heap.emplace_back(storage.dtype, Shape({storage.size}));
  }
  if (data_.maybe_dead) {
    state.dead_values.resize(data_.values.size());
    state.dead_nodes.resize(static_cast<size_t>(graph_.size()));
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

// An empty tensor for a value that is dead.
Tensor Plan::ValueTensor(int value, const RunState& state) const {
  const Value& planned = data_.values[static_cast<size_t>(value)];
  if (!state.dead_values.empty() && state.dead_values[static_cast<size_t>(value)]) return {};
  if (planned.storage == kUnplanned) {
    const Tensor& tensor = state.slots[static_cast<size_t>(planned.slot)];
    // Views share the slot of what they are views of.
    const bool is_view = planned.spec.shape.IsKnown() && planned.spec.shape != tensor.shape();
    return is_view ? tensor.Reshaped(planned.spec.shape) : tensor;
  }
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

bool Plan::IsDead(const Step& step, const RunState& state) const {
  const Node& node = graph_.node(step.node);
  for (const NodeId control : node.control_inputs) {
    if (state.dead_nodes[static_cast<size_t>(control)]) return true;
  }
  int dead = 0;
  for (int i = 0; i < step.num_inputs; ++i) {
    const int value = data_.arguments[static_cast<size_t>(step.first_input + i)];
    if (state.dead_values[static_cast<size_t>(value)]) ++dead;
  }
  return step.def->liveness == Liveness::kMerge ? dead == step.num_inputs : dead > 0;
}

void Plan::MarkDead(const Step& step, RunState& state) const {
  state.dead_nodes[static_cast<size_t>(step.node)] = true;
  for (int i = 0; i < step.num_outputs; ++i) {
    const int value = data_.arguments[static_cast<size_t>(step.first_output + i)];
    state.dead_values[static_cast<size_t>(value)] = true;
  }
}

void Plan::RunStep(const Step& step, RunState& state) {
  if (step.kind == Step::Kind::kTensors) return RunOnTensors(step, state);
  if (step.kind == Step::Kind::kNothing) return;
  RunContext context(&pointers_[static_cast<size_t>(step.first_input)],
                     &pointers_[static_cast<size_t>(step.first_output)]);
  step.kernel->Run(context);
}

void Plan::RunOnTensors(const Step& step, RunState& state) {
  std::vector<Tensor> inputs;
  inputs.reserve(static_cast<size_t>(step.num_inputs));
  for (int i = 0; i < step.num_inputs; ++i) {
    inputs.push_back(
        ValueTensor(data_.arguments[static_cast<size_t>(step.first_input + i)], state));
  }
  std::vector<Tensor> outputs = step.runner->Run(inputs);
  for (int i = 0; i < step.num_outputs; ++i) {
    StoreOutput(step, i, std::move(outputs[static_cast<size_t>(i)]), state);
  }
}

void Plan::StoreOutput(const Step& step, int output, Tensor tensor, RunState& state) {
  const int id = data_.arguments[static_cast<size_t>(step.first_output + output)];
  const Value& value = data_.values[static_cast<size_t>(id)];
  if (tensor.empty()) {
    state.dead_values[static_cast<size_t>(id)] = true;
    return;
  }
  if (value.spec.shape.IsKnown() &&
      (value.spec.dtype != tensor.dtype() || value.spec.shape != tensor.shape())) {
    Throw(Code::kShape, "expected ", value.spec.dtype, " ", value.spec.shape, " as output ", output,
          ", got ", tensor.dtype(), " ", tensor.shape());
  }
  if (value.storage != kUnplanned) return;  // known without running it
  for (const int reader : data_.slot_readers[static_cast<size_t>(value.slot)]) {
    pointers_[static_cast<size_t>(reader)] = tensor.mutable_data();
  }
  state.slots[static_cast<size_t>(value.slot)] = std::move(tensor);
}

// Of a value that an argument stands for; of no dtype when it is dead.
TensorSpec Plan::ActualSpec(int argument, const RunState& state) const {
  const int id = data_.arguments[static_cast<size_t>(argument)];
  const Value& value = data_.values[static_cast<size_t>(id)];
  if (value.storage != kUnplanned) return value.spec;
  return SpecOf(ValueTensor(id, state));
}

void Plan::RunProfiled(const Step& step, RunState& state, Profiler& profiler) {
  const Node& node = graph_.node(step.node);
  const bool calls_functions = step.def->first_argument != kNoArguments;
  // The nodes of the functions are recorded instead.
  if (calls_functions || step.kind == Step::Kind::kNothing) return RunStep(step, state);
  NodeProfile profile{.name = node.name, .op = node.op};
  for (int i = 0; i < step.num_inputs; ++i) {
    const TensorSpec spec = ActualSpec(step.first_input + i, state);
    profile.input_shapes.push_back(spec.shape);
  }
  profile.milliseconds = Profiler::Time([&] { RunStep(step, state); });
  for (int i = 0; i < step.num_outputs; ++i) {
    const TensorSpec spec = ActualSpec(step.first_output + i, state);
    if (spec.dtype == DType::kInvalid) continue;
    profile.output_shapes.push_back(spec.shape);
    profile.output_bytes += static_cast<size_t>(NumBytes(spec));
  }
  profiler.Add(std::move(profile));
}

std::vector<Tensor> Plan::TakeOutputs(const RunState& state) const {
  std::vector<Tensor> outputs;
  outputs.reserve(data_.outputs.size());
  for (size_t i = 0; i < data_.outputs.size(); ++i) {
    outputs.push_back(ValueTensor(data_.outputs[i], state));
    if (!outputs.back().empty()) continue;
    Throw(Code::kInput, "'", graph_.outputs[i].name,
          "' has no value: it is on a branch that was not taken");
  }
  return outputs;
}

std::vector<Tensor> Plan::Run(std::span<const Tensor> feeds, void* arena, Profiler* profiler) {
  struct Running {
    explicit Running(bool& is_running) : flag(is_running) { flag = true; }
    ~Running() { flag = false; }
    bool& flag;
  };
  const Running running(is_running_);
  RunState state{.feeds = feeds};
  BindArena(arena);
  BindRun(state);
  for (const Step& step : data_.steps) {
    try {
      if (step.maybe_dead && IsDead(step, state)) {
        MarkDead(step, state);
      } else if (profiler == nullptr) {
        RunStep(step, state);
      } else {
        RunProfiled(step, state, *profiler);
      }
    } catch (Error& error) {
      const Node& node = graph_.node(step.node);
      error.Blame(node.op, node.name);
      throw;
    }
    for (const int slot : step.last_slots) state.slots[static_cast<size_t>(slot)] = Tensor();
  }
  return TakeOutputs(state);
}

}  // namespace tfwasm
