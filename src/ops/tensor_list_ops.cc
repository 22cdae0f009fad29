// SPDX-License-Identifier: Apache-2.0
// TensorList, the lists of TensorFlow 2 loops.
#include <algorithm>

#include "ops/handles.h"
#include "ops/tensor_list.h"

namespace tfwasm {

namespace {

std::shared_ptr<TensorList> ListOf(const TensorContext& context, int input = 0) {
  return HandleTo<TensorList>(context.input(input));
}

void ReturnList(TensorContext& context, std::shared_ptr<TensorList> list) {
  context.set_output(0, MakeHandle(DType::kVariant, std::move(list)));
}

DType ElementType(const AttrMap& attrs) { return attrs.RequireType("element_dtype"); }

Shape ElementShape(const TensorContext& context, int input) {
  return PartialShape(context.input(input), "the element shape");
}

// The list's dtype must match the node's.
void CheckType(const TensorContext& context, const TensorList& list) {
  const DType dtype = context.attrs().Type("element_dtype", list.dtype());
  if (dtype == list.dtype()) return;
  Throw(Code::kDType, "the elements of the list are ", list.dtype(), ", not ", dtype);
}

// The elements, checked against their common shape and the shape in input `input`.
std::vector<Tensor> ElementsOf(const TensorContext& context, const TensorList& list,
                               const Shape& shape) {
  CheckType(context, list);
  return list.GetAll(shape);
}

std::shared_ptr<TensorList> MakeList(const TensorContext& context, std::vector<Tensor> elements,
                                     const Shape& shape) {
  auto list = std::make_shared<TensorList>(ElementType(context.attrs()), shape);
  for (Tensor& element : elements) list->Append(std::move(element));
  return list;
}

void InferList(InferContext& context) { SetHandle(context, 0, DType::kVariant); }

// The shape in a constant input; unknown if it is not constant.
Shape KnownShape(const InferContext& context, int input) {
  const Tensor* value = context.value(input);
  return value == nullptr ? Shape::UnknownRank() : PartialShape(*value, "the element shape");
}

void SetElement(InferContext& context, int output, const Shape& shape) {
  const DType dtype = ElementType(context.attrs());
  if (shape.IsKnown()) {
    context.set_output(output, dtype, shape);
  } else {
    context.set_output_unknown(output, dtype);
  }
}

// Prepends a dimension of this size, -1 if unknown.
Shape Stacked(const Shape& shape, int64_t size) {
  if (!shape.rank_known() || shape.rank() == Shape::kMaxRank) return Shape::UnknownRank();
  Shape stacked = Shape({size < 0 ? Shape::kUnknownDim : size});
  for (const int64_t dim : shape) stacked.Append(dim);
  return stacked;
}

TFWASM_OP kEmptyOp{.name = "EmptyTensorList",
                   .min_inputs = 2,
                   .max_inputs = 2,
                   .infer = InferList,
                   .run =
                       [](TensorContext& context) {
                         ReturnList(context,
                                    std::make_shared<TensorList>(
                                        ElementType(context.attrs()), ElementShape(context, 0),
                                        ScalarInt(context.input(1), "the largest size")));
                       },
                   .takes_handles = true};

TFWASM_OP kReserveOp{.name = "TensorListReserve",
                     .min_inputs = 2,
                     .max_inputs = 2,
                     .infer = InferList,
                     .run =
                         [](TensorContext& context) {
                           auto list = MakeList(context, {}, ElementShape(context, 0));
                           list->Resize(ScalarInt(context.input(1), "the size"));
                           ReturnList(context, std::move(list));
                         },
                     .takes_handles = true};

TFWASM_OP kFromTensorOp{.name = "TensorListFromTensor",
                        .min_inputs = 2,
                        .max_inputs = 2,
                        .infer = InferList,
                        .run =
                            [](TensorContext& context) {
                              std::vector<Tensor> elements = UnstackElements(context.input(0));
                              const Shape shape = MergeShapes(ElementShape(context, 1),
                                                              context.input(0).shape().Without(0));
                              ReturnList(context, MakeList(context, std::move(elements), shape));
                            },
                        .takes_handles = true};

TFWASM_OP kSplitOp{
    .name = "TensorListSplit",
    .min_inputs = 3,
    .max_inputs = 3,
    .infer = InferList,
    .run =
        [](TensorContext& context) {
          const std::vector<int64_t> lengths = IntList(context.input(2), "the lengths");
          Shape shape = ElementShape(context, 1);
          const int rank = context.input(0).shape().rank();
          // TensorFlow.js omits the first dimension, which may differ between elements.
          if (shape.rank_known() && shape.rank() == rank - 1) shape = Stacked(shape, -1);
          if (shape.rank_known() && shape.rank() > 0) shape[0] = Shape::kUnknownDim;
          ReturnList(context, MakeList(context, SplitElements(context.input(0), lengths), shape));
        },
    .takes_handles = true};

// Inputs: tensor, indices, element shape; in V2 also the number of elements.
void RunScatter(TensorContext& context) {
  const std::vector<int64_t> indices = IntList(context.input(1), "the indices");
  std::vector<Tensor> elements = UnstackElements(context.input(0));
  if (indices.size() != elements.size()) {
    Throw(Code::kShape, "there are ", indices.size(), " indices for ", elements.size(),
          " elements");
  }
  int64_t size = -1;
  if (context.inputs().size() == 4) size = ScalarInt(context.input(3), "the size");
  const bool fits_indices = size == -1;
  for (const int64_t index : indices) {
    if (index < 0) Throw(Code::kInput, "an index is negative: ", index);
    if (fits_indices) size = std::max(size, index + 1);
  }
  auto list = MakeList(context, {}, ElementShape(context, 2));
  list->Resize(std::max<int64_t>(size, 0));
  for (size_t i = 0; i < indices.size(); ++i) list->Set(indices[i], std::move(elements[i]));
  ReturnList(context, std::move(list));
}

TFWASM_OP kScatterOp{.name = "TensorListScatter",
                     .aliases = "TensorListScatterV2",
                     .min_inputs = 3,
                     .max_inputs = 4,
                     .infer = InferList,
                     .run = RunScatter,
                     .takes_handles = true};

TFWASM_OP kStackOp{
    .name = "TensorListStack",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer =
        [](InferContext& context) {
          const int64_t size = context.attrs().Int("num_elements", -1);
          SetElement(context, 0, Stacked(KnownShape(context, 1), size));
        },
    .run =
        [](TensorContext& context) {
          const auto list = ListOf(context);
          const int64_t size = context.attrs().Int("num_elements", -1);
          if (size >= 0 && size != list->size()) {
            Throw(Code::kInput, "expected ", size, " elements, the list has ", list->size());
          }
          const Shape shape = MergeShapes(list->element_shape(), ElementShape(context, 1));
          context.set_output(
              0, StackElements(ElementsOf(context, *list, shape), list->dtype(), shape));
        },
    .takes_handles = true};

TFWASM_OP kGatherOp{
    .name = "TensorListGather",
    .min_inputs = 3,
    .max_inputs = 3,
    .infer =
        [](InferContext& context) {
          const bool is_list = context.shape(1).IsKnown() && context.shape(1).rank() == 1;
          const int64_t size = is_list ? context.shape(1)[0] : -1;
          SetElement(context, 0, Stacked(KnownShape(context, 2), size));
        },
    .run =
        [](TensorContext& context) {
          const auto list = ListOf(context);
          CheckType(context, *list);
          Shape shape = MergeShapes(list->element_shape(), ElementShape(context, 2));
          std::vector<Tensor> elements;
          for (const int64_t index : IntList(context.input(1), "the indices")) {
            elements.push_back(list->Get(index));
            if (elements.back().empty()) elements.back() = list->Unset(shape);
            shape = MergeShapes(shape, elements.back().shape());
          }
          context.set_output(0, StackElements(elements, list->dtype(), shape));
        },
    .takes_handles = true};

TFWASM_OP kGetItemOp{
    .name = "TensorListGetItem",
    .min_inputs = 3,
    .max_inputs = 3,
    .infer = [](InferContext& context) { SetElement(context, 0, KnownShape(context, 2)); },
    .run =
        [](TensorContext& context) {
          const auto list = ListOf(context);
          CheckType(context, *list);
          const Shape shape = ElementShape(context, 2);
          Tensor element = list->Get(ScalarInt(context.input(1), "the index"));
          if (element.empty()) element = list->Unset(shape);
          ExpectElement(element, list->dtype(), shape);
          context.set_output(0, std::move(element));
        },
    .takes_handles = true};

TFWASM_OP kSetItemOp{.name = "TensorListSetItem",
                     .min_inputs = 3,
                     .max_inputs = 3,
                     .infer = InferList,
                     .run =
                         [](TensorContext& context) {
                           auto list = std::make_shared<TensorList>(*ListOf(context));
                           const int64_t index = ScalarInt(context.input(1), "the index");
                           const bool grows =
                               context.attrs().Bool("resize_if_index_out_of_bounds", false);
                           if (grows && index >= list->size()) list->Resize(index + 1);
                           list->Set(index, context.input(2));
                           ReturnList(context, std::move(list));
                         },
                     .takes_handles = true};

TFWASM_OP kPushBackOp{.name = "TensorListPushBack",
                      .min_inputs = 2,
                      .max_inputs = 2,
                      .infer = InferList,
                      .run =
                          [](TensorContext& context) {
                            auto list = std::make_shared<TensorList>(*ListOf(context));
                            list->Append(context.input(1));
                            ReturnList(context, std::move(list));
                          },
                      .takes_handles = true};

TFWASM_OP kPopBackOp{.name = "TensorListPopBack",
                     .min_inputs = 2,
                     .max_inputs = 2,
                     .num_outputs = [](const Node&) { return 2; },
                     .output_names = "output_handle,tensor",
                     .infer =
                         [](InferContext& context) {
                           InferList(context);
                           SetElement(context, 1, KnownShape(context, 1));
                         },
                     .run =
                         [](TensorContext& context) {
                           auto list = std::make_shared<TensorList>(*ListOf(context));
                           CheckType(context, *list);
                           if (list->size() == 0) Throw(Code::kInput, "the list is empty");
                           const Shape shape = ElementShape(context, 1);
                           Tensor element = list->Get(list->size() - 1);
                           if (element.empty()) element = list->Unset(shape);
                           ExpectElement(element, list->dtype(), shape);
                           list->Resize(list->size() - 1);
                           ReturnList(context, std::move(list));
                           context.set_output(1, std::move(element));
                         },
                     .takes_handles = true};

TFWASM_OP kLengthOp{
    .name = "TensorListLength",
    .infer = [](InferContext& context) { context.set_output(0, DType::kInt32, Shape()); },
    .run =
        [](TensorContext& context) {
          const int64_t size = ListOf(context)->size();
          context.set_output(0, Tensor::Scalar(static_cast<int32_t>(size)));
        },
    .takes_handles = true};

TFWASM_OP kResizeOp{.name = "TensorListResize",
                    .min_inputs = 2,
                    .max_inputs = 2,
                    .infer = InferList,
                    .run =
                        [](TensorContext& context) {
                          auto list = std::make_shared<TensorList>(*ListOf(context));
                          list->Resize(ScalarInt(context.input(1), "the size"));
                          ReturnList(context, std::move(list));
                        },
                    .takes_handles = true};

// Inputs: the list; in V2 also the element shape and the leading dimensions of unset elements.
// Outputs: the tensor, and the first dimension of every element.
void RunConcat(TensorContext& context) {
  const auto list = ListOf(context);
  Shape shape = context.inputs().size() > 1
                    ? ElementShape(context, 1)
                    : context.attrs().ShapeOr("element_shape", Shape::UnknownRank());
  if (shape.rank_known() && shape.rank() > 0) shape[0] = Shape::kUnknownDim;
  Shape own = list->element_shape();
  if (own.rank_known() && own.rank() > 0) own[0] = Shape::kUnknownDim;
  shape = MergeShapes(own, shape);
  CheckType(context, *list);
  std::vector<Tensor> elements;
  for (int64_t i = 0; i < list->size(); ++i) {
    elements.push_back(list->Get(i));
    if (elements.back().empty()) elements.back() = list->Unset(Shape::UnknownRank());
  }
  context.set_output(0, ConcatElements(elements, list->dtype(), shape));
  Tensor lengths(DType::kInt32, Shape({static_cast<int64_t>(elements.size())}));
  for (size_t i = 0; i < elements.size(); ++i) {
    lengths.mutable_values<int32_t>()[i] = static_cast<int32_t>(elements[i].shape()[0]);
  }
  context.set_output(1, std::move(lengths));
}

TFWASM_OP kConcatOp{.name = "TensorListConcat",
                    .aliases = "TensorListConcatV2",
                    .max_inputs = 3,
                    .num_outputs = [](const Node&) { return 2; },
                    .output_names = "tensor,lengths",
                    .infer =
                        [](InferContext& context) {
                          context.set_output_unknown(0, ElementType(context.attrs()));
                          context.set_output_unknown(1, DType::kInt32);
                        },
                    .run = RunConcat,
                    .takes_handles = true};

}  // namespace

}  // namespace tfwasm
