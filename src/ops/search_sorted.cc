// SPDX-License-Identifier: Apache-2.0
// SearchSorted: insertion positions in ascending rows.
#include <limits>

#include "kernels/search.h"
#include "ops/arguments.h"

namespace tfwasm {

namespace {

// One row of values per sorted row.
void InferSearch(InferContext& context) {
  ExpectNumber(context, 0, "the sorted rows");
  context.ExpectDType(1, context.dtype(0), "the values");
  context.ExpectRank(0, 2, "the sorted rows");
  context.ExpectRank(1, 2, "the values");
  const Shape& rows = context.shape(0);
  const Shape& values = context.shape(1);
  if (rows[0] != values[0]) {
    Throw(Code::kShape, "expected as many rows of values as sorted rows, got ", values, " and ",
          rows);
  }
  if (rows[1] > std::numeric_limits<int32_t>::max()) {
    Throw(Code::kLimit, "rows of ", rows[1], " elements are too long for int32 positions");
  }
  context.set_output(0, DType::kInt32, values);
}

// `is_upper`: after equal elements instead of before them.
std::unique_ptr<Kernel> MakeSearch(const KernelContext& context, bool is_upper) {
  const int64_t columns = context.shape(0)[1];
  const int64_t count = context.shape(1)[1];
  const int64_t total = context.shape(1).NumElements();
  return MakeKernel([=, dtype = context.dtype(0)](RunContext& run) {
    SearchRows(dtype, is_upper, run.in(0), columns, run.in(1), count, total, run.out<int32_t>(0));
  });
}

bool IsRightSide(const AttrMap& attrs) {
  const std::string side = attrs.LowerString("side", "left");
  if (side != "left" && side != "right") {
    Throw(Code::kAttr, "side must be 'left' or 'right', got '", side, "'");
  }
  return side == "right";
}

TFWASM_OP kLowerBoundOp{
    .name = "LowerBound",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = InferSearch,
    .kernel = [](const KernelContext& context) { return MakeSearch(context, false); }};

TFWASM_OP kUpperBoundOp{
    .name = "UpperBound",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = InferSearch,
    .kernel = [](const KernelContext& context) { return MakeSearch(context, true); }};

TFWASM_OP kSearchSortedOp{.name = "SearchSorted",
                          .min_inputs = 2,
                          .max_inputs = 2,
                          .infer =
                              [](InferContext& context) {
                                IsRightSide(context.attrs());
                                InferSearch(context);
                              },
                          .kernel =
                              [](const KernelContext& context) {
                                return MakeSearch(context, IsRightSide(context.attrs()));
                              }};

}  // namespace

}  // namespace tfwasm
