// SPDX-License-Identifier: Apache-2.0
// Layers on categories, texts, images and signals. Expected numbers: the documentation of Keras, or
// worked by hand; random layers get ranges with one number.
#include "kernels/text/hash_bins.h"
#include "kernels/text/tokens.h"
#include "kernels/text/vocabulary.h"
#include "layers/layer_testing.h"

namespace tfwasm {
namespace {

TEST_CASE("SipHash: the vectors of its paper") {
  // The key 00 01 ... 0f, and messages 00 01 ... of the size.
  constexpr SipKey kKey{.first = 0x0706050403020100u, .second = 0x0f0e0d0c0b0a0908u};
  std::string message;
  CHECK(SipHash(kKey, message) == 0x726fdb47dd0e0e31u);
  for (char c = 0; c < 15; ++c) message += c;
  CHECK(SipHash(kKey, message.substr(0, 8)) == 0x93f5f5799a932462u);
  CHECK(SipHash(kKey, message) == 0xa129ca6149be45e5u);
}

TEST_CASE("Tokenizer") {
  const auto run = [](Tokenizer tokenizer, std::string text) { return tokenizer.Run(&text, 1); };
  using Tokens = std::vector<std::string>;
  CHECK(run({.is_lowered = true, .split = TokenSplit::kWhitespace}, " Ab\t\nÄB  c. ") ==
        Tokens{"ab", "Äb", "c."});
  CHECK(run({.drops_punctuation = true, .split = TokenSplit::kWhitespace},
            "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~' a-b") == Tokens{"ab"});
  CHECK(run({.split = TokenSplit::kCharacter}, "aé\xff") == Tokens{"a", "é", "\xff"});
  CHECK(run({.split = TokenSplit::kWhitespace, .widths = {2, 1}}, "a b c") ==
        Tokens{"a b", "b c", "a", "b", "c"});
  CHECK(run({.split = TokenSplit::kWhitespace, .widths = {4}}, "a b c").empty());
  CHECK(run({.split = TokenSplit::kWhitespace}, "").empty());
  CHECK(run({}, " a b") == Tokens{" a b"});
}

TEST_CASE("Vocabulary: ids live as long as what they name") {
  auto vocabulary = Vocabulary::Make({}, {"a"});
  const int64_t id = vocabulary->id();
  CHECK(Vocabulary::Find(id) == vocabulary);
  CHECK(vocabulary->IndexOf("a") == 1);
  CHECK(vocabulary->TermAt(1) == "a");
  CHECK(vocabulary->TermAt(-5) == "[UNK]");
  vocabulary.reset();
  CHECK(Vocabulary::Find(id) == nullptr);
  ExpectError(Code::kAttr,
              [&] { RunOpOnce("_LookUpIndices", {{"vocabulary", id}}, {Strings({1}, {"a"})}); });
}

TEST_CASE("layers on categories") {
  struct Row {
    const char* name;
    const char* config;
    Tensor x;
    Tensor y;
  };
  const Row rows[] = {
      {"Discretization", R"({"bin_boundaries": [0, 10, 100]})", F32({2, 2}, {-5, 0, 10, 1e6f}),
       I32({2, 2}, {0, 1, 2, 3})},
      {"Discretization", R"({"bin_boundaries": []})", F32({1}, {3}), I32({1}, {0})},
      {"Discretization", R"({"bin_boundaries": [1], "output_mode": "multi_hot"})",
       F32({1, 2}, {0, 5}), F32({1, 2}, {1, 1})},
      {"CategoryEncoding", R"({"num_tokens": 3})", I32({2, 2}, {0, 1, 2, 7}),
       F32({2, 3}, {1, 1, 0, 0, 0, 1})},
      {"CategoryEncoding", R"({"num_tokens": 2, "output_mode": "one_hot"})", I32({2, 1}, {1, 0}),
       F32({2, 2}, {0, 1, 1, 0})},
      {"CategoryEncoding", R"({"num_tokens": 2, "output_mode": "count"})", I32({0, 3}, {}),
       F32({0, 2}, {})},
      {"Hashing", R"({"num_bins": 3})", Strings({5}, {"A", "B", "C", "D", "E"}),
       I32({5}, {1, 0, 1, 1, 2})},
      {"Hashing", R"({"num_bins": 3, "salt": [133, 137]})", Strings({3}, {"A", "B", "C"}),
       I32({3}, {1, 2, 1})},
      {"Hashing", R"({"num_bins": 1, "mask_value": "A"})", Strings({2}, {"A", "B"}),
       I32({2}, {0, 0})},
      {"Hashing", R"({"num_bins": 9, "mask_value": 5})", I32({1}, {5}), I32({1}, {0})},
      {"StringLookup", R"({"vocabulary": ["a", "b"], "mask_token": ""})",
       Strings({2, 2}, {"a", "", "x", "b"}), I32({2, 2}, {2, 0, 1, 3})},
      {"StringLookup", R"({"vocabulary": ["a"], "invert": true, "oov_token": "?"})",
       I32({3}, {1, 0, 9}), Strings({3}, {"a", "?", "?"})},
      {"IntegerLookup", R"({"vocabulary": [5, -7], "num_oov_indices": 2})",
       I32({4}, {5, -7, -1, 4}), I32({4}, {2, 3, 1, 0})},
      {"IntegerLookup", R"({"vocabulary": [5, -7], "invert": true})", I32({3}, {0, 1, 2}),
       I32({3}, {-1, 5, -7})},
      {"TextVectorization", R"({"vocabulary": ["a", "b"], "output_sequence_length": 2})",
       Strings({3}, {"B a b", "!", "a"}), I32({3, 2}, {3, 2, 0, 0, 2, 0})},
      {"TextVectorization", R"({"vocabulary": ["a", "b"], "output_mode": "count"})",
       Strings({2, 1}, {"a a c", ""}), F32({2, 3}, {1, 2, 0, 0, 0, 0})},
      {"Rescaling", R"({"scale": 2, "offset": -1})", I32({2}, {3, 0}), F32({2}, {5, -1})},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CAPTURE(row.config);
    ExpectTensor(TestLayer(row.name, row.config).Call({.inputs = {row.x}}).output(), row.y);
  }
}

TEST_CASE("lookups without a vocabulary fail when they run, and without a depth at once") {
  const LayerArguments arguments{.inputs = {Strings({1}, {"a"})}};
  ExpectError(Code::kInput, [&] { TestLayer("StringLookup").Call(arguments); });
  const TensorSpec texts{DType::kString, {Shape::kUnknownDim, 1}};
  CHECK(TestLayer("StringLookup").InferOutputs({texts})[0].shape.ToString() == "[?,1]");
  CHECK(TestLayer("TextVectorization").InferOutputs({texts})[0].shape.ToString() == "[?,?]");
  const char* const count = R"({"output_mode": "count"})";
  ExpectError(Code::kLayer, [&] { TestLayer("StringLookup", count).InferOutputs({texts}); });
  const char* const sized = R"({"output_mode": "count", "vocabulary_size": 4})";
  CHECK(TestLayer("StringLookup", sized).InferOutputs({texts})[0].shape.ToString() == "[?,4]");
}

TEST_CASE("HashedCrossing") {
  const LayerArguments arguments{
      .inputs = {Strings({5}, {"A", "B", "A", "B", "A"}), I32({5}, {101, 101, 101, 102, 102})}};
  const TestLayer layer("HashedCrossing", R"({"num_bins": 5})");
  ExpectTensor(layer.Call(arguments).output(), I32({5}, {1, 4, 1, 1, 3}));
}

TEST_CASE("layers on images") {
  struct Row {
    const char* name;
    const char* config;
    Shape shape;
    std::vector<float> x;
    Tensor y;
  };
  const Row rows[] = {
      {"Resizing",
       R"({"height": 1, "width": 2, "interpolation": "area"})",
       {1, 2, 2, 1},
       {1, 2, 3, 4},
       F32({1, 1, 2, 1}, {2, 3})},
      {"Resizing",
       R"({"height": 2, "width": 1, "interpolation": "nearest"})",
       {1, 2, 2, 1},
       {1, 2, 3, 4},
       F32({1, 2, 1, 1}, {2, 4})},
      {"Resizing",
       R"({"height": 1, "width": 1, "crop_to_aspect_ratio": true})",
       {1, 1, 3, 1},
       {1, 2, 3},
       F32({1, 1, 1, 1}, {2})},
      {"CenterCrop",
       R"({"height": 1, "width": 1, "data_format": "channels_first"})",
       {1, 1, 3, 3},
       {1, 2, 3, 4, 5, 6, 7, 8, 9},
       F32({1, 1, 1, 1}, {5})},
      {"CenterCrop",
       R"({"height": 2, "width": 2})",
       {1, 2, 1},
       {1, 2},
       F32({2, 2, 1}, {1, 1, 1, 1})},
      {"AutoContrast", "{}", {1, 1, 2, 1}, {5, 6}, F32({1, 1, 2, 1}, {0, 255})},
      {"RandomRotation",
       R"({"factor": [0.25, 0.25], "interpolation": "nearest"})",
       {1, 2, 2, 1},
       {1, 2, 3, 4},
       F32({1, 2, 2, 1}, {2, 4, 1, 3})},
      {"RandomTranslation",
       R"({"height_factor": [0.5, 0.5], "width_factor": [0, 0], "fill_mode": "constant"})",
       {1, 2, 1, 1},
       {1, 2},
       F32({1, 2, 1, 1}, {0, 1})},
      {"RandomZoom",
       R"({"height_factor": [-1, -1]})",
       {1, 1, 3, 1},
       {1, 2, 3},
       F32({1, 1, 3, 1}, {2, 2, 2})},
      {"RandomBrightness",
       R"({"factor": [0.1, 0.1]})",
       {1, 1, 2, 1},
       {0, 250},
       F32({1, 1, 2, 1}, {25.5f, 255})},
      {"RandomInvert",
       R"({"factor": [1, 1]})",
       {1, 1, 2, 1},
       {0, 250},
       F32({1, 1, 2, 1}, {255, 5})},
      {"Equalization", "{}", {1, 1, 4, 1}, {10, 10, 20, 30}, F32({1, 1, 4, 1}, {0, 0, 128, 255})},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CAPTURE(row.config);
    const Tensor x = F32(row.shape, row.x);
    const TestLayer layer(row.name, row.config);
    ExpectTensor(layer.Call({.inputs = {x}, .training = true}).output(), row.y, 1e-3f);
    if (std::string_view(row.name).starts_with("Random")) {
      ExpectTensor(layer.Call({.inputs = {x}}).output(), x);
    }
  }
}

}  // namespace
}  // namespace tfwasm
