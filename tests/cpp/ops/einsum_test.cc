// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

namespace {

Tensor Einsum(const char* equation, const std::vector<Tensor>& inputs) {
  return RunOp("Einsum", {{"equation", equation}}, inputs);
}

// An equation without ellipses, by summing over all values of all letters.
Tensor ByDefinition(const std::string& equation, const std::vector<Tensor>& inputs) {
  std::vector<std::string> terms(1);
  for (const char c : equation) {
    if (c == ',' || c == '-') {
      terms.emplace_back();
    } else if (c != '>') {
      terms.back() += c;
    }
  }
  std::string letters;
  std::vector<int64_t> sizes;
  for (size_t i = 0; i < inputs.size(); ++i) {
    for (size_t axis = 0; axis < terms[i].size(); ++axis) {
      if (letters.find(terms[i][axis]) != std::string::npos) continue;
      letters += terms[i][axis];
      sizes.push_back(inputs[i].shape()[static_cast<int>(axis)]);
    }
  }
  const auto offset = [&](const std::string& term, const std::vector<int64_t>& index) {
    int64_t at = 0;
    for (const char c : term) at = at * sizes[letters.find(c)] + index[letters.find(c)];
    return static_cast<size_t>(at);
  };
  Shape shape;
  for (const char c : terms.back()) shape.Append(sizes[letters.find(c)]);
  Tensor result = MakeF32(shape, [](size_t) { return 0; });
  std::vector<int64_t> index(letters.size(), 0);
  for (bool is_done = false; !is_done;) {
    float product = 1;
    for (size_t i = 0; i < inputs.size(); ++i) {
      product *= inputs[i].values<float>()[offset(terms[i], index)];
    }
    result.mutable_values<float>()[offset(terms.back(), index)] += product;
    is_done = true;
    for (size_t i = 0; i < index.size() && is_done; ++i) {
      is_done = ++index[i] == sizes[i];
      if (is_done) index[i] = 0;
    }
  }
  return result;
}

Tensor Noise(const Shape& shape, int seed) {
  return MakeF32(shape, [seed](size_t i) {
    return std::sin(static_cast<float>(i) * 1.7f + static_cast<float>(seed));
  });
}

}  // namespace

TEST_CASE("Einsum agrees with the definition") {
  struct Case {
    const char* equation;
    std::vector<Shape> shapes;
  };
  const std::vector<Case> cases = {
      {"ij,jk->ik", {{2, 3}, {3, 4}}},
      {"ij,kj->ik", {{2, 3}, {4, 3}}},
      {"ji,jk->ki", {{3, 2}, {3, 4}}},
      {"bij,bjk->bik", {{2, 3, 4}, {2, 4, 5}}},
      {"bhqd,bkhd->bhqk", {{2, 3, 4, 5}, {2, 6, 3, 5}}},
      {"bthd,hdo->bto", {{2, 3, 4, 5}, {4, 5, 6}}},
      {"bfi,ihd->bfhd", {{2, 3, 4}, {4, 5, 2}}},
      {"i,j->ij", {{3}, {4}}},
      {"i,i->", {{5}, {5}}},
      {"bi,bi->b", {{3, 4}, {3, 4}}},
      {"bi,bi->bi", {{3, 4}, {3, 4}}},
      {"ij->ji", {{2, 3}}},
      {"ij->", {{2, 3}}},
      {"ij->ij", {{2, 3}}},
      {"ii->i", {{3, 3}}},
      {"ii->", {{3, 3}}},
      {"iji->j", {{3, 2, 3}}},
      {"iij,jk->ik", {{2, 2, 3}, {3, 4}}},
      {"i->ii", {{3}}},
      {"ij,j->iji", {{2, 3}, {3}}},
      {"ij,jk,kl->il", {{2, 3}, {3, 4}, {4, 5}}},
      {"a,b,c,d->dcba", {{2}, {3}, {4}, {2}}},
      {"ijk,ik->j", {{2, 3, 4}, {2, 4}}},
      {"ij,k->i", {{2, 3}, {4}}},
      {"iJ,Jk->ik", {{2, 3}, {3, 4}}},
      {"ij,jk->ik", {{2, 1}, {1, 4}}},
      {"i,ij->j", {{1}, {1, 3}}},
      {",ij->ij", {{}, {2, 3}}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.equation);
    std::vector<Tensor> inputs;
    for (const Shape& shape : c.shapes)
      inputs.push_back(Noise(shape, static_cast<int>(inputs.size())));
    ExpectTensor(Einsum(c.equation, inputs), ByDefinition(c.equation, inputs), 1e-5f);
  }
}

TEST_CASE("Einsum: ellipses broadcast") {
  const Tensor a = Noise({2, 3, 4}, 1);
  const Tensor b = Noise({4, 5}, 2);
  ExpectTensor(Einsum("...ij,jk->...ik", {a, b}), ByDefinition("bij,jk->bik", {a, b}), 1e-5f);
  ExpectTensor(Einsum("...ij,...jk->...ik", {a, b}), ByDefinition("bij,jk->bik", {a, b}), 1e-5f);
  ExpectTensor(Einsum("i...,i...->...", {a, a}), ByDefinition("iab,iab->ab", {a, a}), 1e-5f);
  ExpectTensor(Einsum("i...j->j...i", {a}), ByDefinition("iaj->jai", {a}), 1e-5f);
  ExpectTensor(Einsum("...,...->...", {F32({2, 1}, {1, 2}), F32({3}, {1, 2, 3})}),
               F32({2, 3}, {1, 2, 3, 2, 4, 6}));
  ExpectTensor(Einsum("...i,...i->...", {F32({2, 1, 2}, {1, 2, 3, 4}), F32({2, 2}, {1, 0, 1, 1})}),
               F32({2, 2}, {1, 3, 3, 7}));
  ExpectTensor(Einsum(" ...i , i -> ... ", {F32({2}, {1, 2}), F32({2}, {3, 4})}), F32({}, {11}));
}

TEST_CASE("Einsum: int32 and empty operands") {
  ExpectTensor(Einsum("ij,jk->ik", {I32({1, 2}, {kIntMax, 3}), I32({2, 1}, {2, 1})}),
               I32({1, 1}, {1}));
  ExpectTensor(Einsum("ij,jk->ik", {F32({2, 0}, {}), F32({0, 1}, {})}), F32({2, 1}, {0, 0}));
  ExpectTensor(Einsum("ij->i", {F32({2, 0}, {})}), F32({2}, {0, 0}));
  ExpectTensor(Einsum("ij,jk->ik", {F32({0, 2}, {}), F32({2, 1}, {1, 1})}), F32({0, 1}, {}));
  ExpectTensor(Einsum("ij,kl->il", {F32({2, 0}, {}), F32({3, 1}, {1, 1, 1})}), F32({2, 1}, {0, 0}));
}

TEST_CASE("Einsum: what is refused") {
  const Tensor a = F32({2, 3}, {1, 2, 3, 4, 5, 6});
  for (const char* equation : {"", "ij", "ij,jk->ik", "i1->i", "ij->k", "i.j->i", "i..j->ij",
                               "......->...", "...ij->...->ij", "ij->ij,"}) {
    CAPTURE(equation);
    ExpectError(Code::kAttr, [&] { Einsum(equation, {a}); });
  }
  ExpectError(Code::kAttr, [&] { Einsum("...j->j", {a}); });
  ExpectError(Code::kShape, [&] { Einsum("ijk->i", {a}); });
  ExpectError(Code::kShape, [&] { Einsum("...ijk->i", {a}); });
  ExpectError(Code::kShape, [&] { Einsum("ii->i", {a}); });
  ExpectError(Code::kShape, [&] { Einsum("ij,jk->ik", {a, a}); });
  ExpectError(Code::kShape, [&] { Einsum("...,...->...", {a, F32({2}, {1, 2})}); });
  ExpectError(Code::kDType, [&] { Einsum("ij,jk->ik", {a, I32({3, 1}, {1, 2, 3})}); });
  ExpectError(Code::kDType, [&] { Einsum("i->i", {Strings({1}, {""})}); });
  const Tensor one = Noise({1, 1, 1, 1, 1}, 1);
  ExpectError(Code::kShape, [&] { Einsum("abcde,fghij->abcdefghij", {one, one}); });
}

}  // namespace tfwasm
