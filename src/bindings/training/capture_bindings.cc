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

#include "bindings/boundary.h"
#include "bindings/eager_listener.h"
#include "bindings/training/builder_scope.h"
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
  Operand OperandOf(Handle handle) override {
    const auto known = edges_.find(handle);
    if (known != edges_.end()) return {builder_, known->second};
    const auto variable = variables_.find(handle);
    if (variable == variables_.end()) return builder_.Const(GetTensor(handle));
    const Operand input = Placeholder(SpecOf(GetTensor(handle)));
    edges_[handle] = input.edge();
    used_.push_back(variable->second);
    return input;
  }
  Handle HandleOf(Operand value) override {
    const Handle handle = AddTensor(Tensor::WithoutValue(value.dtype(), value.shape()));
    edges_[handle] = value.edge();
    return handle;
  }

  // The inputs are those of the capture, then the variables.
  Graph Finish(const std::vector<Handle>& outputs, const std::vector<Handle>& changing) {
    for (size_t i = 0; i < outputs.size(); ++i) {
      graph_.outputs.push_back({StrCat("output_", i), OperandOf(outputs[i]).edge()});
    }
    num_changing_ = MoveToFront(changing);
    return std::move(graph_);
  }

  // The variables that became inputs, by the order of AddVariable. Changing ones come first.
  const std::vector<int>& used_variables() const { return used_; }
  size_t num_changing() const { return num_changing_; }

 private:
  Operand Placeholder(const TensorSpec& spec) {
    const Operand input = builder_.Placeholder(spec);
    graph_.inputs.push_back({StrCat("input_", graph_.inputs.size()), input.edge()});
    return input;
  }

  // Sorts the used variables, and returns how many of them are among these.
  size_t MoveToFront(const std::vector<Handle>& changing) {
    const size_t first = graph_.inputs.size() - used_.size();
    size_t count = 0;
    for (const Handle handle : changing) {
      const auto variable = variables_.find(handle);
      if (variable == variables_.end()) continue;
      const auto used = std::find(used_.begin(), used_.end(), variable->second);
      if (used == used_.end()) continue;
      const auto place = static_cast<size_t>(used - used_.begin());
      if (place < count) continue;
      std::swap(graph_.inputs[first + count], graph_.inputs[first + place]);
      std::swap(used_[count++], *used);
    }
    return count;
  }

  Graph graph_;
  GraphBuilder builder_;
  std::unordered_map<Handle, Edge> edges_;
  std::unordered_map<Handle, int> variables_;
  std::vector<int> used_;
  size_t num_changing_ = 0;
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
  std::unique_ptr<ModelState> state = std::make_unique<ModelState>();
  std::map<std::string, int> ids = {};  // by structure
  std::vector<std::unique_ptr<FrozenProgram>> programs = {};
};

HandleTable<CapturedFunction>& Functions() {
  static auto* functions = new HandleTable<CapturedFunction>("function");
  return *functions;
}

template <typename T>
std::vector<T> Numbers(const val& list) {
  return emscripten::convertJSArrayToNumberVector<T>(list);
}

Shape DeclaredShape(const val& dims) {
  std::vector<int64_t> sizes;
  for (const double dim : Numbers<double>(dims)) sizes.push_back(static_cast<int64_t>(dim));
  return Shape(std::span<const int64_t>(sizes));
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
    return Innermost().AddInput(spec, DeclaredShape(declared));
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

// {program, variables, changing}: its id, the variables that it takes, and how many of them, the
// first, are inputs of runs.
val CapturedProgram(Handle function, val outputs, val changing) {
  return Guard([&] {
    Graph graph = Innermost().Finish(Numbers<Handle>(outputs), Numbers<Handle>(changing));
    const std::vector<int>& variables = Innermost().used_variables();
    const size_t num_changing = Innermost().num_changing();
    CapturedFunction& owner = Functions().Get(function);
    const auto next = static_cast<int>(owner.programs.size());
    const auto [entry, is_new] = owner.ids.try_emplace(StructureOf(graph), next);
    if (is_new) {
      owner.programs.push_back(std::make_unique<FrozenProgram>(
          std::move(graph), variables.size() - num_changing, *owner.state));
    }
    val result = val::object();
    result.set("program", entry->second);
    result.set("variables", val::array(variables));
    result.set("changing", num_changing);
    return result;
  });
}

val RunFunction(Handle function, int program, val inputs, val variables) {
  return Guard([&] {
    const std::vector<Tensor> feeds = GetTensors(inputs);
    const std::vector<Tensor> weights = GetTensors(variables);
    const CapturedFunction& owner = Functions().Get(function);
    return AddTensors(owner.programs.at(static_cast<size_t>(program))->Run(feeds, weights));
  });
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
  emscripten::function("runFunction", &RunFunction);
}

}  // namespace tfwasm
