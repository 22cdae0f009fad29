// SPDX-License-Identifier: Apache-2.0
// How C++ errors and values cross to JavaScript. The contract is js/core/core-module.ts.
#pragma once

#include <emscripten/val.h>

#include <new>
#include <string>
#include <vector>

#include "bindings/handle_table.h"
#include "core/error.h"
#include "core/tensor.h"

namespace tfwasm {

// Makes a function of numbers a method of the module as it is: a call through Embind takes as long
// as a small op. In cmake/glue-library.js.
extern "C" void ExposeFunction(const char* name, const void* function);

// The TfwasmError for `error`, made by Module.makeError.
emscripten::val ToJsError(const Error& error);

// Calls `f`; a C++ exception becomes a thrown TfwasmError.
template <typename F>
auto Guard(F f) -> decltype(f()) {
  // Thrown only after the C++ exception is over, so that nothing of it is left behind.
  emscripten::val js_error = emscripten::val::undefined();
  try {
    return f();
  } catch (const Error& error) {
    js_error = ToJsError(error);
  } catch (const std::bad_alloc&) {
    js_error = ToJsError(Error(Code::kOom, "out of memory: the wasm heap cannot grow any further"));
  } catch (const std::exception& error) {
    js_error = ToJsError(Error(Code::kInternal, error.what()));
  }
  js_error.throw_();
}

// Throws E_SHAPE unless `dim` is an integer from 0 to 2^32.
void AppendDim(double dim, Shape& shape);
// Numbers from a JavaScript array.
Shape ShapeFromJs(const emscripten::val& dims);
emscripten::val ShapeToJs(const Shape& shape);

HandleTable<Tensor>& Tensors();

// Handles for `tensors`, as a JavaScript array.
emscripten::val AddTensors(std::vector<Tensor> tensors);
std::vector<Tensor> GetTensors(const emscripten::val& handles);

}  // namespace tfwasm
