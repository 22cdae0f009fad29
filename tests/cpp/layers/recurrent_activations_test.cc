// SPDX-License-Identifier: Apache-2.0
// An activation of recurrent cells and that of layers with the same name are the same function.
#include <doctest/doctest.h>

#include <set>
#include <string>

#include "autodiff/trace.h"
#include "kernels/recurrent_activation.h"
#include "layers/activations.h"
#include "tensor_test.h"

namespace tfwasm {
namespace {

TEST_CASE("activations of recurrent cells are those of layers") {
  const Tensor x = MakeF32({129}, [](size_t i) { return (static_cast<double>(i) - 64) / 8; });
  std::set<std::string_view> compared;
  for (const std::string_view name : RegisteredActivations()) {
    for (const Generation generation : {Generation::kKeras2, Generation::kKeras3}) {
      CAPTURE(std::string(name));
      const bool is_old = name == "hard_sigmoid" && generation == Generation::kKeras2;
      const RecurrentActivation* activation =
          FindRecurrentActivation(is_old ? "hard_sigmoid_keras2" : name);
      if (activation == nullptr) continue;
      compared.insert(name);
      Tensor y(DType::kFloat32, x.shape());
      activation->Apply(x.values<float>().data(), y.mutable_values<float>().data(), 129);
      const JsonDocument document = ParseJson(StrCat('"', name, '"'), "an activation");
      Trace trace;
      const Operand expected =
          LayerActivation(document.root(), generation)(trace.OperandOf({1, &x}));
      ExpectTensor(y, trace.tensor(expected.edge()), 2e-6f);
    }
  }
  CHECK(compared.size() >= 20);
}

}  // namespace
}  // namespace tfwasm
