// SPDX-License-Identifier: Apache-2.0
// TensorArray, the lists of TensorFlow 1 loops. All handles refer to the same mutable object. Each
// op takes and returns the float "flow", which orders the changes.
#include <algorithm>

#include "ops/handles.h"

namespace tfwasm {

namespace {

class TensorArray : public Object {
 public:
  static constexpr std::string_view kKind = "TensorArray";
  static constexpr int64_t kMostElements = int64_t{1} << 24;

  TensorArray(const AttrMap& attrs, int64_t size)
      : dtype_(attrs.RequireType("dtype")),
        element_shape_(attrs.ShapeOr("element_shape", Shape::UnknownRank())),
        dynamic_size_(attrs.Bool("dynamic_size", false)),
        clear_after_read_(attrs.Bool("clear_after_read", true)),
        identical_shapes_(attrs.Bool("identical_element_shapes", false)) {
    if (size < 0) Throw(Code::kInput, "an array cannot have ", size, " elements");
    // It could contain itself, and would never be freed.
    if (IsHandle(dtype_)) Throw(Code::kDType, "an array cannot hold a ", dtype_);
    Grow(size);
  }

  std::string_view kind() const override { return kKind; }
  DType dtype() const { return dtype_; }
  const Shape& element_shape() const { return element_shape_; }
  int64_t size() const { return static_cast<int64_t>(elements_.size()); }

  void Write(int64_t index, const Tensor& value) {
    if (index < 0 || (index >= size() && !dynamic_size_)) ThrowIndex(index);
    ExpectElement(value, dtype_, element_shape_);
    if (index >= size()) Grow(index + 1);
    Element& element = elements_[static_cast<size_t>(index)];
    if (element.is_read) Throw(Code::kInput, "element ", index, " was read already");
    if (!element.value.empty()) Throw(Code::kInput, "element ", index, " was written already");
    if (identical_shapes_) element_shape_ = value.shape();
    element.value = value;
  }

  Tensor Read(int64_t index) {
    if (index < 0 || index >= size()) ThrowIndex(index);
    Element& element = elements_[static_cast<size_t>(index)];
    if (element.is_cleared) {
      Throw(Code::kInput, "element ", index, " was cleared when it was read before");
    }
    if (element.value.empty()) {
      if (!element_shape_.IsKnown()) Throw(Code::kInput, "element ", index, " was never written");
      element.value = ZeroElement(dtype_, element_shape_);
    }
    element.is_read = true;
    if (!clear_after_read_) return element.value;
    element.is_cleared = true;
    return std::exchange(element.value, Tensor());
  }

  // Grows to `count` elements that are written at once.
  void Fit(int64_t count) {
    if (count > size() && dynamic_size_) Grow(count);
  }

  void Close() {
    elements_.clear();
    is_closed_ = true;
  }
  bool is_closed() const { return is_closed_; }

 private:
  struct Element {
    Tensor value;
    bool is_read = false;
    bool is_cleared = false;
  };

  void Grow(int64_t size) {
    if (size > kMostElements) Throw(Code::kLimit, "an array of ", size, " elements is too long");
    elements_.resize(static_cast<size_t>(size));
  }
  [[noreturn]] void ThrowIndex(int64_t index) const {
    Throw(Code::kInput, "the index ", index, " is out of range: the array has ", size(),
          " elements");
  }

  DType dtype_;
  Shape element_shape_;
  bool dynamic_size_;
  bool clear_after_read_;
  bool identical_shapes_;
  bool is_closed_ = false;
  std::vector<Element> elements_;
};

std::shared_ptr<TensorArray> ArrayOf(const TensorContext& context) {
  auto array = HandleTo<TensorArray>(context.input(0));
  if (array->is_closed()) Throw(Code::kInput, "the TensorArray has been closed");
  return array;
}

void CheckType(const TensorContext& context, const TensorArray& array) {
  const DType dtype = context.attrs().Type("dtype", array.dtype());
  if (dtype == array.dtype()) return;
  Throw(Code::kDType, "the elements of the array are ", array.dtype(), ", not ", dtype);
}

void InferFlow(InferContext& context) { context.set_output(0, DType::kFloat32, Shape()); }
void SetFlow(TensorContext& context, int output = 0) {
  context.set_output(output, Tensor::Scalar(1.0f));
}

void InferElement(InferContext& context) {
  context.set_output_unknown(0, context.attrs().RequireType("dtype"));
}

void Create(TensorContext& context) {
  const int64_t size = ScalarInt(context.input(0), "the size");
  context.set_output(
      0, MakeHandle(DType::kResource, std::make_shared<TensorArray>(context.attrs(), size)));
  SetFlow(context, 1);
}

void WriteAll(TensorContext& context, std::span<const int64_t> indices,
              const std::vector<Tensor>& values) {
  const auto array = ArrayOf(context);
  if (indices.size() != values.size()) {
    Throw(Code::kShape, "there are ", indices.size(), " indices for ", values.size(), " elements");
  }
  for (size_t i = 0; i < values.size(); ++i) array->Write(indices[i], values[i]);
  SetFlow(context);
}

void Gather(TensorContext& context) {
  const auto array = ArrayOf(context);
  CheckType(context, *array);
  std::vector<Tensor> elements;
  for (const int64_t index : IntList(context.input(1), "the indices")) {
    elements.push_back(array->Read(index));
  }
  const Shape shape = context.attrs().ShapeOr("element_shape", Shape::UnknownRank());
  context.set_output(
      0, StackElements(elements, array->dtype(), MergeShapes(array->element_shape(), shape)));
}

void Concat(TensorContext& context) {
  const auto array = ArrayOf(context);
  CheckType(context, *array);
  std::vector<Tensor> elements;
  Tensor lengths(DType::kInt32, Shape({array->size()}));
  for (int64_t i = 0; i < array->size(); ++i) {
    elements.push_back(array->Read(i));
    const Shape& shape = elements.back().shape();
    const int64_t length = shape.rank() > 0 ? shape[0] : 0;
    lengths.mutable_values<int32_t>()[static_cast<size_t>(i)] = static_cast<int32_t>(length);
  }
  context.set_output(0, ConcatElements(elements, array->dtype(), array->element_shape()));
  context.set_output(1, std::move(lengths));
}

void Split(TensorContext& context) {
  const std::vector<int64_t> lengths = IntList(context.input(2), "the lengths");
  const auto array = ArrayOf(context);
  const auto count = static_cast<int64_t>(lengths.size());
  array->Fit(count);
  if (count != array->size()) {
    Throw(Code::kInput, "there are ", count, " lengths for an array of ", array->size(),
          " elements");
  }
  std::vector<int64_t> indices;
  for (int64_t i = 0; i < count; ++i) indices.push_back(i);
  WriteAll(context, indices, SplitElements(context.input(1), lengths));
}

int Two(const Node&) { return 2; }

TFWASM_OP kCreateOp{.name = "TensorArrayV3",
                    .num_outputs = Two,
                    .output_names = "handle,flow",
                    .infer =
                        [](InferContext& context) {
                          SetHandle(context, 0, DType::kResource);
                          context.set_output(1, DType::kFloat32, Shape());
                        },
                    .run = Create,
                    .is_stateful = true,
                    .takes_handles = true};

TFWASM_OP kWriteOp{.name = "TensorArrayWriteV3",
                   .min_inputs = 4,
                   .max_inputs = 4,
                   .infer = InferFlow,
                   .run =
                       [](TensorContext& context) {
                         ArrayOf(context)->Write(ScalarInt(context.input(1), "the index"),
                                                 context.input(2));
                         SetFlow(context);
                       },
                   .is_stateful = true,
                   .takes_handles = true};

TFWASM_OP kReadOp{.name = "TensorArrayReadV3",
                  .min_inputs = 3,
                  .max_inputs = 3,
                  .infer = InferElement,
                  .run =
                      [](TensorContext& context) {
                        const auto array = ArrayOf(context);
                        CheckType(context, *array);
                        context.set_output(0,
                                           array->Read(ScalarInt(context.input(1), "the index")));
                      },
                  .is_stateful = true,
                  .takes_handles = true};

TFWASM_OP kGatherOp{.name = "TensorArrayGatherV3",
                    .min_inputs = 3,
                    .max_inputs = 3,
                    .infer = InferElement,
                    .run = Gather,
                    .is_stateful = true,
                    .takes_handles = true};

TFWASM_OP kScatterOp{.name = "TensorArrayScatterV3",
                     .min_inputs = 4,
                     .max_inputs = 4,
                     .infer = InferFlow,
                     .run =
                         [](TensorContext& context) {
                           WriteAll(context, IntList(context.input(1), "the indices"),
                                    UnstackElements(context.input(2)));
                         },
                     .is_stateful = true,
                     .takes_handles = true};

TFWASM_OP kConcatOp{.name = "TensorArrayConcatV3",
                    .min_inputs = 2,
                    .max_inputs = 2,
                    .num_outputs = Two,
                    .output_names = "value,lengths",
                    .infer =
                        [](InferContext& context) {
                          InferElement(context);
                          context.set_output_unknown(1, DType::kInt32);
                        },
                    .run = Concat,
                    .is_stateful = true,
                    .takes_handles = true};

TFWASM_OP kSplitOp{.name = "TensorArraySplitV3",
                   .min_inputs = 4,
                   .max_inputs = 4,
                   .infer = InferFlow,
                   .run = Split,
                   .is_stateful = true,
                   .takes_handles = true};

TFWASM_OP kSizeOp{
    .name = "TensorArraySizeV3",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = [](InferContext& context) { context.set_output(0, DType::kInt32, Shape()); },
    .run =
        [](TensorContext& context) {
          const int64_t size = ArrayOf(context)->size();
          context.set_output(0, Tensor::Scalar(static_cast<int32_t>(size)));
        },
    .is_stateful = true,
    .takes_handles = true};

TFWASM_OP kCloseOp{
    .name = "TensorArrayCloseV3",
    .num_outputs = [](const Node&) { return 0; },
    .infer = [](InferContext&) {},
    .run = [](TensorContext& context) { HandleTo<TensorArray>(context.input(0))->Close(); },
    .is_stateful = true,
    .takes_handles = true};

}  // namespace

}  // namespace tfwasm
