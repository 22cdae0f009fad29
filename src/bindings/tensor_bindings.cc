// SPDX-License-Identifier: Apache-2.0
#include <emscripten/bind.h>
#include <emscripten/heap.h>

#include <unordered_set>

#include "bindings/boundary.h"

namespace tfwasm {

namespace {

using emscripten::val;

DType DTypeFromJs(int dtype) {
  if (dtype < 0 || dtype > static_cast<int>(DType::kComplex64)) {
    Throw(Code::kDType, "unknown dtype number ", dtype);
  }
  return static_cast<DType>(dtype);
}

int32_t CreateTensor(int dtype, val shape) {
  return Guard([&] { return Tensors().Add(Tensor(DTypeFromJs(dtype), ShapeFromJs(shape))); });
}

int32_t CreateStringTensor(val shape, val elements) {
  return Guard([&] {
    Tensor tensor(DType::kString, ShapeFromJs(shape));
    const std::vector<val> bytes = emscripten::vecFromJSArray<val>(elements);
    if (bytes.size() != static_cast<size_t>(tensor.size())) {
      Throw(Code::kShape, "the shape ", tensor.shape(), " does not hold ", bytes.size(),
            " strings");
    }
    const auto strings = tensor.mutable_values<std::string>();
    for (size_t i = 0; i < bytes.size(); ++i) {
      const auto element = emscripten::convertJSArrayToNumberVector<uint8_t>(bytes[i]);
      strings[i].assign(element.begin(), element.end());
    }
    return Tensors().Add(std::move(tensor));
  });
}

val DescribeTensor(int32_t handle) {
  return Guard([&] {
    const Tensor& tensor = Tensors().Get(handle);
    val description = val::object();
    description.set("dtype", static_cast<int>(tensor.dtype()));
    description.set("shape", ShapeToJs(tensor.shape()));
    description.set("address", reinterpret_cast<uintptr_t>(tensor.data()));
    description.set("byteLength", tensor.bytes());
    return description;
  });
}

val StringElements(int32_t handle) {
  return Guard([&] {
    val elements = val::array();
    for (const std::string& element : Tensors().Get(handle).values<std::string>()) {
      const auto* bytes = reinterpret_cast<const uint8_t*>(element.data());
      // slice() copies the bytes out of the wasm heap.
      const val view(emscripten::typed_memory_view(element.size(), bytes));
      elements.call<void>("push", view.call<val>("slice"));
    }
    return elements;
  });
}

int32_t CloneTensor(int32_t handle, val shape) {
  return Guard([&] {
    const Tensor tensor = Tensors().Get(handle);
    return Tensors().Add(shape.isUndefined() ? tensor : tensor.Reshaped(ShapeFromJs(shape)));
  });
}

void DisposeTensor(int32_t handle) { Tensors().Remove(handle); }

// Counts what JavaScript holds; what models hold for themselves shows in heapBytes only.
val Memory() {
  return Guard([&] {
    std::unordered_set<const Buffer*> buffers;
    size_t bytes = 0;
    for (const auto& [handle, tensor] : Tensors().objects()) {
      if (buffers.insert(tensor.buffer().get()).second) bytes += tensor.buffer()->bytes();
    }
    val memory = val::object();
    memory.set("numTensors", Tensors().size());
    memory.set("numDataBuffers", buffers.size());
    memory.set("numBytes", bytes);
    memory.set("heapBytes", emscripten_get_heap_size());
    return memory;
  });
}

}  // namespace

EMSCRIPTEN_BINDINGS(tensors) {
  emscripten::function("createTensor", &CreateTensor);
  emscripten::function("createStringTensor", &CreateStringTensor);
  emscripten::function("describeTensor", &DescribeTensor);
  emscripten::function("stringElements", &StringElements);
  emscripten::function("cloneTensor", &CloneTensor);
  ExposeFunction("disposeTensor", reinterpret_cast<const void*>(&DisposeTensor));
  emscripten::function("memory", &Memory);
}

}  // namespace tfwasm
