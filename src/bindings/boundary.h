// SPDX-License-Identifier: Apache-2.0
// Converts C++ errors and values to JavaScript and back. The interface is declared in
// js/core/core-module.ts.
#pragma once

#include <emscripten/val.h>

#include <string>
#include <string_view>
#include <vector>

#include "bindings/handle_table.h"
#include "core/error.h"
#include "core/tensor.h"
#include "executor/profiler.h"

namespace tfwasm {

// Exports a function with numeric arguments as a direct method of the module. A call through Embind
// takes as long as a small op. Implemented in cmake/glue-library.js.
extern "C" void ExposeFunction(const char* name, const void* function);

// Text crosses as `val` and is converted inside of Guard. Embind's own conversion of std::string
// writes to address 0 when memory runs out, and leaks the arguments of a call that throws.
std::string TextFromJs(const emscripten::val& text);
std::vector<std::string> TextsFromJs(const emscripten::val& list);
emscripten::val TextToJs(std::string_view text);

// From a JavaScript array of numbers.
template <typename T>
std::vector<T> Numbers(const emscripten::val& list) {
  return emscripten::convertJSArrayToNumberVector<T>(list);
}

// The TfwasmError for the exception that is being handled. Does not allocate in the wasm heap.
emscripten::val CaughtErrorToJs();

// Calls `f`. Rethrows C++ exceptions as TfwasmErrors.
template <typename F>
auto Guard(F f) -> decltype(f()) {
  // The JavaScript error is thrown after the catch blocks, so that the C++ exception is freed.
  emscripten::val js_error = emscripten::val::undefined();
  try {
    return f();
  } catch (...) {
    js_error = CaughtErrorToJs();
  }
  js_error.throw_();
}

// Throws E_SHAPE unless `dim` is an integer from 0 to 2^32.
void AppendDim(double dim, Shape& shape);
// Converts a JavaScript array of numbers.
Shape ShapeFromJs(const emscripten::val& dims);
emscripten::val ShapeToJs(const Shape& shape);

// The NodeProfiles of js/core/core-module.ts.
emscripten::val ProfilesToJs(const std::vector<NodeProfile>& profiles);

// A tensor held by JavaScript. Counted in memory(), unless it has no value.
class HeldTensor {
 public:
  explicit HeldTensor(Tensor&& tensor);
  HeldTensor(HeldTensor&& other) noexcept = default;
  HeldTensor& operator=(HeldTensor&&) = delete;
  ~HeldTensor();

  const Tensor& operator*() const { return tensor_; }
  const Tensor* operator->() const { return &tensor_; }

  // For changing the elements: no other tensor has the buffer afterwards (Tensor::MakeUnique).
  Tensor& MakeUnique();
  // The tensor for a while: until Replace, this one has no value.
  Tensor Take();
  void Replace(Tensor&& tensor);

 private:
  void Hold();
  void Release();

  Tensor tensor_;
};

// The memory of held tensors, without the memory that models hold themselves.
struct HeldMemory {
  size_t buffers;
  size_t bytes;
};
HeldMemory MemoryOfHeldTensors();

HandleTable<HeldTensor>& Tensors();
[[noreturn]] void ThrowNoValue();
// Throws E_DISPOSED, or E_LAYER if the tensor has no value since it belongs to a captured graph.
inline const Tensor& GetTensor(Handle handle) {
  const Tensor& tensor = *Tensors().Get(handle);
  if (tensor.empty()) ThrowNoValue();
  return tensor;
}
inline Handle AddTensor(Tensor tensor) { return Tensors().Add(HeldTensor(std::move(tensor))); }

// Registers `tensors` and returns their handles as a JavaScript array.
emscripten::val AddTensors(std::vector<Tensor> tensors);
std::vector<Tensor> GetTensors(const emscripten::val& handles);

}  // namespace tfwasm
