// SPDX-License-Identifier: Apache-2.0
#include "bindings/boundary.h"

#include <cmath>

namespace tfwasm {

using emscripten::val;

val ToJsError(const Error& error) {
  return val::module_property("makeError")(std::string(CodeName(error.code())), error.message(),
                                           error.op(), error.node());
}

void AppendDim(double dim, Shape& shape) {
  if (!(dim >= 0 && dim <= 4294967296.0) || dim != std::floor(dim)) {
    Throw(Code::kShape, "a dimension must be a non-negative integer, got ", dim);
  }
  shape.Append(static_cast<int64_t>(dim));
}

Shape ShapeFromJs(const val& dims) {
  Shape shape;
  for (const double dim : emscripten::convertJSArrayToNumberVector<double>(dims)) {
    AppendDim(dim, shape);
  }
  return shape;
}

val ShapeToJs(const Shape& shape) {
  std::vector<double> dims(shape.begin(), shape.end());
  return val::array(dims);
}

HandleTable<Tensor>& Tensors() {
  static auto* tensors = new HandleTable<Tensor>("tensor");
  return *tensors;
}

val AddTensors(std::vector<Tensor> tensors) {
  std::vector<int32_t> handles;
  for (const Tensor& tensor : tensors) {
    if (!IsHandle(tensor.dtype())) continue;
    Throw(Code::kDType, "a ", tensor.dtype(),
          " was asked for, which only the model itself can read");
  }
  for (Tensor& tensor : tensors) handles.push_back(Tensors().Add(std::move(tensor)));
  return val::array(handles);
}

std::vector<Tensor> GetTensors(const val& handles) {
  std::vector<Tensor> tensors;
  for (const int32_t handle : emscripten::convertJSArrayToNumberVector<int32_t>(handles)) {
    tensors.push_back(Tensors().Get(handle));
  }
  return tensors;
}

}  // namespace tfwasm
