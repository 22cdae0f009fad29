// SPDX-License-Identifier: Apache-2.0
#include "ops/handles.h"

#include "kernels/copy.h"

namespace tfwasm {

namespace {

// Copies all elements, one after the other.
void CopyRows(std::span<const Tensor> elements, Tensor& out) {
  int64_t position = 0;
  for (const Tensor& element : elements) {
    CopyElements(out.dtype(), element.data(), ElementAt(out.dtype(), out.mutable_data(), position),
                 element.size());
    position += element.size();
  }
}

// Copies the part of shape `shape` from element `first` on.
Tensor CopyPart(const Tensor& tensor, int64_t first, const Shape& shape) {
  Tensor part(tensor.dtype(), shape);
  CopyElements(tensor.dtype(), ElementAt(tensor.dtype(), tensor.data(), first), part.mutable_data(),
               part.size());
  return part;
}

void ExpectRows(const Tensor& tensor) {
  if (tensor.shape().rank() == 0) {
    Throw(Code::kShape, "a tensor to be split must have rank 1 or more, got a scalar");
  }
}

}  // namespace

Tensor MakeHandle(DType dtype, ObjectPtr object) {
  Tensor handle(dtype, Shape());
  *static_cast<ObjectPtr*>(handle.mutable_data()) = std::move(object);
  return handle;
}

ObjectPtr ObjectOf(const Tensor& tensor, std::string_view kind) {
  if (!IsHandle(tensor.dtype()) || tensor.size() != 1) {
    Throw(Code::kDType, "expected a ", kind, ", got ", tensor.dtype(), " ", tensor.shape());
  }
  const ObjectPtr& object = *static_cast<const ObjectPtr*>(tensor.data());
  if (object == nullptr || object->kind() != kind) {
    Throw(Code::kDType, "expected a ", kind, ", got ",
          object == nullptr ? "nothing" : object->kind());
  }
  return object;
}

int64_t ScalarInt(const Tensor& tensor, std::string_view what) {
  if (tensor.dtype() != DType::kInt32 || tensor.size() != 1) {
    Throw(tensor.dtype() == DType::kInt32 ? Code::kShape : Code::kDType, what,
          " must be one int32, got ", tensor.dtype(), " ", tensor.shape());
  }
  return tensor.values<int32_t>()[0];
}

std::vector<int64_t> IntList(const Tensor& tensor, std::string_view what) {
  if (tensor.dtype() != DType::kInt32 || tensor.shape().rank() > 1) {
    Throw(tensor.dtype() == DType::kInt32 ? Code::kShape : Code::kDType, what,
          " must be an int32 list, got ", tensor.dtype(), " ", tensor.shape());
  }
  return ToInts(tensor);
}

Shape PartialShape(const Tensor& tensor, std::string_view what) {
  const std::vector<int64_t> dims = IntList(tensor, what);
  if (tensor.shape().rank() == 0 && dims[0] == -1) return Shape::UnknownRank();
  return Shape(std::span<const int64_t>(dims));
}

void ExpectElement(const Tensor& element, DType dtype, const Shape& shape) {
  if (element.dtype() != dtype) {
    Throw(Code::kDType, "an element must be ", dtype, ", got ", element.dtype());
  }
  if (!shape.Admits(element.shape())) {
    Throw(Code::kShape, "an element must have shape ", shape, ", got ", element.shape());
  }
}

Shape MergeShapes(const Shape& a, const Shape& b) {
  if (!a.rank_known()) return b;
  if (!b.rank_known()) return a;
  Shape merged = a;
  bool fits = a.rank() == b.rank();
  for (int i = 0; fits && i < a.rank(); ++i) {
    if (a[i] == Shape::kUnknownDim) merged[i] = b[i];
    fits = b[i] == Shape::kUnknownDim || b[i] == merged[i];
  }
  if (!fits) Throw(Code::kShape, "elements cannot have shape ", a, " and shape ", b);
  return merged;
}

Tensor StackElements(std::span<const Tensor> elements, DType dtype, Shape shape) {
  for (const Tensor& element : elements) {
    ExpectElement(element, dtype, shape);
    shape = element.shape();
  }
  if (!shape.IsKnown()) {
    Throw(Code::kShape, "nothing is stacked, and elements of shape ", shape, " have no size");
  }
  Shape result = Shape({static_cast<int64_t>(elements.size())});
  for (const int64_t dim : shape) result.Append(dim);
  Tensor out(dtype, result);
  CopyRows(elements, out);
  return out;
}

Tensor ConcatElements(std::span<const Tensor> elements, DType dtype, Shape shape) {
  int64_t rows = 0;
  if (shape.rank_known() && shape.rank() > 0) shape[0] = Shape::kUnknownDim;
  for (const Tensor& element : elements) {
    ExpectElement(element, dtype, shape);
    ExpectRows(element);
    shape = element.shape().WithDim(0, Shape::kUnknownDim);
    rows += element.shape()[0];
  }
  if (!shape.rank_known() || shape.rank() == 0 || !shape.WithDim(0, 0).IsKnown()) {
    Throw(Code::kShape, "nothing is joined, and elements of shape ", shape, " have no size");
  }
  Tensor out(dtype, shape.WithDim(0, rows));
  CopyRows(elements, out);
  return out;
}

std::vector<Tensor> UnstackElements(const Tensor& tensor) {
  ExpectRows(tensor);
  const Shape shape = tensor.shape().Without(0);
  const int64_t size = shape.NumElements();
  std::vector<Tensor> elements;
  for (int64_t i = 0; i < tensor.shape()[0]; ++i) {
    elements.push_back(CopyPart(tensor, i * size, shape));
  }
  return elements;
}

std::vector<Tensor> SplitElements(const Tensor& tensor, std::span<const int64_t> lengths) {
  ExpectRows(tensor);
  int64_t rows = 0;
  for (const int64_t length : lengths) {
    if (length < 0 || length > tensor.shape()[0] - rows) {
      Throw(Code::kShape, "lengths must add up to ", tensor.shape()[0], ", got ", length, " after ",
            rows);
    }
    rows += length;
  }
  if (rows != tensor.shape()[0]) {
    Throw(Code::kShape, "lengths must add up to ", tensor.shape()[0], ", got ", rows);
  }
  const int64_t size = tensor.shape().Product(1, tensor.shape().rank());
  std::vector<Tensor> elements;
  int64_t first = 0;
  for (const int64_t length : lengths) {
    elements.push_back(CopyPart(tensor, first * size, tensor.shape().WithDim(0, length)));
    first += length;
  }
  return elements;
}

Tensor ZeroElement(DType dtype, const Shape& shape) {
  Tensor zeros(dtype, shape);
  if (!IsHandle(dtype)) ZeroElements(dtype, zeros.mutable_data(), zeros.size());
  return zeros;
}

}  // namespace tfwasm
