// SPDX-License-Identifier: Apache-2.0
#include "kernels/non_max_suppression.h"

#include <algorithm>
#include <limits>

#include "ops/arguments.h"

namespace tfwasm {

namespace {

enum InputIndex { kBoxes, kScores, kMaxOutputSize, kIouThreshold, kScoreThreshold, kSoftSigma };

constexpr std::string_view kInputNames[] = {"the boxes",           "the scores",
                                            "max_output_size",     "the iou_threshold",
                                            "the score_threshold", "the soft_nms_sigma"};

bool IsPadded(const OpContext& context) {
  return context.attrs().Bool("pad_to_max_output_size", false);
}

void CheckInputs(const OpContext& context) {
  context.ExpectDType(kBoxes, DType::kFloat32, kInputNames[kBoxes]);
  context.ExpectDType(kScores, DType::kFloat32, kInputNames[kScores]);
  context.ExpectRank(kBoxes, 2, kInputNames[kBoxes]);
  context.ExpectRank(kScores, 1, kInputNames[kScores]);
  const Shape& boxes = context.shape(kBoxes);
  if (boxes[1] != 4) Throw(Code::kShape, "the boxes must have shape [n,4], got ", boxes);
  if (context.shape(kScores)[0] != boxes[0]) {
    Throw(Code::kShape, "scores has incompatible shape with boxes. Expected ", boxes[0],
          ", but was ", context.shape(kScores)[0]);
  }
  if (boxes[0] > std::numeric_limits<int32_t>::max()) {
    Throw(Code::kLimit, boxes[0], " boxes are too many for int32 indices");
  }
  ExpectScalar(context, kMaxOutputSize, DType::kInt32, kInputNames[kMaxOutputSize]);
  for (int i = kIouThreshold; i < context.num_inputs(); ++i) {
    ExpectScalar(context, i, DType::kFloat32, kInputNames[i]);
  }
}

void CheckMaxOutputSize(int64_t size) {
  if (size < 0) Throw(Code::kInput, "max_output_size must not be negative, got ", size);
}

// Declares an output of `size` elements, or of unknown size.
void SetChosen(InferContext& context, int output, DType dtype, std::optional<int64_t> size) {
  if (size) {
    context.set_output(output, dtype, {*size});
  } else {
    context.set_output_unknown(output, dtype);
  }
}

// The outputs: V2 and V3 the indices; V4 also their number; V5 indices, scores and number.
void InferChosen(InferContext& context, bool has_scores, bool has_count) {
  CheckInputs(context);
  std::optional<int64_t> size;
  if (has_count && IsPadded(context)) {
    size = IntOrDefer(context, kMaxOutputSize, kInputNames[kMaxOutputSize]);
    if (!size) return;
    CheckMaxOutputSize(*size);
  }
  int output = 0;
  SetChosen(context, output++, DType::kInt32, size);
  if (has_scores) SetChosen(context, output++, DType::kFloat32, size);
  if (has_count) context.set_output(output, DType::kInt32, {});
}

void InferIndices(InferContext& context) { InferChosen(context, false, false); }
void InferCounted(InferContext& context) { InferChosen(context, false, true); }
void InferScored(InferContext& context) { InferChosen(context, true, true); }

NonMaxSuppressionSpec ReadSpec(const RunContext& run, int num_inputs) {
  NonMaxSuppressionSpec spec;
  spec.max_output_size = *run.in<int32_t>(kMaxOutputSize);
  CheckMaxOutputSize(spec.max_output_size);
  spec.iou_threshold = *run.in<float>(kIouThreshold);
  if (!(spec.iou_threshold >= 0 && spec.iou_threshold <= 1)) {
    Throw(Code::kInput, "the iou_threshold must be from 0 to 1, got ", spec.iou_threshold);
  }
  spec.score_threshold = num_inputs > kScoreThreshold ? *run.in<float>(kScoreThreshold)
                                                      : std::numeric_limits<float>::lowest();
  if (num_inputs > kSoftSigma) spec.soft_sigma = *run.in<float>(kSoftSigma);
  if (!(spec.soft_sigma >= 0)) {
    Throw(Code::kInput, "the soft_nms_sigma must not be negative, got ", spec.soft_sigma);
  }
  return spec;
}

// `padded_size`: the size of the planned output; nullopt if the output is as long as needed.
template <typename T>
void WriteChosen(RunContext& run, int output, const std::vector<T>& values,
                 std::optional<int64_t> padded_size) {
  T* out = nullptr;
  if (padded_size) {
    out = run.out<T>(output);
    std::fill_n(out, *padded_size, T());
  } else {
    Tensor& tensor = run.AllocateOutput(output, {static_cast<int64_t>(values.size())});
    out = tensor.mutable_values<T>().data();
  }
  std::copy(values.begin(), values.end(), out);
}

std::unique_ptr<Kernel> PrepareChosen(const KernelContext& context, bool has_scores,
                                      bool has_count) {
  const int64_t boxes = context.shape(kBoxes)[0];
  const int num_inputs = context.num_inputs();
  std::optional<int64_t> size;
  if (has_count && IsPadded(context)) size = KnownInt(context, kMaxOutputSize);
  return MakeKernel([=](RunContext& run) {
    const ChosenBoxes chosen = NonMaxSuppression(ReadSpec(run, num_inputs), boxes,
                                                 run.in<float>(kBoxes), run.in<float>(kScores));
    int output = 0;
    WriteChosen(run, output++, chosen.indices, size);
    if (has_scores) WriteChosen(run, output++, chosen.scores, size);
    if (has_count) *run.out<int32_t>(output) = static_cast<int32_t>(chosen.indices.size());
  });
}

std::unique_ptr<Kernel> PrepareIndices(const KernelContext& context) {
  return PrepareChosen(context, false, false);
}
std::unique_ptr<Kernel> PrepareCounted(const KernelContext& context) {
  return PrepareChosen(context, false, true);
}
std::unique_ptr<Kernel> PrepareScored(const KernelContext& context) {
  return PrepareChosen(context, true, true);
}

TFWASM_OP kV2Op{.name = "NonMaxSuppressionV2",
                .min_inputs = 4,
                .max_inputs = 4,
                .infer = InferIndices,
                .kernel = PrepareIndices};
TFWASM_OP kV3Op{.name = "NonMaxSuppressionV3",
                .min_inputs = 5,
                .max_inputs = 5,
                .infer = InferIndices,
                .kernel = PrepareIndices};
TFWASM_OP kV4Op{.name = "NonMaxSuppressionV4",
                .min_inputs = 5,
                .max_inputs = 5,
                .num_outputs = [](const Node&) { return 2; },
                .output_names = "selected_indices,valid_outputs",
                .infer = InferCounted,
                .kernel = PrepareCounted};
TFWASM_OP kV5Op{.name = "NonMaxSuppressionV5",
                .min_inputs = 6,
                .max_inputs = 6,
                .num_outputs = [](const Node&) { return 3; },
                .output_names = "selected_indices,selected_scores,valid_outputs",
                .infer = InferScored,
                .kernel = PrepareScored};

}  // namespace

}  // namespace tfwasm
