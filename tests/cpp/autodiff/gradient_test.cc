// SPDX-License-Identifier: Apache-2.0
// All gradient rules against finite differences, and a reason for every op without a rule.
#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>

#include "autodiff/gradient_cases.h"

namespace tfwasm {
namespace {

std::vector<GradientCases> AllCases() {
  return {ElementwiseCases(), ShapeCases(),       ReductionCases(), MatrixCases(),
          IndexCases(),       ConvolutionCases(), ImageCases()};
}

TEST_CASE("gradients: every rule agrees with finite differences") {
  std::map<std::string, int> rows;
  for (const GradientCases& cases : AllCases()) {
    for (const GradientCase& row : cases) {
      INFO(row.op, ", row ", rows[row.op]++);
      const auto error = ThrownBy([&] { ExpectGradients(row.function, row.inputs, row.check); });
      CHECK((error ? error->what() : std::string()) == "");
    }
  }
}

// Ops without a rule, by reason.
const std::map<std::string_view, std::set<std::string_view>> kWithoutRule = {};

std::string ReasonFor(std::string_view op) {
  for (const auto& [reason, ops] : kWithoutRule) {
    if (ops.contains(op)) return std::string(reason);
  }
  return "";
}

TEST_CASE("gradients: every op has a rule and a row in the table, or a reason") {
  std::set<std::string> tested;
  for (const GradientCases& cases : AllCases()) {
    for (const GradientCase& row : cases) tested.insert(row.op);
  }
  for (const std::span<const OpDef> ops : {AllOps(), AllTrainingOps()}) {
    for (const OpDef& op : ops) {
      INFO(std::string(op.name));
      const GradientDef* gradient = FindGradient(op.name);
      if (gradient == nullptr) {
        CHECK(ReasonFor(op.name) != "");
      } else {
        CHECK(ReasonFor(op.name) == "");
        CHECK((gradient->rule == nullptr || tested.contains(std::string(op.name))));
      }
    }
  }
}

}  // namespace
}  // namespace tfwasm
