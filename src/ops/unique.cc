// SPDX-License-Identifier: Apache-2.0
// Ops that return distinct elements. The output size depends on values.
#include <limits>

#include "kernels/copy.h"
#include "kernels/element_key.h"
#include "kernels/key_table.h"
#include "kernels/strided_copy.h"
#include "ops/arguments.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

int TwoOutputs(const Node&) { return 2; }

void ExpectInt32Positions(int64_t size) {
  if (size > std::numeric_limits<int32_t>::max()) {
    Throw(Code::kLimit, size, " elements are too many for int32 positions");
  }
}

void SetOutputs(InferContext& context, int axis) {
  const int64_t size = context.shape(0)[axis];
  ExpectInt32Positions(size);
  context.set_output_unknown(0, context.dtype(0));
  context.set_output(1, DType::kInt32, {size});
}

void InferUnique(InferContext& context) {
  context.ExpectRank(0, 1, "the input");
  SetOutputs(context, 0);
}

// The axis input has one element, or none for inputs of rank 1.
int UniqueAxis(const OpContext& context, const std::vector<int64_t>& axes) {
  const int rank = context.shape(0).rank();
  if (axes.empty() && rank == 1) return 0;
  if (axes.size() != 1) Throw(Code::kShape, "expected one axis, got ", axes.size());
  return NormalizeAxis(axes[0], rank);
}

void InferUniqueV2(InferContext& context) {
  const auto axes = IntsOrDefer(context, 1, "the axis");
  if (axes) SetOutputs(context, UniqueAxis(context, *axes));
}

// Compares slices along `axis`. Keeps them in the order of their first occurrence.
std::unique_ptr<Kernel> MakeUnique(const KernelContext& context, int axis) {
  const DType dtype = context.dtype(0);
  const Shape shape = context.shape(0);
  const AxisSplit split(shape, axis);
  return MakeKernel([=](RunContext& run) {
    KeyTable keys;
    std::vector<int64_t> firsts;
    std::string room;
    const void* in = run.in(0);
    auto* numbers = run.out<int32_t>(1);
    const auto key_of = [&](int64_t i) -> std::string_view {
      if (split.outer * split.inner == 1) return KeyOf(dtype, in, i, room);
      room.clear();
      for (int64_t outer = 0; outer < split.outer; ++outer) {
        const int64_t begin = (outer * split.size + i) * split.inner;
        for (int64_t k = 0; k < split.inner; ++k) AppendKey(dtype, in, begin + k, room);
      }
      return room;
    };
    for (int64_t i = 0; i < split.size; ++i) {
      numbers[i] = keys.Add(key_of(i));
      if (static_cast<size_t>(keys.size()) > firsts.size()) firsts.push_back(i);
    }
    const auto count = static_cast<int64_t>(firsts.size());
    Tensor& kept = run.AllocateOutput(0, shape.WithDim(axis, count));
    for (int64_t i = 0; i < count; ++i) {
      const int64_t first = firsts[static_cast<size_t>(i)];
      CopyRows(dtype, ElementAt(dtype, run.in(0), first * split.inner), split.size * split.inner,
               ElementAt(dtype, kept.mutable_data(), i * split.inner), count * split.inner,
               split.outer, split.inner);
    }
  });
}

std::unique_ptr<Kernel> UniqueKernel(const KernelContext& context) {
  return MakeUnique(context, 0);
}

std::unique_ptr<Kernel> UniqueV2Kernel(const KernelContext& context) {
  return MakeUnique(context, UniqueAxis(context, KnownInts(context, 1)));
}

void InferListDiff(InferContext& context) {
  ExpectOneDType(context, 0, 2);
  context.ExpectRank(0, 1, "the first list");
  context.ExpectRank(1, 1, "the second list");
  ExpectInt32Positions(context.shape(0)[0]);
  context.set_output_unknown(0, context.dtype(0));
  context.set_output_unknown(1, DType::kInt32);
}

// Elements of the first list that are not in the second, and their positions. Keeps duplicates.
std::unique_ptr<Kernel> ListDiffKernel(const KernelContext& context) {
  const DType dtype = context.dtype(0);
  const int64_t size = context.shape(0)[0];
  const int64_t excluded_size = context.shape(1)[0];
  return MakeKernel([=](RunContext& run) {
    KeyTable excluded;
    std::string room;
    for (int64_t i = 0; i < excluded_size; ++i) excluded.Add(KeyOf(dtype, run.in(1), i, room));
    std::vector<int32_t> kept;
    for (int64_t i = 0; i < size; ++i) {
      if (excluded.Find(KeyOf(dtype, run.in(0), i, room)) < 0)
        kept.push_back(static_cast<int32_t>(i));
    }
    const auto count = static_cast<int64_t>(kept.size());
    Tensor& values = run.AllocateOutput(0, {count});
    Tensor& positions = run.AllocateOutput(1, {count});
    for (int64_t i = 0; i < count; ++i) {
      const int32_t from = kept[static_cast<size_t>(i)];
      CopyElements(dtype, ElementAt(dtype, run.in(0), from),
                   ElementAt(dtype, values.mutable_data(), i), 1);
      positions.mutable_values<int32_t>()[static_cast<size_t>(i)] = from;
    }
  });
}

TFWASM_OP kUniqueOp{.name = "Unique",
                    .num_outputs = TwoOutputs,
                    .output_names = "y,idx",
                    .infer = InferUnique,
                    .kernel = UniqueKernel};

TFWASM_OP kUniqueV2Op{.name = "UniqueV2",
                      .min_inputs = 2,
                      .max_inputs = 2,
                      .num_outputs = TwoOutputs,
                      .output_names = "y,idx",
                      .infer = InferUniqueV2,
                      .kernel = UniqueV2Kernel};

TFWASM_OP kListDiffOp{.name = "ListDiff",
                      .min_inputs = 2,
                      .max_inputs = 2,
                      .num_outputs = TwoOutputs,
                      .output_names = "out,idx",
                      .infer = InferListDiff,
                      .kernel = ListDiffKernel};

}  // namespace

}  // namespace tfwasm
