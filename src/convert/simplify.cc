// SPDX-License-Identifier: Apache-2.0
#include "convert/simplify.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "convert/arithmetic.h"
#include "convert/complete_ops.h"
#include "convert/decompose.h"
#include "convert/inline_functions.h"
#include "convert/remove_arguments.h"
#include "passes/canonicalize_clamps.h"
#include "passes/eliminate_common_subexpressions.h"
#include "passes/fold_batch_norms.h"
#include "passes/fold_constants.h"
#include "passes/functionalize_loops.h"
#include "passes/fuse_bias_and_activation.h"
#include "passes/move_biases_before_sums.h"
#include "passes/optimize.h"
#include "passes/remove_control_inputs.h"
#include "passes/remove_dead_nodes.h"
#include "passes/remove_identities.h"
#include "passes/rewrite.h"

namespace tfwasm {

namespace {

constexpr Pass kPasses[] = {
    {"remove_dead_nodes", RemoveDeadNodes},
    {"remove_control_inputs", RemoveControlInputs},
    {"remove_identities", RemoveIdentities},
    {"fold_constants", FoldSmallConstants},
    {"eliminate_common_subexpressions", EliminateCommonSubexpressions},
    {"simplify_arithmetic", SimplifyArithmetic},
    {"canonicalize_relus", CanonicalizeRelus},
    {"move_biases_before_sums", MoveBiasesBeforeSums},
    {"fold_batch_norms", FoldBatchNorms},
    {"fuse_portably", FusePortably},
};

void StripDebugOps(Graph& graph) {
  for (NodeId id = 0; id < graph.size(); ++id) {
    Node& node = graph.node(id);
    if (IsOneOf(node.op, {"CheckNumerics", "CheckNumericsV2", "Print"})) {
      node.op = "Identity";
      node.attrs = AttrMap();
      node.inputs.resize(std::min<size_t>(node.inputs.size(), 1));
    } else if (IsOneOf(node.op, {"Assert", "PrintV2", "ScalarSummary", "HistogramSummary",
                                 "ImageSummary", "MergeSummary", "AudioSummary"})) {
      node.op = "NoOp";
      node.attrs = AttrMap();
      node.inputs.clear();
      node.control_inputs.clear();
    }
  }
}

}  // namespace

void StripDebugOps(ModelDef& model) {
  StripDebugOps(model.graph);
  for (auto& [name, function] : model.functions) StripDebugOps(function.body);
}

namespace {

// Runs the passes on the graph and all functions that it leads to. Drops the other functions.
void RunEverywhere(ModelDef& model) {
  RunPasses(model.graph, kPasses);
  std::set<std::string> visited;
  std::vector<std::string> pending = CalledFunctions(model.graph, model.functions);
  while (!pending.empty()) {
    const std::string name = std::move(pending.back());
    pending.pop_back();
    if (!visited.insert(name).second) continue;
    Graph& body = model.functions.find(name)->second.body;
    RunPasses(body, kPasses);
    for (std::string& called : CalledFunctions(body, model.functions)) {
      pending.push_back(std::move(called));
    }
  }
  std::erase_if(model.functions, [&](const auto& entry) { return !visited.contains(entry.first); });
}

}  // namespace

void Simplify(ModelDef& model, bool for_tfwasm) {
  // A condition may become constant, and the branch that is taken then has others.
  constexpr int kMostRounds = 8;
  for (int round = 0; round < kMostRounds; ++round) {
    const bool inlined = InlineCalls(model.graph, model.functions);
    if (round > 0 && !inlined) break;
    FunctionalizeLoops(model.graph, model.functions);
    RunEverywhere(model);
  }
  RemoveUnusedArguments(model);
  DecomposeOps(model.graph, for_tfwasm);
  for (auto& [name, function] : model.functions) DecomposeOps(function.body, for_tfwasm);
  CompleteOps(model.graph);
  for (auto& [name, function] : model.functions) CompleteOps(function.body);
  RunEverywhere(model);
  model.graph.Compact();
  for (auto& [name, function] : model.functions) function.body.Compact();
}

}  // namespace tfwasm
