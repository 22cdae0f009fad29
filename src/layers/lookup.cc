// SPDX-License-Identifier: Apache-2.0
// Layers with vocabularies. Semantics: Keras, keras/src/layers/preprocessing/index_lookup.py and
// text_vectorization.py.
#include <algorithm>
#include <numeric>
#include <utility>

#include "kernels/text/vocabulary.h"
#include "layers/categories.h"
#include "layers/emit.h"

namespace tfwasm {

namespace {

constexpr std::initializer_list<std::string_view> kModes{"int",    "one_hot", "multi_hot", "count",
                                                         "tf_idf", "binary",  "tf-idf"};
constexpr std::string_view kNoVocabulary =
    "the layer has no vocabulary yet: call its adapt() or setVocabulary()";

// The terms of a vocabulary, and how indices become outputs.
class Terms {
 public:
  Terms(LayerConfig& config, CategoryOutput output, VocabularyOptions options)
      : output_(std::move(output)) {
    max_tokens_ = config.MaybeInt("max_tokens");
    if (max_tokens_ && *max_tokens_ < 1) config.Fail("max_tokens", "a positive integer");
    options.counts_mask = output_.is_int();
    auto terms = ReadTerms(config, options.has_numbers);
    vocabulary_ = Vocabulary::Make(std::move(options), std::move(terms));
    const int64_t size = vocabulary_->size();
    if (max_tokens_ && size > *max_tokens_) {
      config.Fail("max_tokens", StrCat("at least the size of the vocabulary, ", size));
    }
    const bool is_padded = config.Bool("pad_to_max_tokens", false);
    if (is_padded && !max_tokens_) config.Fail("max_tokens", "a size, to pad to");
    depth_ = is_padded ? *max_tokens_ : size;
    if (depth_ == 0) {
      // What the adapted layer had when it was saved.
      depth_ = config.Given("vocabulary_size").AsInt().value_or(0);
    }
    config.Ignore("vocabulary_size,has_input_vocabulary,vocabulary_is_adapted");
    ReadIdf(config);
  }

  const Vocabulary& vocabulary() const { return *vocabulary_; }
  const CategoryOutput& output() const { return output_; }
  bool is_ready() const { return vocabulary_->size() > 0; }

  // How long vectors are. Throws E_LAYER if that is not known yet.
  int64_t depth() const {
    if (depth_ < 1) {
      Throw(Code::kLayer, "how long the output is depends on the vocabulary, and ", kNoVocabulary);
    }
    return depth_;
  }

  Operand Weighted(const Operand& counts) const {
    if (!output_.is_tf_idf() || !is_ready()) return counts;
    return counts * Numbers(counts.builder(), idf_);
  }

 private:
  static std::vector<std::string> ReadTerms(LayerConfig& config, bool has_numbers) {
    config.Value("vocabulary");
    std::vector<std::string> terms;
    if (!config.Has("vocabulary")) return terms;
    const char* const expected = has_numbers ? "a list of integers" : "a list of texts";
    const Json::Array* list = config.Given("vocabulary").AsArray();
    if (list == nullptr) config.Fail("vocabulary", expected);
    for (const Json& element : *list) {
      auto term = TextOf(element);
      if (!term || has_numbers == (element.AsString() != nullptr)) {
        Throw(Code::kLayer, "'vocabulary': expected ", expected);
      }
      terms.push_back(*std::move(term));
    }
    return terms;
  }

  // One weight for each index: those of the terms, after their mean for indices of unknown terms.
  void ReadIdf(LayerConfig& config) {
    const auto given = MaybeFloats(config, "idf_weights");
    if (!output_.is_tf_idf() || !is_ready()) return;
    const bool has_specials = vocabulary_->was_given_specials();
    const auto front = static_cast<size_t>(has_specials ? 0 : vocabulary_->num_special());
    const auto count = static_cast<size_t>(vocabulary_->size()) - front;
    if (!given || given->size() != count) {
      config.Fail("idf_weights", StrCat("one number for each of the ", count, " terms"));
    }
    const float mean =
        std::accumulate(given->begin(), given->end(), 0.0f) / static_cast<float>(count);
    idf_.assign(front, mean);
    idf_.insert(idf_.end(), given->begin(), given->end());
    idf_.resize(static_cast<size_t>(depth_), 0);
  }

  CategoryOutput output_;
  std::optional<int64_t> max_tokens_;
  std::shared_ptr<const Vocabulary> vocabulary_;
  int64_t depth_ = 0;
  std::vector<float> idf_;
};

void CheckEncoding(LayerConfig& config) {
  if (config.OneOf("encoding", "utf-8", {"utf-8", "utf8"}).empty())
    config.Fail("encoding", "utf-8");
}

class Lookup : public Layer {
 public:
  Lookup(LayerConfig& config, bool has_numbers)
      : is_inverse_(config.Bool("invert", false)),
        terms_(config, CategoryOutput(config, "int", kModes), Options(config, has_numbers)) {
    if (is_inverse_ && !terms_.output().is_int()) config.Fail("output_mode", "int, with 'invert'");
    if (!has_numbers) CheckEncoding(config);
  }

  void Call(CallContext& context) override {
    Operand x = context.input();
    const bool has_numbers = terms_.vocabulary().has_numbers();
    if (has_numbers || is_inverse_) {
      if (x.dtype() == DType::kString) Throw(Code::kDType, "expected integers, got strings");
      x = Cast(x, DType::kInt32);
    } else if (x.dtype() != DType::kString) {
      Throw(Code::kDType, "expected strings, got ", x.dtype());
    }
    if (!terms_.is_ready()) x = NotReady(x, kNoVocabulary);
    const Operand found = context.builder().Emit(is_inverse_ ? "_LookUpTerms" : "_LookUpIndices",
                                                 {x}, {{"vocabulary", terms_.vocabulary().id()}});
    if (terms_.output().is_int()) return context.set_output(found);
    context.set_output(terms_.Weighted(terms_.output().Encode(found, terms_.depth())));
  }

 private:
  static std::optional<std::string> Token(LayerConfig& config, std::string_view key,
                                          bool has_numbers, const JsonValue& fallback) {
    config.Value(key, config.IsNull(key) ? JsonValue(nullptr) : fallback);
    if (!config.Has(key)) {
      if (config.IsNull(key) || fallback.is_null()) return std::nullopt;
      return has_numbers ? StrCat(fallback.get<int>()) : fallback.get<std::string>();
    }
    const auto text = TextOf(config.Given(key));
    const bool is_text = config.Given(key).AsString() != nullptr;
    if (!text || is_text == has_numbers) config.Fail(key, has_numbers ? "an integer" : "a text");
    return text;
  }

  static VocabularyOptions Options(LayerConfig& config, bool has_numbers) {
    VocabularyOptions options{.has_numbers = has_numbers,
                              .mask = Token(config, "mask_token", has_numbers, nullptr)};
    const JsonValue unknown = has_numbers ? JsonValue(-1) : JsonValue("[UNK]");
    options.unknown = Token(config, "oov_token", has_numbers, unknown).value_or("");
    options.num_unknown = config.Int("num_oov_indices", 1);
    if (options.num_unknown < 0 || options.num_unknown > 1 << 30) {
      config.Fail("num_oov_indices", "an integer that is not negative");
    }
    config.Text("vocabulary_dtype", has_numbers ? "int64" : "string");
    if (config.Has("oov_method")) {
      options.hashes_numbers =
          config.OneOf("oov_method", "floormod", {"floormod", "farmhash"}) == "farmhash";
    }
    if (config.Has("salt")) {
      options.key = ReadSalt(config);
      options.hashes_numbers = true;
    }
    return options;
  }

  bool is_inverse_;
  Terms terms_;
};

class TextVectorization : public Layer {
 public:
  explicit TextVectorization(LayerConfig& config)
      : terms_(config, CategoryOutput(config, "int", kModes), {.mask = ""}),
        length_(config.MaybeInt("output_sequence_length")) {
    const std::string standardize =
        Choice(config, "standardize", "lower_and_strip_punctuation",
               {"lower_and_strip_punctuation", "lower", "strip_punctuation"});
    attrs_.Set("is_lowered", standardize.starts_with("lower"));
    attrs_.Set("drops_punctuation", standardize.ends_with("punctuation"));
    split_ = Choice(config, "split", "whitespace", {"whitespace", "character"});
    attrs_.Set("split", split_);
    attrs_.Set("ngram_widths", Widths(config));
    if (length_ && (*length_ < 1 || *length_ > 1 << 24 || !terms_.output().is_int())) {
      config.Fail("output_sequence_length", "a positive integer, only with output_mode 'int'");
    }
    if (config.Bool("ragged", false)) config.Fail("ragged", "false: there are no ragged tensors");
    CheckEncoding(config);
  }

  void Call(CallContext& context) override {
    const bool wants_tokens = context.Flag("tokens", false);
    Operand x = context.input();
    if (x.dtype() != DType::kString) Throw(Code::kDType, "expected strings, got ", x.dtype());
    if (x.shape().rank() == 1) x = ExpandDims(x, -1);
    if (x.shape().rank() != 2 || (!split_.empty() && x.shape()[1] != 1)) {
      Throw(Code::kShape, "texts of shape [batch] or [batch, 1] are expected, got ", x.shape());
    }
    const bool is_bag = !terms_.output().is_int();
    AttrMap attrs = attrs_;
    if (!wants_tokens) {
      if (!terms_.is_ready()) x = NotReady(x, kNoVocabulary);
      attrs.Set("vocabulary", terms_.vocabulary().id());
      if (is_bag) {
        attrs.Set("mode", std::string(terms_.output().op_mode()));
        attrs.Set("depth", terms_.depth());
      } else if (length_) {
        attrs.Set("length", *length_);
      } else if (context.builder().value(x.edge()) == nullptr) {
        Throw(
            Code::kLayer,
            "inside of a model, after other layers or in a nested model, the length of the output "
            "must be known: give output_sequence_length");
      }
    }
    const Operand y = context.builder().Emit("_VectorizeText", {x}, attrs);
    context.set_output(is_bag && !wants_tokens ? terms_.Weighted(y) : y);
  }

  std::optional<std::vector<TensorSpec>> OutputSpecs(
      const std::vector<TensorSpec>& inputs) const override {
    if (length_ || !terms_.output().is_int()) return std::nullopt;
    return std::vector<TensorSpec>{
        {DType::kInt32,
         {inputs[0].shape.rank() == 0 ? 1 : inputs[0].shape[0], Shape::kUnknownDim}}};
  }

 private:
  // "" for null, which differs from absent.
  static std::string Choice(LayerConfig& config, std::string_view key, std::string_view fallback,
                            std::initializer_list<std::string_view> allowed) {
    if (!config.IsNull(key)) return config.OneOf(key, fallback, allowed);
    config.Value(key);
    return "";
  }

  // n stands for all widths from 1 to n.
  static std::vector<int64_t> Widths(LayerConfig& config) {
    std::vector<int64_t> widths = config.MaybeInts("ngrams").value_or(std::vector<int64_t>());
    for (const int64_t width : widths) {
      if (width < 1 || width > 1000) config.Fail("ngrams", "integers from 1 to 1000");
    }
    if (widths.size() == 1 && config.Given("ngrams").AsArray() == nullptr) {
      widths.resize(static_cast<size_t>(widths[0]));
      std::iota(widths.begin(), widths.end(), 1);
    }
    return widths;
  }

  Terms terms_;
  std::optional<int64_t> length_;
  std::string split_;
  AttrMap attrs_;
};

}  // namespace

TFWASM_LAYER kStringLookup{.name = "StringLookup", .make = MakeLayer<Lookup, false>};
TFWASM_LAYER kIntegerLookup{.name = "IntegerLookup", .make = MakeLayer<Lookup, true>};
TFWASM_LAYER kTextVectorization{.name = "TextVectorization", .make = MakeLayer<TextVectorization>};

}  // namespace tfwasm
