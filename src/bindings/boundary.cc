// SPDX-License-Identifier: Apache-2.0
#include "bindings/boundary.h"

#include <cmath>
#include <new>
#include <stdexcept>

namespace tfwasm {

using emscripten::val;

namespace {

// Implemented in cmake/glue-library.js. `room` is for the text and a terminating zero byte.
extern "C" size_t TextBytes(emscripten::EM_VAL text);
extern "C" void WriteText(emscripten::EM_VAL text, char* start, size_t room);
extern "C" emscripten::EM_VAL MakeText(const char* start, size_t bytes);

size_t held_buffers = 0;
size_t held_bytes = 0;

// Implemented by Module.makeError.
val MakeJsError(Code code, std::string_view message, std::string_view op = {},
                std::string_view node = {}) {
  return val::module_property("makeError")(TextToJs(CodeName(code)), TextToJs(message),
                                           TextToJs(op), TextToJs(node));
}

val MakeOutOfMemoryError() {
  return MakeJsError(Code::kOom, "out of memory: the wasm heap cannot grow any further");
}

}  // namespace

std::string TextFromJs(const val& text) {
  std::string bytes(TextBytes(text.as_handle()), '\0');
  WriteText(text.as_handle(), bytes.data(), bytes.size() + 1);
  return bytes;
}

std::vector<std::string> TextsFromJs(const val& list) {
  std::vector<std::string> texts;
  for (const val& text : emscripten::vecFromJSArray<val>(list)) texts.push_back(TextFromJs(text));
  return texts;
}

val TextToJs(std::string_view text) {
  return val::take_ownership(MakeText(text.data(), text.size()));
}

val CaughtErrorToJs() {
  try {
    throw;
  } catch (const Error& error) {
    return MakeJsError(error.code(), error.message(), error.op(), error.node());
  } catch (const std::bad_alloc&) {
    return MakeOutOfMemoryError();
  } catch (const std::length_error&) {  // a list larger than the address space
    return MakeOutOfMemoryError();
  } catch (const std::exception& error) {
    return MakeJsError(Code::kInternal, error.what());
  }
}

void AppendDim(double dim, Shape& shape) {
  if (!(dim >= 0 && dim <= 4294967296.0) || dim != std::floor(dim)) {
    Throw(Code::kShape, "a dimension must be a non-negative integer, got ", dim);
  }
  shape.Append(static_cast<int64_t>(dim));
}

Shape ShapeFromJs(const val& dims) {
  Shape shape;
  for (const double dim : Numbers<double>(dims)) {
    AppendDim(dim, shape);
  }
  return shape;
}

val ShapeToJs(const Shape& shape) {
  std::vector<double> dims(shape.begin(), shape.end());
  return val::array(dims);
}

namespace {

val ShapesToJs(const std::vector<Shape>& shapes) {
  val list = val::array();
  for (const Shape& shape : shapes) list.call<void>("push", ShapeToJs(shape));
  return list;
}

val ProfileToJs(const NodeProfile& profile) {
  val result = val::object();
  result.set("name", TextToJs(profile.name));
  result.set("op", TextToJs(profile.op));
  result.set("milliseconds", profile.milliseconds);
  result.set("inputShapes", ShapesToJs(profile.input_shapes));
  result.set("outputShapes", ShapesToJs(profile.output_shapes));
  result.set("bytes", profile.output_bytes);
  return result;
}

}  // namespace

val ProfilesToJs(const std::vector<NodeProfile>& profiles) {
  val list = val::array();
  for (const NodeProfile& profile : profiles) list.call<void>("push", ProfileToJs(profile));
  return list;
}

HeldTensor::HeldTensor(Tensor&& tensor) : tensor_(std::move(tensor)) { Hold(); }

HeldTensor::~HeldTensor() {
  if (!tensor_.empty()) Release();
}

void HeldTensor::Hold() {
  if (tensor_.empty()) return;
  if (tensor_.buffer()->AddHandle() > 1) return;
  ++held_buffers;
  held_bytes += tensor_.buffer()->bytes();
}

void HeldTensor::Release() {
  if (tensor_.buffer()->RemoveHandle() > 0) return;
  --held_buffers;
  held_bytes -= tensor_.buffer()->bytes();
}

Tensor& HeldTensor::MakeUnique() {
  Release();
  try {
    tensor_.MakeUnique();
  } catch (...) {
    Hold();
    throw;
  }
  Hold();
  return tensor_;
}

Tensor HeldTensor::Take() {
  if (!tensor_.empty()) Release();
  return std::exchange(tensor_, {});
}

void HeldTensor::Replace(Tensor&& tensor) {
  tensor_ = std::move(tensor);
  Hold();
}

void ThrowNoValue() {
  Throw(Code::kLayer,
        "this tensor has no value yet: it stands for a value of a graph that is being built. A "
        "layer's call() must not read values, for example with dataSync(), or branch on them. Use "
        "ops such as tf.where(), or compile the model with runEagerly: true");
}

HeldMemory MemoryOfHeldTensors() { return {.buffers = held_buffers, .bytes = held_bytes}; }

HandleTable<HeldTensor>& Tensors() {
  static auto* tensors = new HandleTable<HeldTensor>("tensor");
  return *tensors;
}

val AddTensors(std::vector<Tensor> tensors) {
  for (const Tensor& tensor : tensors) {
    if (!IsHandle(tensor.dtype())) continue;
    Throw(Code::kDType, "a ", tensor.dtype(),
          " was asked for, which only the model itself can read");
  }
  std::vector<Handle> handles(tensors.size());
  // Reserves first, so that either all tensors get handles or none.
  Tensors().Reserve(tensors.size());
  std::transform(tensors.begin(), tensors.end(), handles.begin(),
                 [](Tensor& tensor) { return AddTensor(std::move(tensor)); });
  return val::array(handles);
}

std::vector<Tensor> GetTensors(const val& handles) {
  std::vector<Tensor> tensors;
  for (const Handle handle : Numbers<Handle>(handles)) {
    tensors.push_back(GetTensor(handle));
  }
  return tensors;
}

}  // namespace tfwasm
