// SPDX-License-Identifier: Apache-2.0
// N-grams of the strings in each row.
#include <algorithm>
#include <limits>

#include "ops/arguments.h"

namespace tfwasm {

namespace {

// A limit for the tokens of all n-grams together; more would not fit into memory.
constexpr int64_t kMostTokens = 1 << 27;

struct NGramOptions {
  explicit NGramOptions(const AttrMap& attrs)
      : separator(attrs.String("separator", "")),
        left_pad(attrs.String("left_pad", "")),
        right_pad(attrs.String("right_pad", "")),
        widths(attrs.Ints("ngram_widths")),
        pad_width(attrs.Int("pad_width", 0)),
        keeps_short(attrs.Bool("preserve_short_sequences", false)) {
    for (const int64_t width : widths) {
      if (width >= 1 && width <= kMostTokens) continue;
      Throw(Code::kAttr, "ngram_widths must be from 1 to ", kMostTokens, ", got ", width);
    }
    if (pad_width > kMostTokens) Throw(Code::kAttr, "pad_width is too large: ", pad_width);
  }

  // The number of pads at either end. A negative attribute means as many as possible.
  int64_t Padding(int64_t width) const {
    return pad_width < 0 ? width - 1 : std::min(pad_width, width - 1);
  }

  // The width of the single n-gram for a row that is too short: the row with all of its padding.
  int64_t ShortWidth(int64_t length) const { return length + 2 * std::max<int64_t>(pad_width, 0); }

  int64_t Count(int64_t length, int64_t width) const {
    return std::max<int64_t>(0, length + 2 * Padding(width) - width + 1);
  }

  // The number of n-grams of a row of `length` strings.
  int64_t Count(int64_t length) const {
    int64_t count = 0;
    for (const int64_t width : widths) count += Count(length, width);
    return count == 0 && keeps_short && length > 0 ? 1 : count;
  }

  std::string separator;
  std::string left_pad;
  std::string right_pad;
  std::vector<int64_t> widths;
  int64_t pad_width;
  bool keeps_short;
};

void InferStringNGrams(InferContext& context) {
  context.ExpectDType(0, DType::kString, "the data");
  context.ExpectDType(1, DType::kInt32, "the splits");
  context.ExpectRank(0, 1, "the data");
  context.ExpectRank(1, 1, "the splits");
  [[maybe_unused]] const NGramOptions checked(context.attrs());
  context.set_output_unknown(0, DType::kString);
  context.set_output(1, DType::kInt32, context.shape(1));
}

void CheckSplits(const int32_t* splits, int64_t count, int64_t size) {
  for (int64_t i = 0; i < count; ++i) {
    const int64_t least = i == 0 ? 0 : splits[i - 1];
    const int64_t most = i == 0 ? 0 : size;
    if (splits[i] >= least && splits[i] <= most) continue;
    if (i == 0) Throw(Code::kInput, "First split value must be 0, got ", splits[0]);
    Throw(Code::kInput, "Invalid split value ", splits[i], " at ", i, ", must be in [", least, ", ",
          most, "]");
  }
  if (count > 0 && splits[count - 1] != size) {
    Throw(Code::kInput, "Last split value must be data size ", size, ", got ", splits[count - 1]);
  }
}

// Joins strings `first` to first + width of a row of `length` strings, padded at both ends.
std::string Join(const NGramOptions& options, const std::string* row, int64_t length, int64_t first,
                 int64_t width) {
  std::string result;
  for (int64_t i = first; i < first + width; ++i) {
    if (i > first) result += options.separator;
    result += i < 0 ? options.left_pad : i >= length ? options.right_pad : row[i];
  }
  return result;
}

// Returns the position for the next n-gram.
std::string* EmitRow(const NGramOptions& options, const std::string* row, int64_t length,
                     std::string* out) {
  std::string* const begin = out;
  for (const int64_t width : options.widths) {
    const int64_t count = options.Count(length, width);
    const int64_t padding = options.Padding(width);
    for (int64_t i = 0; i < count; ++i) *out++ = Join(options, row, length, i - padding, width);
  }
  if (out == begin && options.Count(length) == 1) {
    *out++ = Join(options, row, length, -std::max<int64_t>(options.pad_width, 0),
                  options.ShortWidth(length));
  }
  return out;
}

std::unique_ptr<Kernel> StringNGramsKernel(const KernelContext& context) {
  const int64_t size = context.shape(0)[0];
  const int64_t count = context.shape(1)[0];
  return MakeKernel([=, options = NGramOptions(context.attrs())](RunContext& run) {
    const auto* splits = run.in<int32_t>(1);
    CheckSplits(splits, count, size);
    auto* out_splits = run.out<int32_t>(1);
    int64_t total = 0;
    int64_t tokens = 0;
    for (int64_t row = 0; row < count; ++row) {
      if (row > 0) {
        const int64_t length = splits[row] - splits[row - 1];
        total += options.Count(length);
        for (const int64_t width : options.widths) tokens += options.Count(length, width) * width;
        if (options.keeps_short && length > 0) tokens += options.ShortWidth(length);
      }
      if (tokens > kMostTokens) Throw(Code::kLimit, "the n-grams have too many tokens: ", tokens);
      out_splits[row] = static_cast<int32_t>(total);
    }
    auto* out = run.AllocateOutput(0, {total}).mutable_values<std::string>().data();
    for (int64_t row = 1; row < count; ++row) {
      const int32_t first = splits[row - 1];
      out = EmitRow(options, run.in<std::string>(0) + first, splits[row] - first, out);
    }
  });
}

TFWASM_OP kStringNGramsOp{.name = "StringNGrams",
                          .min_inputs = 2,
                          .max_inputs = 2,
                          .num_outputs = [](const Node&) { return 2; },
                          .required_attrs = "separator,ngram_widths,left_pad,right_pad,pad_width",
                          .output_names = "ngrams,ngrams_splits",
                          .infer = InferStringNGrams,
                          .kernel = StringNGramsKernel};

}  // namespace

}  // namespace tfwasm
