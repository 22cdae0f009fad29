// SPDX-License-Identifier: Apache-2.0
// Converts a ragged tensor to a dense one: pads rows with a default value, truncates rows that are
// too long.
#include <algorithm>
#include <numeric>

#include "kernels/copy.h"
#include "kernels/tile.h"
#include "ops/arguments.h"
#include "ops/infer.h"

namespace tfwasm {

namespace {

constexpr int kFirstPartition = 3;
constexpr int64_t kMostRows = 1 << 27;

// How a tensor describes the rows of a ragged dimension.
enum class Partition { kFirstDimSize, kValueRowids, kRowSplits };

std::vector<Partition> ReadPartitions(const OpContext& context) {
  std::vector<Partition> partitions;
  for (const std::string& type : context.attrs().Strings("row_partition_types")) {
    if (type == "FIRST_DIM_SIZE") {
      partitions.push_back(Partition::kFirstDimSize);
    } else if (type == "VALUE_ROWIDS") {
      partitions.push_back(Partition::kValueRowids);
    } else if (type == "ROW_SPLITS") {
      partitions.push_back(Partition::kRowSplits);
    } else {
      Throw(Code::kAttr, "row_partition_types has '", type,
            "', expected FIRST_DIM_SIZE, VALUE_ROWIDS or ROW_SPLITS");
    }
    // Row ids do not tell the number of rows, so the size of the first dimension precedes them.
    const bool is_size = partitions.back() == Partition::kFirstDimSize;
    const bool is_first = partitions.size() == 1;
    if (is_first ? partitions.back() == Partition::kValueRowids : is_size) {
      Throw(Code::kAttr, "row_partition_types must not have ", type, " at place ",
            partitions.size() - 1);
    }
  }
  const auto count = static_cast<size_t>(context.num_inputs() - kFirstPartition);
  if (partitions.size() != count || count == 0) {
    Throw(Code::kAttr, "row_partition_types must name the kinds of ", count,
          " row partition tensors, got ", partitions.size());
  }
  return partitions;
}

bool HasFirstSize(const std::vector<Partition>& partitions) {
  return partitions[0] == Partition::kFirstDimSize;
}

void InferRaggedTensorToTensor(InferContext& context) {
  const std::vector<Partition> partitions = ReadPartitions(context);
  context.ExpectDType(0, DType::kInt32, "the shape");
  if (context.shape(0).rank() > 1) {
    Throw(Code::kShape, "the shape must have rank 0 or 1, got shape ", context.shape(0));
  }
  ExpectRankAtLeast(context, 1, 1, "the values");
  context.ExpectDType(2, context.dtype(1), "the default value");
  for (size_t i = 0; i < partitions.size(); ++i) {
    const int input = kFirstPartition + static_cast<int>(i);
    context.ExpectDType(input, DType::kInt32, "a row partition tensor");
    const bool is_size = partitions[i] == Partition::kFirstDimSize;
    context.ExpectRank(input, is_size ? 0 : 1, "a row partition tensor");
    if (partitions[i] == Partition::kRowSplits && context.shape(input)[0] == 0) {
      Throw(Code::kShape, "row splits must not be empty");
    }
  }
  context.set_output_unknown(0, context.dtype(1));
}

// The output row of each element of a ragged dimension, numbered through all dimensions so far; -1
// if it is truncated. Elements beyond the end are truncated too.
using OutputRows = std::vector<int64_t>;

class RaggedTensorToTensor : public Kernel {
 public:
  explicit RaggedTensorToTensor(const KernelContext& context)
      : partitions_(ReadPartitions(context)),
        shape_input_(context.shape(0)),
        values_(context.shape(1)),
        default_(context.shape(2)),
        dtype_(context.dtype(1)) {
    for (int i = kFirstPartition; i < context.num_inputs(); ++i) {
      sizes_.push_back(context.shape(i).NumElements());
    }
  }

  void Run(RunContext& run) override {
    const size_t first = HasFirstSize(partitions_) ? 1 : 0;
    const int64_t rows = first == 1 ? *run.in<int32_t>(kFirstPartition) : sizes_[0] - 1;
    CheckPartitions(run, first, rows);
    const Shape output = OutputShape(run, first, rows);
    Tensor& result = run.AllocateOutput(0, output);
    FillDefault(run, result, static_cast<int>(partitions_.size() - first) + 1);
    if (output.NumElements() == 0) return;

    const int64_t kept = std::min(rows, output[0]);
    if (kept > kMostRows) Throw(Code::kLimit, kept, " rows are too many");
    OutputRows places(static_cast<size_t>(kept));
    std::iota(places.begin(), places.end(), 0);
    for (size_t i = first; i < partitions_.size(); ++i) {
      places = Descend(run, i, places, output[static_cast<int>(i - first) + 1]);
    }
    const int64_t block = values_.Product(1, values_.rank());
    for (size_t i = 0; i < places.size(); ++i) {
      if (places[i] < 0) continue;
      CopyElements(dtype_, ElementAt(dtype_, run.in(1), static_cast<int64_t>(i) * block),
                   ElementAt(dtype_, result.mutable_data(), places[i] * block), block);
    }
  }

 private:
  const int32_t* Values(RunContext& run, size_t i) const {
    return run.in<int32_t>(kFirstPartition + static_cast<int>(i));
  }

  // Each dimension must have as many rows as the enclosing one has elements, in ascending order.
  void CheckPartitions(RunContext& run, size_t first, int64_t rows) const {
    if (rows < 0) Throw(Code::kInput, "the first dimension's size is ", rows);
    for (size_t i = first; i < partitions_.size(); ++i) {
      const int32_t* values = Values(run, i);
      const bool is_splits = partitions_[i] == Partition::kRowSplits;
      for (int64_t k = 0; k < sizes_[i]; ++k) {
        const bool ascends = k == 0 ? values[0] >= 0 : values[k] >= values[k - 1];
        if (ascends && (is_splits || values[k] < rows)) continue;
        Throw(Code::kInput, "row partition tensor ", i, ": element ", k, " is ", values[k],
              ", which is out of order or of range");
      }
      if (is_splits && (values[0] != 0 || sizes_[i] - 1 != rows)) {
        Throw(Code::kInput, "row partition tensor ", i, ": expected splits of ", rows,
              " rows from 0, got ", sizes_[i] - 1, " rows from ", values[0]);
      }
      rows = is_splits ? values[sizes_[i] - 1] : sizes_[i];
    }
    if (rows != values_[0]) {
      Throw(Code::kInput, "the row partition tensors describe ", rows, " values, got ", values_[0]);
    }
  }

  // Calls visit(row, place in the row) for each element of ragged dimension i.
  template <typename F>
  void ForEachElement(RunContext& run, size_t i, F visit) const {
    const int32_t* values = Values(run, i);
    if (partitions_[i] == Partition::kRowSplits) {
      for (int64_t row = 0; row + 1 < sizes_[i]; ++row) {
        for (int32_t k = values[row]; k < values[row + 1]; ++k) visit(row, k - values[row]);
      }
      return;
    }
    for (int64_t k = 0, place = 0; k < sizes_[i]; ++k, ++place) {
      if (k > 0 && values[k] != values[k - 1]) place = 0;
      visit(int64_t{values[k]}, place);
    }
  }

  // The requested shape, with unknown dimensions as large as the values need.
  Shape OutputShape(RunContext& run, size_t first, int64_t rows) const {
    Shape shape{rows};
    for (size_t i = first; i < partitions_.size(); ++i) {
      int64_t widest = 0;
      ForEachElement(run, i, [&](int64_t, int64_t place) { widest = std::max(widest, place + 1); });
      shape.Append(widest);
    }
    const int ragged = shape.rank();
    for (int axis = 1; axis < values_.rank(); ++axis) shape.Append(values_[axis]);
    const auto* wanted = run.in<int32_t>(0);
    // A scalar -1: the rank is unknown too.
    if (shape_input_.rank() == 0) {
      if (*wanted != -1) Throw(Code::kInput, "a scalar shape must be -1, got ", *wanted);
      return shape;
    }
    if (shape_input_[0] != shape.rank()) {
      Throw(Code::kInput, "the values and the shape are incompatible: the shape must have ",
            shape.rank(), " dimensions, got ", shape_input_[0]);
    }
    for (int axis = 0; axis < shape.rank(); ++axis) {
      if (wanted[axis] == -1) continue;
      if (wanted[axis] < -1 || (axis >= ragged && wanted[axis] != shape[axis])) {
        Throw(Code::kInput, "dimension ", axis, " of the shape is ", wanted[axis],
              ", which does not fit values of shape ", values_);
      }
      shape[axis] = wanted[axis];
    }
    return shape;
  }

  // Broadcasts the default value to the dimensions behind the `ragged` ones.
  void FillDefault(RunContext& run, Tensor& result, int ragged) const {
    const Shape& output = result.shape();
    Shape element;
    for (int axis = 0; axis < output.rank(); ++axis) {
      element.Append(axis < ragged ? 1 : output[axis]);
    }
    Shape value;
    while (value.rank() + default_.rank() < output.rank()) value.Append(1);
    for (const int64_t dim : default_) value.Append(dim);
    if (!(BroadcastShapes(value, element) == element)) {
      Throw(Code::kShape, "a default value of shape ", default_,
            " cannot be broadcast to values of shape ", values_);
    }
    if (result.shape().NumElements() > 0)
      Tile(dtype_, value, output, run.in(2), result.mutable_data());
  }

  OutputRows Descend(RunContext& run, size_t i, const OutputRows& rows, int64_t width) const {
    OutputRows places;
    ForEachElement(run, i, [&](int64_t row, int64_t place) {
      const auto at = static_cast<size_t>(row);
      const int64_t outer = at < rows.size() ? rows[at] : -1;
      places.push_back(outer < 0 || place >= width ? -1 : outer * width + place);
    });
    return places;
  }

  std::vector<Partition> partitions_;
  std::vector<int64_t> sizes_;  // of the row partition tensors
  Shape shape_input_;
  Shape values_;
  Shape default_;
  DType dtype_;
};

TFWASM_OP kRaggedTensorToTensorOp{
    .name = "RaggedTensorToTensor",
    .min_inputs = kFirstPartition + 1,
    .max_inputs = kAnyNumber,
    .required_attrs = "row_partition_types",
    .infer = InferRaggedTensorToTensor,
    .kernel = [](const KernelContext& context) -> std::unique_ptr<Kernel> {
      return std::make_unique<RaggedTensorToTensor>(context);
    }};

}  // namespace

}  // namespace tfwasm
