// SPDX-License-Identifier: Apache-2.0
// Gathers rows of a ragged tensor, which is given by its row splits, outermost dimension first, and
// its values. Row i of a dimension has the elements splits[i] to splits[i + 1] of the next
// dimension.
#include <limits>

#include "kernels/copy.h"
#include "ops/arguments.h"

namespace tfwasm {

namespace {

using Splits = std::vector<int32_t>;

void InferRaggedGather(InferContext& context) {
  const int ranks = context.num_inputs() - 2;
  const Shape& indices = context.shape(ranks + 1);
  for (int i = 0; i < ranks; ++i) {
    context.ExpectDType(i, DType::kInt32, "the splits");
    context.ExpectRank(i, 1, "the splits");
    if (context.shape(i)[0] == 0) Throw(Code::kShape, "Ragged splits may not be empty: splits ", i);
  }
  if (context.shape(ranks).rank() == 0) {
    Throw(Code::kShape, "params.rank must be nonzero: the values are a scalar");
  }
  context.ExpectDType(ranks + 1, DType::kInt32, "the indices");
  const int outputs = OutputCount(context.node(), "OUTPUT_RAGGED_RANK");
  if (outputs != ranks + indices.rank() - 1) {
    Throw(Code::kAttr, "OUTPUT_RAGGED_RANK must be ", ranks + indices.rank() - 1,
          " for indices of shape ", indices, ", got ", outputs);
  }
  for (int i = 0; i < outputs; ++i) context.set_output_unknown(i, DType::kInt32);
  context.set_output_unknown(outputs, context.dtype(ranks));
}

// Rows to copy: [begin, end) of the current dimension.
struct RowRange {
  int32_t begin;
  int32_t end;
};

// Checks the splits at both ends of a row.
void CheckSplits(int32_t begin, int32_t end, int64_t next_size) {
  if (begin < 0) Throw(Code::kInput, "Ragged splits must be non-negative, got ", begin);
  if (end < begin) {
    Throw(Code::kInput, "Ragged splits must be sorted in ascending order, got ", begin, " and ",
          end);
  }
  if (end > next_size) {
    Throw(Code::kInput, "Ragged splits must not point past values, got ", end, " for ", next_size,
          " values");
  }
}

// Replaces ranges of rows by ranges of their elements, and appends the rows' sizes to the new
// splits.
void Descend(const int32_t* splits, int64_t next_size, std::vector<RowRange>& ranges, Splits& out) {
  int64_t total = 0;
  out.push_back(0);
  for (RowRange& range : ranges) {
    for (int32_t row = range.begin; row < range.end; ++row) {
      CheckSplits(splits[row], splits[row + 1], next_size);
      total += splits[row + 1] - splits[row];
      if (total > std::numeric_limits<int32_t>::max()) {
        Throw(Code::kLimit, "the result has too many elements for int32 splits");
      }
      out.push_back(static_cast<int32_t>(total));
    }
    if (range.begin < range.end) range = {splits[range.begin], splits[range.end]};
  }
}

// All index dimensions but the last become evenly spaced splits.
void AppendEvenSplits(const Shape& indices, std::vector<Splits>& out) {
  for (int axis = 0; axis + 1 < indices.rank(); ++axis) {
    const int64_t rows = indices.Product(0, axis + 1);
    Splits& splits = out.emplace_back();
    for (int64_t i = 0; i <= rows; ++i) {
      splits.push_back(static_cast<int32_t>(i * indices[axis + 1]));
    }
  }
}

class RaggedGather : public Kernel {
 public:
  explicit RaggedGather(const KernelContext& context) : ranks_(context.num_inputs() - 2) {
    for (int i = 0; i < ranks_; ++i) rows_.push_back(context.shape(i)[0] - 1);
    values_ = context.shape(ranks_);
    indices_ = context.shape(ranks_ + 1);
    rows_.push_back(values_[0]);
    dtype_ = context.dtype(ranks_);
  }

  void Run(RunContext& run) override {
    std::vector<RowRange> ranges;
    const auto* indices = run.in<int32_t>(ranks_ + 1);
    for (int64_t i = 0; i < indices_.NumElements(); ++i) {
      if (indices[i] < 0 || indices[i] >= rows_[0]) {
        Throw(Code::kInput, "indices[", i, "] = ", indices[i], " is not in [0, ", rows_[0], ")");
      }
      ranges.push_back({indices[i], indices[i] + 1});
    }
    std::vector<Splits> splits;
    AppendEvenSplits(indices_, splits);
    for (int i = 0; i < ranks_; ++i) {
      const auto level = static_cast<size_t>(i);
      Descend(run.in<int32_t>(i), rows_[level + 1], ranges, splits.emplace_back());
    }
    // A scalar index selects a single row, without a new dimension.
    if (indices_.rank() == 0) splits.erase(splits.begin());
    int output = 0;
    for (const Splits& s : splits) {
      const Shape shape = {static_cast<int64_t>(s.size())};
      void* out = run.AllocateOutput(output++, shape).mutable_data();
      CopyElements(DType::kInt32, s.data(), out, shape[0]);
    }
    CopyValues(run, output, ranges);
  }

 private:
  void CopyValues(RunContext& run, int output, const std::vector<RowRange>& ranges) const {
    int64_t total = 0;
    for (const RowRange& range : ranges) total += range.end - range.begin;
    Tensor& out = run.AllocateOutput(output, values_.WithDim(0, total));
    const int64_t block = values_.Product(1, values_.rank());
    int64_t at = 0;
    for (const RowRange& range : ranges) {
      const int64_t count = (range.end - range.begin) * block;
      CopyElements(dtype_, ElementAt(dtype_, run.in(ranks_), range.begin * block),
                   ElementAt(dtype_, out.mutable_data(), at), count);
      at += count;
    }
  }

  int ranks_;
  std::vector<int64_t> rows_;  // of each ragged dimension, and of the values
  Shape values_;
  Shape indices_;
  DType dtype_;
};

TFWASM_OP kRaggedGatherOp{
    .name = "RaggedGather",
    .min_inputs = 3,
    .max_inputs = kAnyNumber,
    .num_outputs = [](const Node& node) { return OutputCount(node, "OUTPUT_RAGGED_RANK") + 1; },
    .output_names = "output_nested_splits,output_dense_values",
    .infer = InferRaggedGather,
    .kernel = [](const KernelContext& context) -> std::unique_ptr<Kernel> {
      return std::make_unique<RaggedGather>(context);
    }};

}  // namespace

}  // namespace tfwasm
