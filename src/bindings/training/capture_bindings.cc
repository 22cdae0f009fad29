// SPDX-License-Identifier: Apache-2.0
// Captures graphs: JavaScript calls ops on tensors without values, and the calls become nodes.
#include <emscripten/bind.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "autodiff/backward.h"
#include "bindings/boundary.h"
#include "bindings/eager_listener.h"
#include "bindings/training/builder_scope.h"
#include "bindings/training/specs.h"
#include "executor/frozen_program.h"
#include "graph/structure.h"
#include "ops/graph_builder.h"

namespace tfwasm {

namespace {

using emscripten::val;

class Capture : public BuilderScope, public OpCapture {
 public:
  Capture() : builder_(graph_) {}

  // `declared`: the sizes that the graph is made for; equal to `spec`, or unknown.
  Handle AddInput(const TensorSpec& spec, const Shape& declared) {
    const Operand input = Placeholder(spec);
    graph_.node(input.edge().node).attrs.Set("shape", declared);
    return HandleOf(input);
  }

  // When the tensor is used, it becomes an input of the graph.
  void AddVariable(Handle tensor) {
    const auto index = static_cast<int>(variables_.size());
    variables_.try_emplace(tensor, index);
  }

  bool Has(Handle handle) const override {
    return edges_.contains(handle) || variables_.contains(handle);
  }

  std::vector<Tensor> Emit(const Node& op, HeldTensors inputs) override {
    std::vector<Operand> operands;
    for (size_t i = 0; i < inputs.handles.size(); ++i) {
      operands.push_back(inputs.tensors[i].empty() ? OperandOf(inputs.handles[i])
                                                   : builder_.Const(inputs.tensors[i]));
    }
    last_ = builder_.EmitAll(op.op, operands, op.attrs);
    std::vector<Tensor> outputs;
    for (const Operand& output : last_) {
      outputs.push_back(Tensor::WithoutValue(output.dtype(), output.shape()));
    }
    return outputs;
  }

  void Identify(std::span<const Handle> outputs) override {
    for (size_t i = 0; i < outputs.size(); ++i) edges_[outputs[i]] = last_[i].edge();
  }

  Builder& builder() override { return builder_; }
  const Graph& graph() const override { return graph_; }
  Operand OperandOf(Handle handle) override {
    const auto known = edges_.find(handle);
    if (known != edges_.end()) return {builder_, known->second};
    const auto variable = variables_.find(handle);
    if (variable == variables_.end()) return builder_.Const(GetTensor(handle));
    const Operand input = Placeholder(tfwasm::SpecOf(GetTensor(handle)));
    edges_[handle] = input.edge();
    used_.push_back(variable->second);
    return input;
  }
  Handle HandleOf(Operand value) override {
    const Handle handle = AddTensor(Tensor::WithoutValue(value.dtype(), value.shape()));
    edges_[handle] = value.edge();
    return handle;
  }

  NodeId RecordCustomGradient(const std::vector<Handle>& inputs, Handle output) override {
    Node node{.name = graph_.UniqueName("custom_gradient"), .op = std::string(kCustomGradientOp)};
    for (const Handle input : inputs) node.inputs.push_back(OperandOf(input).edge());
    const Operand value = OperandOf(output);
    custom_values_[graph_.size()] = value.edge();
    builder_.Copy(node, {{value.dtype(), value.shape()}});
    edges_[output] = {.node = graph_.size() - 1};
    return graph_.size() - 1;
  }

  // The inputs are those of the capture, then `updated`, which get the new `values` at each run,
  // then the other variables that are used.
  Graph Finish(const std::vector<Handle>& outputs, const std::vector<Handle>& updated,
               const std::vector<Handle>& values) {
    for (const Handle output : outputs) AddOutput(OperandOf(output));
    for (size_t i = 0; i < updated.size(); ++i) AddUpdate(updated[i], OperandOf(values[i]));
    for (const auto& [node, value] : custom_values_) {
      graph_.ReplaceUses({.node = node}, value);
      graph_.Remove(node);
    }
    return std::move(graph_);
  }

  std::vector<double> ShapesOf(const Graph& graph) const {
    std::vector<double> shapes;
    for (NodeId id = 0; id < graph.size(); ++id) {
      const Shape& shape = builder_.spec({.node = id}).shape;
      shapes.push_back(shape.rank());
      shapes.insert(shapes.end(), shape.begin(), shape.end());
    }
    return shapes;
  }

  // The variables that became inputs, by the order of AddVariable.
  const std::vector<int>& used_variables() const { return used_; }

 private:
  Operand Placeholder(const TensorSpec& spec) {
    const Operand input = builder_.Placeholder(spec);
    graph_.inputs.push_back({StrCat("input_", graph_.inputs.size()), input.edge()});
    return input;
  }

  void AddOutput(Operand value) {
    graph_.outputs.push_back({StrCat("output_", graph_.outputs.size()), value.edge()});
  }

  void AddUpdate(Handle handle, Operand value) {
    const Operand variable = OperandOf(handle);
    if (SpecOf(variable) != SpecOf(value)) {
      Throw(value.dtype() == variable.dtype() ? Code::kShape : Code::kDType, "a variable of ",
            variable.dtype(), " ", variable.shape(), " cannot become ", value.dtype(), " ",
            value.shape());
    }
    const auto is_variable = [&](const NamedEdge& input) { return input.edge == variable.edge(); };
    const auto found = std::find_if(graph_.inputs.begin(), graph_.inputs.end(), is_variable);
    const auto index = static_cast<size_t>(found - graph_.inputs.begin());
    const size_t place = graph_.inputs.size() - used_.size() + graph_.updates.size();
    if (found == graph_.inputs.end() || index < place) {
      Throw(Code::kInternal, "only a variable can be updated, and only once");
    }
    std::swap(graph_.inputs[place], graph_.inputs[index]);
    std::swap(used_[graph_.updates.size()], used_[index - place + graph_.updates.size()]);
    graph_.updates.push_back(
        {.input = static_cast<int>(place), .output = static_cast<int>(graph_.outputs.size())});
    AddOutput(value);
  }

  static TensorSpec SpecOf(const Operand& value) { return {value.dtype(), value.shape()}; }

  Graph graph_;
  GraphBuilder builder_;
  std::unordered_map<Handle, Edge> edges_;
  std::unordered_map<Handle, int> variables_;
  std::vector<int> used_;
  std::map<NodeId, Edge> custom_values_;  // of nodes with a custom gradient
  std::vector<Operand> last_;
};

// Captures nest: a layer may be built while a model is captured.
std::vector<std::unique_ptr<Capture>>& Captures() {
  static auto* captures = new std::vector<std::unique_ptr<Capture>>;
  return *captures;
}

void UseInnermost() {
  Capture* const capture = Captures().empty() ? nullptr : Captures().back().get();
  SetOpCapture(capture);
  SetCaptureScope(capture);
}

Capture& Innermost() {
  if (Captures().empty()) Throw(Code::kInternal, "no capture is open");
  return *Captures().back();
}

// The programs of one function of JavaScript. Captures for other sizes that have the same structure
// share a program.
struct CapturedFunction {
  std::unique_ptr<Profiler> profiler = std::make_unique<Profiler>();
  std::unique_ptr<ModelState> state = std::make_unique<ModelState>();
  std::map<std::string, int> ids = {};  // by structure
  std::vector<std::unique_ptr<FrozenProgram>> programs = {};
};

HandleTable<CapturedFunction>& Functions() {
  static auto* functions = new HandleTable<CapturedFunction>("function");
  return *functions;
}

void OpenCapture() {
  Guard([] {
    Captures().push_back(std::make_unique<Capture>());
    UseInnermost();
  });
}

void CloseCapture() {
  Guard([] {
    if (!Captures().empty()) Captures().pop_back();
    UseInnermost();
  });
}

Handle CaptureInput(int dtype, val shape, val declared) {
  return Guard([&] {
    const TensorSpec spec{static_cast<DType>(dtype), ShapeFromJs(shape)};
    return Innermost().AddInput(spec, SizesFromJs(declared));
  });
}

void CaptureVariable(Handle tensor) {
  Guard([&] { Innermost().AddVariable(tensor); });
}

Handle CreateFunction() {
  return Guard([] { return Functions().Add(CapturedFunction()); });
}

void DisposeFunction(Handle function) {
  Guard([&] { Functions().Remove(function); });
}

// {program, variables}: its id, and the variables that it takes.
val CapturedProgram(Handle function, val outputs, val updated, val values) {
  return Guard([&] {
    const auto updated_handles = Numbers<Handle>(updated);
    Graph graph =
        Innermost().Finish(Numbers<Handle>(outputs), updated_handles, Numbers<Handle>(values));
    const std::vector<int>& variables = Innermost().used_variables();
    CapturedFunction& owner = Functions().Get(function);
    const auto next = static_cast<int>(owner.programs.size());
    const auto [entry, is_new] = owner.ids.try_emplace(StructureOf(graph), next);
    if (is_new) {
      owner.programs.push_back(std::make_unique<FrozenProgram>(
          std::move(graph), variables.size() - updated_handles.size(), *owner.state));
    }
    val result = val::object();
    result.set("program", entry->second);
    result.set("variables", val::array(variables));
    return result;
  });
}

int CapturedNodes() {
  return Guard([] { return Innermost().graph().size(); });
}

// {nodes, shapes, structure, variables}: StructureOf the graph and the number of its nodes, the
// ranks and sizes of their first outputs, and the variables that it takes.
val CapturedStructure(val outputs) {
  return Guard([&] {
    const Graph graph = Innermost().Finish(Numbers<Handle>(outputs), {}, {});
    val result = val::object();
    result.set("nodes", graph.size());
    result.set("shapes", val::array(Innermost().ShapesOf(graph)));
    result.set("structure", AddTensor(Tensor::Scalar(StructureOf(graph))));
    result.set("variables", val::array(Innermost().used_variables()));
    return result;
  });
}

// Takes the values of variables for a run, so that those that nothing else has are updated in
// place, and gives them back at the end.
class TakenVariables {
 public:
  TakenVariables(std::vector<Tensor>& feeds, std::vector<Handle> handles)
      : feeds_(feeds), handles_(std::move(handles)) {
    for (const Handle handle : handles_) GetTensor(handle);  // throws if it is not valid
    for (const Handle handle : handles_) feeds.push_back(Tensors().Get(handle).Take());
  }
  ~TakenVariables() {
    const size_t first = feeds_.size() - handles_.size();
    for (size_t i = 0; i < handles_.size(); ++i) {
      Tensors().Get(handles_[i]).Replace(std::move(feeds_[first + i]));
    }
  }
  TakenVariables(const TakenVariables&) = delete;
  TakenVariables& operator=(const TakenVariables&) = delete;

 private:
  std::vector<Tensor>& feeds_;
  std::vector<Handle> handles_;
};

val RunFunction(Handle function, int program, val inputs, val variables) {
  return Guard([&] {
    const CapturedFunction& owner = Functions().Get(function);
    std::vector<Tensor> feeds = GetTensors(inputs);
    std::vector<Tensor> outputs;
    {
      const TakenVariables taken(feeds, Numbers<Handle>(variables));
      outputs = owner.programs.at(static_cast<size_t>(program))->Run(feeds);
    }
    return AddTensors(outputs);
  });
}

void SetFunctionProfiling(Handle function, bool is_on) {
  Guard([&] {
    const CapturedFunction& owner = Functions().Get(function);
    owner.state->set_profiler(is_on ? owner.profiler.get() : nullptr);
  });
}
val TakeFunctionProfile(Handle function) {
  return Guard([&] { return ProfilesToJs(Functions().Get(function).profiler->Take()); });
}

}  // namespace

EMSCRIPTEN_BINDINGS(captures) {
  emscripten::function("openCapture", &OpenCapture);
  emscripten::function("closeCapture", &CloseCapture);
  emscripten::function("captureInput", &CaptureInput);
  emscripten::function("captureVariable", &CaptureVariable);
  emscripten::function("createFunction", &CreateFunction);
  emscripten::function("disposeFunction", &DisposeFunction);
  emscripten::function("capturedProgram", &CapturedProgram);
  emscripten::function("capturedNodes", &CapturedNodes);
  emscripten::function("capturedStructure", &CapturedStructure);
  emscripten::function("runFunction", &RunFunction);
  emscripten::function("setFunctionProfiling", &SetFunctionProfiling);
  emscripten::function("takeFunctionProfile", &TakeFunctionProfile);
}

}  // namespace tfwasm
