// SPDX-License-Identifier: Apache-2.0
// Splits strings into a sparse tensor of parts.
#include <algorithm>

#include "kernels/text/tokens.h"
#include "ops/arguments.h"

namespace tfwasm {

namespace {

using Parts = std::vector<std::string_view>;

void InferSplit(InferContext& context) {
  context.ExpectDType(0, DType::kString, "the strings");
  context.ExpectRank(0, 1, "the strings");
  ExpectScalar(context, 1, DType::kString, "the delimiter");
  context.attrs().Bool("skip_empty", true);
  context.attrs().Int("maxsplit", -1);
  context.set_output_unknown(0, DType::kInt32);
  context.set_output_unknown(1, DType::kString);
  context.set_output(2, DType::kInt32, {2});
}

// Splits at each of the delimiter's bytes, or between all bytes if it is empty.
void SplitAtAny(std::string_view text, std::string_view delimiters, bool skip_empty, Parts& parts) {
  if (text.empty()) return;
  if (delimiters.empty()) {
    for (size_t i = 0; i < text.size(); ++i) parts.push_back(text.substr(i, 1));
    return;
  }
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find_first_of(delimiters, begin), text.size());
    if (end > begin || !skip_empty) parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
}

// Outputs: [row, place in the row] of each part, the parts, and [rows, most parts in a row].
void EmitParts(RunContext& run, const std::vector<Parts>& rows) {
  int64_t total = 0;
  size_t widest = 0;
  for (const Parts& parts : rows) {
    total += static_cast<int64_t>(parts.size());
    widest = std::max(widest, parts.size());
  }
  auto* indices = run.AllocateOutput(0, {total, 2}).mutable_values<int32_t>().data();
  auto* values = run.AllocateOutput(1, {total}).mutable_values<std::string>().data();
  for (size_t row = 0; row < rows.size(); ++row) {
    for (size_t i = 0; i < rows[row].size(); ++i) {
      *indices++ = static_cast<int32_t>(row);
      *indices++ = static_cast<int32_t>(i);
      *values++ = rows[row][i];
    }
  }
  run.out<int32_t>(2)[0] = static_cast<int32_t>(rows.size());
  run.out<int32_t>(2)[1] = static_cast<int32_t>(widest);
}

template <bool kLikePython>
std::unique_ptr<Kernel> SplitKernel(const KernelContext& context) {
  const bool skip_empty = context.attrs().Bool("skip_empty", true);
  const int64_t most = context.attrs().Int("maxsplit", -1);
  return MakeKernel([=, count = static_cast<size_t>(context.shape(0)[0])](RunContext& run) {
    const std::string& delimiter = *run.in<std::string>(1);
    std::vector<Parts> rows(count);
    for (size_t i = 0; i < count; ++i) {
      const std::string& text = run.in<std::string>(0)[i];
      if (kLikePython) {
        SplitLikePython(text, delimiter, most, rows[i]);
      } else {
        SplitAtAny(text, delimiter, skip_empty, rows[i]);
      }
    }
    EmitParts(run, rows);
  });
}

constexpr OpDef SplitOp(std::string_view name,
                        std::unique_ptr<Kernel> (*kernel)(const KernelContext&)) {
  return {.name = name,
          .min_inputs = 2,
          .max_inputs = 2,
          .num_outputs = [](const Node&) { return 3; },
          .output_names = "indices,values,shape",
          .infer = InferSplit,
          .kernel = kernel};
}

TFWASM_OP kStringSplitOp = SplitOp("StringSplit", SplitKernel<false>);
TFWASM_OP kStringSplitV2Op = SplitOp("StringSplitV2", SplitKernel<true>);

}  // namespace

}  // namespace tfwasm
