// SPDX-License-Identifier: Apache-2.0
// Eager calls. A call takes about a microsecond, so its arguments are not passed as JavaScript
// arrays, but in the frame, an array of float64 numbers in the wasm heap.
#include <emscripten/bind.h>

#include <algorithm>

#include "bindings/boundary.h"
#include "bindings/eager_listener.h"
#include "executor/eager.h"
#include "graph/graphdef_reader.h"

namespace tfwasm {

namespace {

using emscripten::val;

// Markers instead of a handle: a literal tensor follows, as dtype, rank, dimensions and elements.
constexpr double kConstant = 0;
constexpr double kValue = -1;

EagerOps& Ops() {
  static auto* ops = new EagerOps;
  return *ops;
}

std::vector<double>& Frame() {
  static auto* frame = new std::vector<double>;
  return *frame;
}

class FrameReader {
 public:
  explicit FrameReader(std::span<const double> frame, const OpCapture* capture)
      : rest_(frame), capture_(capture) {}

  void Next(std::vector<Tensor>& inputs, FlagList& constant, std::vector<Handle>& handles) {
    const double first = Number();
    const bool is_literal = first == kConstant || first == kValue;
    constant.push_back(first == kConstant);
    handles.push_back(is_literal ? 0 : first);
    if (is_literal) {
      inputs.push_back(Written());
    } else {
      const bool is_captured = capture_ != nullptr && capture_->Has(first);
      inputs.push_back(is_captured ? Tensor() : GetTensor(first));
    }
  }

 private:
  double Number() {
    if (rest_.empty()) Throw(Code::kInternal, "the frame of the op is too short");
    const double number = rest_.front();
    rest_ = rest_.subspan(1);
    return number;
  }

  Tensor Written() {
    const auto dtype = static_cast<DType>(Number());
    Shape shape;
    for (auto rank = static_cast<int>(Number()); rank > 0; --rank) {
      shape.Append(static_cast<int64_t>(Number()));
    }
    Tensor tensor(dtype, shape);
    for (int64_t i = 0; i < tensor.size(); ++i) Write(Number(), i, tensor);
    return tensor;
  }

  static void Write(double value, int64_t i, Tensor& tensor) {
    if (tensor.dtype() == DType::kFloat32) {
      static_cast<float*>(tensor.mutable_data())[i] = static_cast<float>(value);
    } else if (tensor.dtype() == DType::kInt32) {
      static_cast<int32_t*>(tensor.mutable_data())[i] = static_cast<int32_t>(value);
    } else if (tensor.dtype() == DType::kBool) {
      static_cast<uint8_t*>(tensor.mutable_data())[i] = value != 0 ? 1 : 0;
    } else {
      Throw(Code::kInternal, "values of dtype ", tensor.dtype(), " do not fit the frame");
    }
  }

  std::span<const double> rest_;
  const OpCapture* capture_;
};

// Writes handle, dtype, rank and dimensions of each output, and appends the handles to `handles`.
// Returns the number of values written.
int WriteOutputs(std::vector<Tensor> outputs, std::vector<Handle>& handles) {
  size_t size = 0;
  for (const Tensor& output : outputs) size += 3 + output.shape().dims().size();
  // Reserves first, so that either all outputs get handles or none. Grows the frame last: if this
  // throws, JavaScript does not learn that the frame has moved.
  Tensors().Reserve(outputs.size());
  handles.reserve(outputs.size());
  if (Frame().size() < size) Frame().resize(size);
  auto next = Frame().begin();
  for (Tensor& output : outputs) {
    const Shape shape = output.shape();
    const auto dtype = static_cast<double>(output.dtype());
    handles.push_back(AddTensor(std::move(output)));
    *next++ = handles.back();
    *next++ = dtype;
    *next++ = shape.rank();
    for (const int64_t dim : shape) *next++ = static_cast<double>(dim);
  }
  return static_cast<int>(size);
}

int RegisterOp(val op, val attrs) {
  return Guard([&] {
    const std::string json = TextFromJs(attrs);
    return Ops().Register(TextFromJs(op), json.empty() ? AttrMap() : ReadAttrs(json));
  });
}

uintptr_t OpFrame(int size) {
  return Guard([&] {
    if (static_cast<size_t>(size) > Frame().size()) Frame().resize(static_cast<size_t>(size));
    return reinterpret_cast<uintptr_t>(Frame().data());
  });
}

// Ops on values of the graph, and ops whose results differ from run to run.
bool IsCaptured(int op, const std::vector<Tensor>& inputs) {
  const auto has_no_value = [](const Tensor& input) { return input.empty(); };
  return Ops().IsStateful(op) || std::any_of(inputs.begin(), inputs.end(), has_no_value);
}

int EmitInto(OpCapture& capture, int op, HeldTensors inputs) {
  std::vector<Tensor> outputs = capture.Emit(Ops().NodeOf(op), inputs);
  std::vector<Handle> results;
  const int size = WriteOutputs(std::move(outputs), results);
  capture.Identify(results);
  return size;
}

int RunOp(int op, int num_inputs) {
  return Guard([&] {
    OpCapture* const capture = CurrentOpCapture();
    FrameReader reader(Frame(), capture);
    std::vector<Tensor> inputs;
    inputs.reserve(static_cast<size_t>(num_inputs));
    // Reused to save allocations.
    static auto& constant = *new FlagList;
    static auto& handles = *new std::vector<Handle>;
    constant.clear();
    handles.clear();
    for (int i = 0; i < num_inputs; ++i) reader.Next(inputs, constant, handles);
    if (capture != nullptr && IsCaptured(op, inputs)) {
      return EmitInto(*capture, op, {inputs, handles});
    }
    std::vector<Tensor> outputs = Ops().Run(op, inputs, constant);
    EagerListener* const listener = CurrentEagerListener();
    if (listener == nullptr) return WriteOutputs(std::move(outputs), handles);
    std::vector<Handle> results;
    const int size = WriteOutputs(outputs, results);
    try {
      listener->OnRun(Ops().NodeOf(op), {inputs, handles}, {outputs, results});
    } catch (...) {
      for (const Handle result : results) Tensors().Remove(result);
      throw;
    }
    return size;
  });
}

void ForgetOps() { Ops().Clear(); }

EagerListener*& Listener() {
  static EagerListener* listener = nullptr;
  return listener;
}

OpCapture*& Capture() {
  static OpCapture* capture = nullptr;
  return capture;
}

}  // namespace

EagerListener* CurrentEagerListener() { return Listener(); }
void SetEagerListener(EagerListener* listener) { Listener() = listener; }

OpCapture* CurrentOpCapture() { return Capture(); }
void SetOpCapture(OpCapture* capture) { Capture() = capture; }

EMSCRIPTEN_BINDINGS(ops) {
  emscripten::function("registerOp", &RegisterOp);
  emscripten::function("opFrame", &OpFrame);
  ExposeFunction("runOp", reinterpret_cast<const void*>(&RunOp));
  emscripten::function("forgetOps", &ForgetOps);
}

}  // namespace tfwasm
