// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

TEST_CASE("StringToHashBucketFast") {
  // The values are those of TensorFlow.js, from its own port of FarmHash. The lengths cover every
  // branch.
  const std::vector<std::pair<int, int32_t>> expected = {
      {0, 1699943623},   {1, 1516925561},  {2, 488758076},    {3, 1187006348},  {4, 689102884},
      {7, 713450012},    {8, 233928992},   {9, 398508544},    {15, 1508873693}, {16, 342301559},
      {17, 1498908996},  {24, 965566278},  {31, 1078922122},  {32, 742711032},  {33, 1446839463},
      {48, 1349169389},  {63, 113404962},  {64, 176950996},   {65, 1080909064}, {96, 1541014457},
      {127, 1537532196}, {128, 309118966}, {129, 1588414395}, {192, 590308620}, {200, 776163568},
      {1000, 614085504}};
  for (const auto& [length, hash] : expected) {
    CAPTURE(length);
    std::string text;
    for (int i = 0; i < length; ++i) text += static_cast<char>(33 + (i * 7 + length) % 90);
    ExpectTensor(RunOp("StringToHashBucketFast", {{"num_buckets", kIntMax}}, {Strings({}, {text})}),
                 I32({}, {hash}));
  }
  // From TensorFlow's documentation of the op.
  ExpectTensor(RunOp("StringToHashBucketFast", {{"num_buckets", 3}},
                     {Strings({3}, {"Hello", "TensorFlow", "2.x"})}),
               I32({3}, {0, 2, 2}));
  const auto hash = [](int64_t buckets, const Tensor& x) {
    return RunOp("StringToHashBucketFast", {{"num_buckets", buckets}}, {x});
  };
  ExpectTensor(hash(1, Strings({1, 2}, {"a", "b"})), I32({1, 2}, {0, 0}));
  ExpectTensor(hash(5, Strings({0}, {})), I32({0}, {}));
  ExpectError(Code::kAttr, [&] { hash(0, Strings({}, {"a"})); });
  ExpectError(Code::kAttr, [&] { hash(int64_t{1} << 32, Strings({}, {"a"})); });
  ExpectError(Code::kAttr, [] { RunOp("StringToHashBucketFast", {}, {Strings({}, {"a"})}); });
  ExpectError(Code::kDType, [&] { hash(5, I32({}, {1})); });
}

namespace {

void ExpectParts(const std::vector<Tensor>& actual, const Tensor& indices, const Tensor& values,
                 const Tensor& shape) {
  REQUIRE(actual.size() == 3);
  ExpectTensor(actual[0], indices);
  ExpectTensor(actual[1], values);
  ExpectTensor(actual[2], shape);
}

}  // namespace

TEST_CASE("StringSplit") {
  const auto split = [](const Tensor& input, const char* delimiter, bool skip_empty) {
    return RunOpMulti("StringSplit", {{"skip_empty", skip_empty}},
                      {input, Strings({}, {delimiter})});
  };
  ExpectParts(split(Strings({3}, {"hello world", "", " a  b"}), " ", true),
              I32({4, 2}, {0, 0, 0, 1, 2, 0, 2, 1}), Strings({4}, {"hello", "world", "a", "b"}),
              I32({2}, {3, 2}));
  ExpectParts(split(Strings({2}, {"a,,b,", ""}), ",", false), I32({4, 2}, {0, 0, 0, 1, 0, 2, 0, 3}),
              Strings({4}, {"a", "", "b", ""}), I32({2}, {2, 4}));
  // Each byte of the delimiter is a delimiter. An empty delimiter splits between all bytes.
  ExpectParts(split(Strings({1}, {"a,b;c"}), ",;", true), I32({3, 2}, {0, 0, 0, 1, 0, 2}),
              Strings({3}, {"a", "b", "c"}), I32({2}, {1, 3}));
  ExpectParts(split(Strings({1}, {"abc"}), "", true), I32({3, 2}, {0, 0, 0, 1, 0, 2}),
              Strings({3}, {"a", "b", "c"}), I32({2}, {1, 3}));
  ExpectParts(split(Strings({0}, {}), " ", true), I32({0, 2}, {}), Strings({0}, {}),
              I32({2}, {0, 0}));
  ExpectError(Code::kShape, [&] { split(Strings({}, {"a"}), " ", true); });
  ExpectError(Code::kDType, [&] { split(F32({1}, {1}), " ", true); });
  ExpectError(Code::kDType,
              [] { RunOpMulti("StringSplit", {}, {Strings({1}, {""}), I32({}, {1})}); });
}

TEST_CASE("StringSplitV2 splits as Python does") {
  const auto split = [](const char* text, const char* separator, int most = -1) {
    const auto out = RunOpMulti("StringSplitV2", {{"maxsplit", most}},
                                {Strings({1}, {text}), Strings({}, {separator})});
    std::string joined;
    for (const std::string& part : out[1].values<std::string>()) joined += "[" + part + "]";
    return joined;
  };
  CHECK(split(" a \t b\n", "") == "[a][b]");
  CHECK(split("", "") == "");
  CHECK(split("a  b c", "", 1) == "[a][b c]");
  CHECK(split("a<>b<><>c<>", "<>") == "[a][b][][c][]");
  CHECK(split("a<>b<><>c", "<>", 2) == "[a][b][<>c]");
  CHECK(split("", ",") == "[]");
}

TEST_CASE("StringNGrams") {
  // Verified with TensorFlow.js.
  const Tensor data = Strings({6}, {"a", "b", "c", "d", "e", "f"});
  const TestAttrs padded = {{"separator", "|"},
                            {"ngram_widths", {3, 2}},
                            {"left_pad", "LP"},
                            {"right_pad", "RP"},
                            {"pad_width", -1}};
  auto out = RunOpMulti("StringNGrams", padded, {data, I32({3}, {0, 4, 6})});
  ExpectTensor(out[0], Strings({18}, {"LP|LP|a", "LP|a|b", "a|b|c", "b|c|d", "c|d|RP", "d|RP|RP",
                                      "LP|a", "a|b", "b|c", "c|d", "d|RP", "LP|LP|e", "LP|e|f",
                                      "e|f|RP", "f|RP|RP", "LP|e", "e|f", "f|RP"}));
  ExpectTensor(out[1], I32({3}, {0, 11, 18}));
  const TestAttrs kept = {{"separator", "|"}, {"ngram_widths", {4}},
                          {"left_pad", "LP"}, {"right_pad", "RP"},
                          {"pad_width", 1},   {"preserve_short_sequences", true}};
  out = RunOpMulti("StringNGrams", kept, {data, I32({4}, {0, 1, 1, 6})});
  ExpectTensor(out[0], Strings({5}, {"LP|a|RP", "LP|b|c|d", "b|c|d|e", "c|d|e|f", "d|e|f|RP"}));
  ExpectTensor(out[1], I32({4}, {0, 1, 1, 5}));
  out = RunOpMulti("StringNGrams", kept, {Strings({0}, {}), I32({0}, {})});
  ExpectTensor(out[0], Strings({0}, {}));
  ExpectTensor(out[1], I32({0}, {}));
}

TEST_CASE("StringNGrams: what is refused") {
  const auto run = [](const Tensor& splits, const std::vector<int64_t>& widths, int padding) {
    RunOpMulti("StringNGrams",
               {{"separator", ""},
                {"left_pad", ""},
                {"right_pad", ""},
                {"ngram_widths", widths},
                {"pad_width", padding}},
               {Strings({2}, {"a", "b"}), splits});
  };
  ExpectError(Code::kInput, [&] { run(I32({2}, {0, 3}), {1}, 0); });
  ExpectError(Code::kInput, [&] { run(I32({2}, {1, 2}), {1}, 0); });
  ExpectError(Code::kInput, [&] { run(I32({3}, {0, 2, 1}), {1}, 0); });
  ExpectError(Code::kInput, [&] { run(I32({2}, {0, 1}), {1}, 0); });
  ExpectError(Code::kAttr, [&] { run(I32({2}, {0, 2}), {0}, 0); });
  ExpectError(Code::kAttr, [&] { run(I32({2}, {0, 2}), {1}, kIntMax); });
  ExpectError(Code::kLimit, [&] { run(I32({2}, {0, 2}), {100000}, -1); });
  ExpectError(Code::kShape, [&] { run(I32({1, 1}, {0}), {1}, 0); });
  ExpectError(Code::kDType, [&] { run(F32({2}, {0, 2}), {1}, 0); });
}

}  // namespace tfwasm
