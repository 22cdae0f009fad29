// SPDX-License-Identifier: Apache-2.0
// Gradients of functions that call eager ops.
#include <emscripten/bind.h>

#include <memory>
#include <optional>
#include <vector>

#include "autodiff/backward.h"
#include "autodiff/backward_program.h"
#include "autodiff/trace.h"
#include "bindings/boundary.h"
#include "bindings/eager_listener.h"
#include "bindings/training/builder_scope.h"

namespace tfwasm {

namespace {

using emscripten::val;

// One trace for all nested gradient scopes. It lives until the outermost one is closed.
class Recorder : public EagerListener, public BuilderScope {
 public:
  void Open() {
    if (depth_ == 0) {
      trace_ = std::make_unique<Trace>();
      SetProfilers();
    }
    ++depth_;
    Listen();
  }

  void Close() {
    if (depth_ == 0) Throw(Code::kInternal, "no gradient scope is open");
    if (--depth_ == 0) trace_.reset();
    Listen();
  }

  // Whether calls are recorded. Returns the previous value.
  bool SetPaused(bool is_paused) {
    const bool before = std::exchange(is_paused_, is_paused);
    Listen();
    return before;
  }

  void SetProfiling(bool is_on) {
    is_profiling_ = is_on;
    SetProfilers();
  }
  std::vector<NodeProfile> TakeProfile() { return profiler_.Take(); }

  void OnRun(const Node& op, HeldTensors inputs, HeldTensors outputs) override {
    const std::vector<Trace::Argument> arguments = ArgumentsOf(inputs);
    if (trace_->IsRecorded(arguments)) trace_->Record(op, arguments, ArgumentsOf(outputs));
  }

  NodeId RecordCustomGradient(const std::vector<Handle>& inputs, Handle output) override {
    std::vector<Tensor> tensors;
    for (const Handle handle : inputs) tensors.push_back(GetTensor(handle));
    const auto arguments = ArgumentsOf({tensors, inputs});
    if (!trace().IsRecorded(arguments)) return kNoNode;
    const Trace::Argument result{output, &GetTensor(output)};
    return trace().Record({.op = std::string(kCustomGradientOp)}, arguments, {&result, 1});
  }

  Trace& trace() {
    if (trace_ == nullptr) Throw(Code::kInternal, "no gradient scope is open");
    return *trace_;
  }

  Builder& builder() override { return trace(); }
  const Graph& graph() const override { return trace_->graph(); }
  Operand OperandOf(Handle handle) override {
    return trace().OperandOf({handle, &GetTensor(handle)});
  }
  Handle HandleOf(Operand operand) override {
    const Handle handle = AddTensor(trace().tensor(operand.edge()));
    trace().Identify(handle, operand.edge());
    return handle;
  }

  // By x; empty if they must be computed by a Backward: in nested scopes, which record the backward
  // pass, too, and where the cache cannot.
  std::optional<std::vector<Tensor>> CachedGradients(Operand y, const std::vector<Operand>& xs) {
    if (depth_ > 1) return std::nullopt;
    std::vector<Edge> edges;
    for (const Operand& x : xs) edges.push_back(x.edge());
    return cache_.Run(trace(), y.edge(), edges);
  }

  static std::vector<Trace::Argument> ArgumentsOf(HeldTensors held) {
    std::vector<Trace::Argument> arguments;
    for (size_t i = 0; i < held.tensors.size(); ++i) {
      arguments.push_back({held.handles[i], &held.tensors[i]});
    }
    return arguments;
  }

 private:
  void SetProfilers() {
    Profiler* profiler = is_profiling_ ? &profiler_ : nullptr;
    cache_.set_profiler(profiler);
    if (trace_ != nullptr) trace_->set_profiler(profiler);
  }
  void Listen() {
    const bool is_on = depth_ > 0 && !is_paused_;
    SetEagerListener(is_on ? this : nullptr);
    SetGradientScope(is_on ? this : nullptr);
  }

  BackwardCache cache_;
  std::unique_ptr<Trace> trace_;
  int depth_ = 0;
  bool is_paused_ = false;
  Profiler profiler_;
  bool is_profiling_ = false;
};

Recorder& TheRecorder() {
  static auto* recorder = new Recorder;
  return *recorder;
}

void OpenGradientScope() {
  Guard([] { TheRecorder().Open(); });
}
void CloseGradientScope() {
  Guard([] { TheRecorder().Close(); });
}
bool PauseGradients(bool is_paused) {
  return Guard([&] { return TheRecorder().SetPaused(is_paused); });
}
void WatchTensor(Handle handle) {
  Guard([&] { TheRecorder().OperandOf(handle); });
}

// Undefined if startBackward must compute the gradients.
val CachedGradients(Handle y, val xs) {
  return Guard([&] {
    const std::vector<Operand> operands = OperandsOf(TheRecorder(), xs);
    const Operand result = TheRecorder().OperandOf(y);
    auto gradients = TheRecorder().CachedGradients(result, operands);
    if (!gradients) return val::undefined();
    Tensors().Reserve(gradients->size());
    std::vector<Handle> handles;
    for (size_t i = 0; i < operands.size(); ++i) {
      Tensor& gradient = (*gradients)[i];
      handles.push_back(gradient.empty() ? MissingGradient(TheRecorder(), result, operands[i])
                                         : AddTensor(std::move(gradient)));
    }
    return val::array(handles);
  });
}

void SetBackwardProfiling(bool is_on) {
  Guard([&] { TheRecorder().SetProfiling(is_on); });
}
val TakeBackwardProfile() {
  return Guard([] { return ProfilesToJs(TheRecorder().TakeProfile()); });
}

}  // namespace

EMSCRIPTEN_BINDINGS(gradients) {
  emscripten::function("openGradientScope", &OpenGradientScope);
  emscripten::function("closeGradientScope", &CloseGradientScope);
  emscripten::function("pauseGradients", &PauseGradients);
  emscripten::function("watchTensor", &WatchTensor);
  emscripten::function("cachedGradients", &CachedGradients);
  emscripten::function("setBackwardProfiling", &SetBackwardProfiling);
  emscripten::function("takeBackwardProfile", &TakeBackwardProfile);
}

}  // namespace tfwasm
