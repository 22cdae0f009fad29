// SPDX-License-Identifier: Apache-2.0
#include <emscripten/bind.h>
#include <emscripten/heap.h>

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

// A shape of the first `rank` dimensions. JavaScript omits the others.
Shape ShapeOf(int rank, std::initializer_list<double> dims) {
  Shape shape;
  for (const double dim : dims) {
    if (rank-- <= 0) return shape;
    AppendDim(dim, shape);
  }
  if (rank > 0) Throw(Code::kShape, "a shape has at most ", Shape::kMaxRank, " dimensions");
  return shape;
}

Handle CreateTensor(int dtype, int rank, double a, double b, double c, double d, double e, double f,
                    double g, double h) {
  return Guard([&] {
    const Shape shape = ShapeOf(rank, {a, b, c, d, e, f, g, h});
    return AddTensor(Tensor(DTypeFromJs(dtype), shape));
  });
}

void ReadBytes(const val& bytes, std::string& out) {
  out.resize(bytes["length"].as<size_t>());
  auto* data = reinterpret_cast<uint8_t*>(out.data());
  val(emscripten::typed_memory_view(out.size(), data)).call<void>("set", bytes);
}

Handle CreateStringTensor(val shape, val elements) {
  return Guard([&] {
    Tensor tensor(DType::kString, ShapeFromJs(shape));
    const std::vector<val> bytes = emscripten::vecFromJSArray<val>(elements);
    if (bytes.size() != static_cast<size_t>(tensor.size())) {
      Throw(Code::kShape, "the shape ", tensor.shape(), " does not hold ", bytes.size(),
            " strings");
    }
    const auto strings = tensor.mutable_values<std::string>();
    for (size_t i = 0; i < bytes.size(); ++i) ReadBytes(bytes[i], strings[i]);
    return AddTensor(std::move(tensor));
  });
}

val DescribeTensor(Handle handle) {
  return Guard([&] {
    const Tensor& tensor = *Tensors().Get(handle);
    val description = val::object();
    description.set("dtype", static_cast<int>(tensor.dtype()));
    description.set("shape", ShapeToJs(tensor.shape()));
    return description;
  });
}

// As double, since JavaScript treats wasm integers as signed.
double TensorAddress(Handle handle) {
  return Guard(
      [&] { return static_cast<double>(reinterpret_cast<uintptr_t>(GetTensor(handle).data())); });
}

double TensorBytes(Handle handle) {
  return Guard([&] { return static_cast<double>(GetTensor(handle).bytes()); });
}

val StringElements(Handle handle) {
  return Guard([&] {
    val elements = val::array();
    for (const std::string& element : GetTensor(handle).values<std::string>()) {
      const auto* bytes = reinterpret_cast<const uint8_t*>(element.data());
      // slice() copies the bytes out of the wasm heap.
      const val view(emscripten::typed_memory_view(element.size(), bytes));
      elements.call<void>("push", view.call<val>("slice"));
    }
    return elements;
  });
}

Handle ShareTensor(Handle handle) {
  return Guard([&] { return AddTensor(GetTensor(handle)); });
}

void DisposeTensor(Handle handle) { Tensors().Remove(handle); }

// Counts only tensors with handles. The memory of models shows only in heapBytes.
val Memory() {
  return Guard([&] {
    const HeldMemory held = MemoryOfHeldTensors();
    val memory = val::object();
    memory.set("numTensors", Tensors().size());
    memory.set("numDataBuffers", held.buffers);
    memory.set("numBytes", held.bytes);
    memory.set("heapBytes", emscripten_get_heap_size());
    return memory;
  });
}

}  // namespace

EMSCRIPTEN_BINDINGS(tensors) {
  ExposeFunction("createTensor", reinterpret_cast<const void*>(&CreateTensor));
  emscripten::function("createStringTensor", &CreateStringTensor);
  emscripten::function("describeTensor", &DescribeTensor);
  emscripten::function("stringElements", &StringElements);
  ExposeFunction("tensorAddress", reinterpret_cast<const void*>(&TensorAddress));
  ExposeFunction("tensorBytes", reinterpret_cast<const void*>(&TensorBytes));
  ExposeFunction("shareTensor", reinterpret_cast<const void*>(&ShareTensor));
  ExposeFunction("disposeTensor", reinterpret_cast<const void*>(&DisposeTensor));
  emscripten::function("memory", &Memory);
}

}  // namespace tfwasm
