// SPDX-License-Identifier: Apache-2.0
// Ops of the lookup layers. They exist only here. The attribute "vocabulary" names a Vocabulary.
#include "kernels/text/vocabulary.h"

#include <algorithm>

#include "kernels/text/tokens.h"
#include "ops/categories.h"
#include "ops/element_text.h"

namespace tfwasm {

namespace {

std::shared_ptr<const Vocabulary> VocabularyOf(const AttrMap& attrs) {
  const int64_t id = attrs.RequireInt("vocabulary");
  auto vocabulary = Vocabulary::Find(id);
  if (vocabulary == nullptr) Throw(Code::kAttr, "there is no vocabulary ", id, " any more");
  return vocabulary;
}

void InferIndices(InferContext& context) {
  VocabularyOf(context.attrs());
  ExpectTextOrInt(context, 0);
  context.set_output(0, DType::kInt32, context.shape(0));
}

std::unique_ptr<Kernel> IndicesKernel(const KernelContext& context) {
  return MakeKernel([vocabulary = VocabularyOf(context.attrs()), dtype = context.dtype(0),
                     count = context.shape(0).NumElements()](RunContext& run) {
    ElementTexts texts(dtype, run.in(0));
    for (int64_t i = 0; i < count; ++i) run.out<int32_t>(0)[i] = vocabulary->IndexOf(texts[i]);
  });
}

void InferTerms(InferContext& context) {
  const bool has_numbers = VocabularyOf(context.attrs())->has_numbers();
  context.ExpectDType(0, DType::kInt32, "the indices");
  context.set_output(0, has_numbers ? DType::kInt32 : DType::kString, context.shape(0));
}

int32_t ToInt32(const std::string& digits) {
  const int64_t number = NumberOf(digits);
  if (number == static_cast<int32_t>(number)) return static_cast<int32_t>(number);
  Throw(Code::kInput, "the term ", digits, " does not fit int32");
}

std::unique_ptr<Kernel> TermsKernel(const KernelContext& context) {
  return MakeKernel([vocabulary = VocabularyOf(context.attrs()),
                     count = context.shape(0).NumElements()](RunContext& run) {
    const auto* in = run.in<int32_t>(0);
    for (int64_t i = 0; i < count; ++i) {
      const std::string& term = vocabulary->TermAt(in[i]);
      if (vocabulary->has_numbers()) {
        run.out<int32_t>(0)[i] = ToInt32(term);
      } else {
        run.out<std::string>(0)[i] = term;
      }
    }
  });
}

Tokenizer ReadTokenizer(const AttrMap& attrs) {
  Tokenizer tokenizer{.is_lowered = attrs.Bool("is_lowered", false),
                      .drops_punctuation = attrs.Bool("drops_punctuation", false),
                      .widths = attrs.Ints("ngram_widths")};
  const std::string split = attrs.String("split", "");
  if (split == "whitespace") tokenizer.split = TokenSplit::kWhitespace;
  if (split == "character") tokenizer.split = TokenSplit::kCharacter;
  for (const int64_t width : tokenizer.widths) {
    if (width < 1) Throw(Code::kAttr, "ngram_widths must be positive, got ", width);
  }
  return tokenizer;
}

// For texts [N, 1], or with several texts for each example. Outputs vectors with the attribute
// "mode", else [N, length]: indices, or tokens if there is no vocabulary. The length is that of the
// longest example if the attribute is absent.
void InferVectorize(InferContext& context) {
  const AttrMap& attrs = context.attrs();
  ReadTokenizer(attrs);
  context.ExpectDType(0, DType::kString, "the texts");
  context.ExpectRank(0, 2, "the texts");
  const int64_t rows = context.shape(0)[0];
  const bool has_indices = attrs.Has("vocabulary");
  if (has_indices) VocabularyOf(attrs);
  if (attrs.Has("mode")) {
    return context.set_output(0, DType::kFloat32, {rows, CategoryEncoder(attrs).depth});
  }
  const DType dtype = has_indices ? DType::kInt32 : DType::kString;
  const int64_t length = attrs.Int("length", -1);
  if (length < 0) return context.set_output_unknown(0, dtype);
  context.set_output(0, dtype, {rows, length});
}

// Calls f(row, tokens).
template <typename F>
void ForEachRow(const Tokenizer& tokenizer, const Shape& shape, RunContext& run, F f) {
  for (int64_t row = 0; row < shape[0]; ++row) {
    f(row, tokenizer.Run(run.in<std::string>(0) + row * shape[1], shape[1]));
  }
}

std::unique_ptr<Kernel> BagKernel(const KernelContext& context) {
  return MakeKernel([shape = context.shape(0), tokenizer = ReadTokenizer(context.attrs()),
                     encoder = CategoryEncoder(context.attrs()),
                     vocabulary = VocabularyOf(context.attrs())](RunContext& run) {
    auto* out = run.out<float>(0);
    std::fill_n(out, shape[0] * encoder.depth, 0.0f);
    ForEachRow(tokenizer, shape, run, [&](int64_t row, const std::vector<std::string>& tokens) {
      for (const std::string& token : tokens) {
        encoder.Mark(vocabulary->IndexOf(token), 1, out + row * encoder.depth);
      }
    });
  });
}

std::unique_ptr<Kernel> VectorizeKernel(const KernelContext& context) {
  if (context.attrs().Has("mode")) return BagKernel(context);
  const bool has_indices = context.attrs().Has("vocabulary");
  return MakeKernel([shape = context.shape(0), tokenizer = ReadTokenizer(context.attrs()),
                     length = context.attrs().Int("length", -1),
                     vocabulary =
                         has_indices ? VocabularyOf(context.attrs()) : nullptr](RunContext& run) {
    std::vector<std::vector<std::string>> rows;
    size_t longest = 0;
    ForEachRow(tokenizer, shape, run, [&](int64_t, std::vector<std::string> tokens) {
      longest = std::max(longest, tokens.size());
      rows.push_back(std::move(tokens));
    });
    const auto columns = length < 0 ? static_cast<int64_t>(longest) : length;
    void* out = length < 0 ? run.AllocateOutput(0, {shape[0], columns}).mutable_data() : run.out(0);
    // What is missing is the index 0, or an empty token.
    if (vocabulary != nullptr) std::fill_n(static_cast<int32_t*>(out), shape[0] * columns, 0);
    for (size_t row = 0; row < rows.size(); ++row) {
      const auto count = std::min(static_cast<int64_t>(rows[row].size()), columns);
      for (int64_t i = 0; i < columns; ++i) {
        const int64_t at = static_cast<int64_t>(row) * columns + i;
        if (vocabulary == nullptr) {
          static_cast<std::string*>(out)[at] = i < count ? rows[row][static_cast<size_t>(i)] : "";
        } else if (i < count) {
          static_cast<int32_t*>(out)[at] = vocabulary->IndexOf(rows[row][static_cast<size_t>(i)]);
        }
      }
    }
  });
}

}  // namespace

TFWASM_TRAINING_OP kIndicesOp{
    .name = "_LookUpIndices", .infer = InferIndices, .kernel = IndicesKernel};

TFWASM_TRAINING_OP kTermsOp{.name = "_LookUpTerms", .infer = InferTerms, .kernel = TermsKernel};

TFWASM_TRAINING_OP kVectorizeOp{
    .name = "_VectorizeText", .infer = InferVectorize, .kernel = VectorizeKernel};

}  // namespace tfwasm
