// SPDX-License-Identifier: Apache-2.0
// How C++ errors and values cross to JavaScript. The contract is js/core/core-module.ts.
#pragma once

#include <emscripten/val.h>

#include <string>
#include <string_view>
#include <vector>

#include "bindings/handle_table.h"
#include "core/error.h"
#include "core/tensor.h"

namespace tfwasm {

// Makes a function of numbers a method of the module as it is: a call through Embind takes as long
// as a small op. In cmake/glue-library.js.
extern "C" void ExposeFunction(const char* name, const void* function);

// Text crosses as `val` and is converted inside of Guard. Embind's own conversion of std::string
// writes to address 0 when there is no memory, and leaks the arguments of a call that throws.
std::string TextFromJs(const emscripten::val& text);
std::vector<std::string> TextsFromJs(const emscripten::val& list);
emscripten::val TextToJs(std::string_view text);

// The TfwasmError for the exception that is being handled. Takes no memory of the wasm heap.
emscripten::val CaughtErrorToJs();

// Calls `f`; a C++ exception becomes a thrown TfwasmError.
template <typename F>
auto Guard(F f) -> decltype(f()) {
  // Thrown only after the C++ exception has been handled, so that nothing of it remains.
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
// Numbers from a JavaScript array.
Shape ShapeFromJs(const emscripten::val& dims);
emscripten::val ShapeToJs(const Shape& shape);

// A tensor that JavaScript holds, which counts for memory().
class HeldTensor {
 public:
  explicit HeldTensor(Tensor&& tensor);
  HeldTensor(HeldTensor&& other) noexcept = default;
  HeldTensor& operator=(HeldTensor&&) = delete;
  ~HeldTensor();

  const Tensor& operator*() const { return tensor_; }
  const Tensor* operator->() const { return &tensor_; }

 private:
  Tensor tensor_;
};

// What the held tensors are on, without what models hold for themselves.
struct HeldMemory {
  size_t buffers;
  size_t bytes;
};
HeldMemory MemoryOfHeldTensors();

HandleTable<HeldTensor>& Tensors();
inline const Tensor& GetTensor(Handle handle) { return *Tensors().Get(handle); }
inline Handle AddTensor(Tensor tensor) { return Tensors().Add(HeldTensor(std::move(tensor))); }

// Handles for `tensors`, as a JavaScript array.
emscripten::val AddTensors(std::vector<Tensor> tensors);
std::vector<Tensor> GetTensors(const emscripten::val& handles);

}  // namespace tfwasm
