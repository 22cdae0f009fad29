// SPDX-License-Identifier: Apache-2.0
#include "executor/plan_builder.h"

#include <algorithm>

#include "core/flag_list.h"
#include "executor/inference.h"
#include "executor/memory_planner.h"

namespace tfwasm {

namespace {

// Whether the elements are objects, which need a buffer of their dtype.
bool HoldsObjects(DType dtype) { return dtype == DType::kString || IsHandle(dtype); }

class PlanBuilder {
 public:
  PlanBuilder(const Graph& graph, const std::vector<TensorSpec>& feeds, NodeStates& states,
              Environment* environment)
      : graph_(graph),
        states_(states),
        environment_(environment),
        inference_(InferGraph(graph, feeds, environment)) {
    for (size_t i = 0; i < inference_.specs.size(); ++i) {
      data_.values.push_back({.spec = inference_.specs[i]});
    }
  }

  PlanData Build() {
    ListSteps();
    FindLastReads();
    PlaceFeeds();
    for (size_t i = 0; i < data_.steps.size(); ++i) PlaceStep(static_cast<int>(i));
    for (const NamedEdge& output : graph_.outputs) {
      data_.outputs.push_back(inference_.ValueOf(output.edge));
      Pin(data_.outputs.back());
    }
    PlaceArena();
    MakeKernels();
    return std::move(data_);
  }

 private:
  const Node& NodeOf(const Step& step) const { return graph_.node(step.node); }
  const NodeFacts& FactsOf(const Step& step) const { return inference_.facts(step.node); }
  Value& value(int id) { return data_.values[static_cast<size_t>(id)]; }
  Storage& storage(int id) { return data_.storages[static_cast<size_t>(id)]; }

  void ListSteps();
  void AddStep(NodeId id);
  Step::Kind KindOf(NodeId id) const;
  void FindLastReads();
  void PlaceFeeds();
  void PlaceStep(int index);
  void PlaceOutput(int output, const Step& step, int index);
  bool Updates(int value_id, const Storage& feed) const;
  int StorageToShare(const Step& step, int output, int index);
  bool MayOverwrite(const Step& step, int input, int output, int index);
  int AddStorage(Storage::Kind kind, const TensorSpec& spec, int step);
  void EnsureStorage(int value_id);
  void Pin(int value_id);
  void PlaceArena();
  void FindLastSlots();
  void MakeKernels();
  void MakeKernel(Step& step);
  std::unique_ptr<NodeRunner> RunnerFor(const Step& step);
  bool KnowsConstantsOnly(const Node& node) const;

  const Graph& graph_;
  NodeStates& states_;
  Environment* environment_;
  Inference inference_;
  std::vector<int> last_reads_;  // by value: the last step that reads it, -1 for none
  int end_ = 0;                  // number of steps: the time when outputs are read
  PlanData data_;
};

// Only nodes that the outputs need and whose values are not known become steps. Control inputs that
// passes have left count too: their nodes have side effects or may be dead.
void PlanBuilder::ListSteps() {
  FlagList needed(static_cast<size_t>(graph_.size()), false);
  const auto need = [&](Edge edge) {
    const bool is_known = inference_.IsKnown(inference_.ValueOf(edge));
    if (!is_known || inference_.facts(edge.node).maybe_dead) {
      needed[static_cast<size_t>(edge.node)] = true;
    }
  };
  for (const NamedEdge& output : graph_.outputs) {
    need(output.edge);
    // A known output needs no step, except for the side effects that it depends on.
    if (!graph_.node(output.edge.node).control_inputs.empty()) {
      needed[static_cast<size_t>(output.edge.node)] = true;
    }
  }
  for (auto it = inference_.order.rbegin(); it != inference_.order.rend(); ++it) {
    if (!needed[static_cast<size_t>(*it)]) continue;
    for (const Edge& edge : graph_.node(*it).inputs) need(edge);
    for (const NodeId id : graph_.node(*it).control_inputs) needed[static_cast<size_t>(id)] = true;
  }
  for (const NodeId id : inference_.order) {
    const bool is_feed = inference_.facts(id).def == nullptr;
    if (needed[static_cast<size_t>(id)] && !is_feed) AddStep(id);
  }
}

Step::Kind PlanBuilder::KindOf(NodeId id) const {
  const NodeFacts& facts = inference_.facts(id);
  if (facts.def->run != nullptr) return Step::Kind::kDynamic;
  if (!facts.planned) return Step::Kind::kDynamic;
  if (facts.def->is_view || facts.def->kernel == nullptr) return Step::Kind::kNothing;
  if (facts.def->is_stateful) return Step::Kind::kKernel;
  for (int value = facts.first_value; value < facts.first_value + facts.num_values; ++value) {
    const bool is_empty = inference_.spec(value).shape.NumElements() == 0;
    if (!is_empty && !inference_.IsKnown(value)) return Step::Kind::kKernel;
  }
  return Step::Kind::kNothing;
}

void PlanBuilder::AddStep(NodeId id) {
  const NodeFacts& facts = inference_.facts(id);
  Step step{.node = id, .def = facts.def, .kind = KindOf(id), .maybe_dead = facts.maybe_dead};
  data_.maybe_dead |= facts.maybe_dead || facts.def->liveness == Liveness::kSwitch;
  step.first_input = static_cast<int>(data_.arguments.size());
  for (const Edge& edge : graph_.node(id).inputs) {
    data_.arguments.push_back(inference_.ValueOf(edge));
  }
  step.first_output = static_cast<int>(data_.arguments.size());
  step.num_inputs = step.first_output - step.first_input;
  step.num_outputs = facts.num_values;
  for (int i = 0; i < facts.num_values; ++i) data_.arguments.push_back(facts.first_value + i);
  data_.steps.push_back(std::move(step));
}

void PlanBuilder::FindLastReads() {
  last_reads_.assign(data_.values.size(), -1);
  end_ = static_cast<int>(data_.steps.size());
  for (size_t i = 0; i < data_.steps.size(); ++i) {
    const Step& step = data_.steps[i];
    for (int k = 0; k < step.num_inputs; ++k) {
      const int id = data_.arguments[static_cast<size_t>(step.first_input + k)];
      last_reads_[static_cast<size_t>(id)] = static_cast<int>(i);
    }
  }
  for (const NamedEdge& output : graph_.outputs) {
    last_reads_[static_cast<size_t>(inference_.ValueOf(output.edge))] = end_;
  }
}

int PlanBuilder::AddStorage(Storage::Kind kind, const TensorSpec& spec, int step) {
  Storage added{.kind = kind, .bytes = NumBytes(spec)};
  // Checked here, since kernels are created before memory is allocated and must not see sizes that
  // overflow.
  Buffer::CheckAddressable(added.bytes);
  if (HoldsObjects(spec.dtype)) added.objects = spec.dtype;
  added.first_step = step;
  added.last_step = step;
  data_.storages.push_back(std::move(added));
  return static_cast<int>(data_.storages.size()) - 1;
}

void PlanBuilder::PlaceFeeds() {
  for (size_t i = 0; i < graph_.inputs.size(); ++i) {
    const int id = inference_.ValueOf(graph_.inputs[i].edge);
    value(id).storage = AddStorage(Storage::Kind::kFeed, value(id).spec, 0);
    storage(value(id).storage).index = static_cast<int>(i);
    storage(value(id).storage).last_step = last_reads_[static_cast<size_t>(id)];
  }
}

// Whether a value is the new value of the variable whose storage this is.
bool PlanBuilder::Updates(int value_id, const Storage& feed) const {
  return std::any_of(graph_.updates.begin(), graph_.updates.end(), [&](const FeedUpdate& update) {
    const Edge result = graph_.outputs[static_cast<size_t>(update.output)].edge;
    return update.input == feed.index && inference_.ValueOf(result) == value_id;
  });
}

// Gives a known value constant storage, unless a step computes it.
void PlanBuilder::EnsureStorage(int value_id) {
  const Tensor& known = inference_.known[static_cast<size_t>(value_id)];
  if (known.empty() || value(value_id).storage != kUnplanned) return;
  value(value_id).storage = AddStorage(Storage::Kind::kConst, value(value_id).spec, 0);
  storage(value(value_id).storage).constant = known;
}

// Makes a value survive its step, as a separate tensor.
void PlanBuilder::Pin(int value_id) {
  EnsureStorage(value_id);
  if (value(value_id).storage == kUnplanned) return;
  Storage& pinned = storage(value(value_id).storage);
  if (pinned.kind != Storage::Kind::kArena) return;
  pinned.kind = Storage::Kind::kHeap;
  pinned.index = static_cast<int>(data_.heap_storages.size());
  data_.heap_storages.push_back(value(value_id).storage);
}

void PlanBuilder::PlaceStep(int index) {
  const Step& step = data_.steps[static_cast<size_t>(index)];
  const bool planned = step.kind != Step::Kind::kDynamic;
  for (int i = 0; i < step.num_inputs; ++i) {
    const int id = data_.arguments[static_cast<size_t>(step.first_input + i)];
    EnsureStorage(id);
    if (value(id).storage == kUnplanned) continue;
    Storage& read = storage(value(id).storage);
    // Outputs of a dynamic step may be views of its inputs, so the inputs must live to the end.
    read.last_step = std::max(read.last_step, planned ? index : end_);
    if (!planned) Pin(id);
  }
  for (int i = 0; i < step.num_outputs; ++i) {
    const int id = data_.arguments[static_cast<size_t>(step.first_output + i)];
    if (planned) {
      PlaceOutput(i, step, index);
    } else if (EnsureStorage(id); value(id).storage == kUnplanned) {
      value(id).slot = static_cast<int>(data_.slot_readers.size());
      data_.slot_readers.emplace_back();
    }
  }
}

void PlanBuilder::PlaceOutput(int output, const Step& step, int index) {
  const int id = data_.arguments[static_cast<size_t>(step.first_output + output)];
  if (step.kind == Step::Kind::kNothing) EnsureStorage(id);
  if (value(id).storage != kUnplanned) return;
  if (step.def->is_view) {
    const Value& source = value(data_.arguments[static_cast<size_t>(step.first_input)]);
    value(id).slot = source.slot;
    if (source.storage == kUnplanned) return;
  }
  int place = StorageToShare(step, output, index);
  if (place == kUnplanned) place = AddStorage(Storage::Kind::kArena, value(id).spec, index);
  value(id).storage = place;
  Storage& placed = storage(place);
  // The lifetime of a shared storage includes the reads of views and in-place results.
  placed.last_step = std::max({placed.last_step, index, last_reads_[static_cast<size_t>(id)]});
  // Objects cannot be in raw arena memory.
  if (placed.objects != DType::kInvalid) Pin(id);
}

int PlanBuilder::StorageToShare(const Step& step, int output, int index) {
  const OpDef& def = *FactsOf(step).def;
  if (output != 0 && !def.in_place_pairs) return kUnplanned;
  const auto first = static_cast<size_t>(step.first_input);
  if (def.is_view) return value(data_.arguments[first]).storage;
  const int id = data_.arguments[static_cast<size_t>(step.first_output + output)];
  if (HoldsObjects(value(id).spec.dtype)) return kUnplanned;
  for (int i = 0; i < std::min(step.num_inputs, 32); ++i) {
    const bool is_allowed = def.in_place_pairs ? i == output : (def.in_place_inputs >> i & 1) != 0;
    if (is_allowed && MayOverwrite(step, i, id, index)) {
      return value(data_.arguments[first + static_cast<size_t>(i)]).storage;
    }
  }
  return kUnplanned;
}

bool PlanBuilder::MayOverwrite(const Step& step, int input, int output, int index) {
  const auto first = static_cast<size_t>(step.first_input);
  const int id = data_.arguments[first + static_cast<size_t>(input)];
  const int shared = value(id).storage;
  if (shared == kUnplanned) return false;
  const Storage& candidate = storage(shared);
  if (candidate.bytes != NumBytes(value(output).spec)) return false;
  const bool is_variable = candidate.kind == Storage::Kind::kFeed && Updates(output, candidate);
  if (candidate.kind != Storage::Kind::kArena && !is_variable) return false;
  if (candidate.last_step > index) return false;
  for (int i = 0; i < step.num_inputs; ++i) {
    const int other = data_.arguments[first + static_cast<size_t>(i)];
    if (i != input && value(other).storage == shared) return false;
  }
  return true;
}

void PlanBuilder::PlaceArena() {
  std::vector<Lifetime> lifetimes;
  std::vector<int> ids;
  for (size_t i = 0; i < data_.storages.size(); ++i) {
    const Storage& placed = data_.storages[i];
    if (placed.kind != Storage::Kind::kArena) continue;
    lifetimes.push_back(
        {.bytes = placed.bytes, .first = placed.first_step, .last = placed.last_step});
    ids.push_back(static_cast<int>(i));
  }
  const ArenaLayout layout = PlanArena(lifetimes);
  for (size_t i = 0; i < ids.size(); ++i) storage(ids[i]).offset = layout.offsets[i];
  data_.arena_bytes = layout.bytes;
}

// A slot is cleared after its last reader, unless it holds an output.
void PlanBuilder::FindLastSlots() {
  std::vector<int> last(data_.slot_readers.size(), -1);
  for (size_t i = 0; i < data_.steps.size(); ++i) {
    const Step& step = data_.steps[i];
    for (int k = 0; k < step.num_inputs + step.num_outputs; ++k) {
      const int argument = step.first_input + k;
      const int slot = value(data_.arguments[static_cast<size_t>(argument)]).slot;
      if (slot == kUnplanned) continue;
      last[static_cast<size_t>(slot)] = static_cast<int>(i);
      const bool is_read = k < step.num_inputs && step.kind == Step::Kind::kKernel;
      if (is_read) data_.slot_readers[static_cast<size_t>(slot)].push_back(argument);
    }
  }
  for (const int output : data_.outputs) {
    if (value(output).slot != kUnplanned) last[static_cast<size_t>(value(output).slot)] = -1;
  }
  for (size_t slot = 0; slot < last.size(); ++slot) {
    if (last[slot] < 0) continue;
    data_.steps[static_cast<size_t>(last[slot])].last_slots.push_back(static_cast<int>(slot));
  }
}

void PlanBuilder::MakeKernels() {
  FindLastSlots();
  std::erase_if(data_.steps, [](const Step& step) {
    return step.kind == Step::Kind::kNothing && !step.maybe_dead && step.last_slots.empty();
  });
  for (Step& step : data_.steps) {
    const Node& node = NodeOf(step);
    const auto make = [&] {
      if (step.kind == Step::Kind::kKernel) MakeKernel(step);
      if (step.kind == Step::Kind::kDynamic) step.runner = RunnerFor(step);
    };
    if (!step.maybe_dead) {
      Blaming(node, make);
    } else if (const auto error = Deferring([&] { Blaming(node, make); })) {
      step.kind = Step::Kind::kKernel;
      step.kernel = tfwasm::MakeKernel([error = *error](RunContext&) { throw error; });
    }
  }
}

std::unique_ptr<NodeRunner> PlanBuilder::RunnerFor(const Step& step) {
  FlagList constant;
  for (const Edge& edge : NodeOf(step).inputs) constant.push_back(graph_.IsConst(edge));
  return std::make_unique<NodeRunner>(NodeOf(step), std::move(constant),
                                      &states_[static_cast<size_t>(step.node)], environment_);
}

void PlanBuilder::MakeKernel(Step& step) {
  const Node& node = NodeOf(step);
  const NodeFacts& facts = FactsOf(step);
  std::vector<TensorSpec> outputs;
  for (int i = 0; i < facts.num_values; ++i) {
    outputs.push_back(inference_.spec(facts.first_value + i));
  }
  // State that depends on this plan's shapes must not be shared with other plans.
  std::shared_ptr<NodeState> own_state;
  const bool may_share = KnowsConstantsOnly(node);
  const KernelContext context(node, inference_.InputSpecs(node), inference_.InputValues(node),
                              std::move(outputs),
                              may_share ? &states_[static_cast<size_t>(step.node)] : &own_state);
  step.kernel = facts.def->kernel(context);
  step.packed_inputs = context.packed_inputs();
}

bool PlanBuilder::KnowsConstantsOnly(const Node& node) const {
  return std::all_of(node.inputs.begin(), node.inputs.end(), [&](const Edge& edge) {
    return graph_.IsConst(edge) || !inference_.IsKnown(inference_.ValueOf(edge));
  });
}

}  // namespace

PlanData PlanGraph(const Graph& graph, const std::vector<TensorSpec>& feeds, NodeStates& states,
                   Environment* environment) {
  return PlanBuilder(graph, feeds, states, environment).Build();
}

}  // namespace tfwasm
