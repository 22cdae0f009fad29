// SPDX-License-Identifier: Apache-2.0
#include "passes/optimize.h"

#include "passes/canonicalize_clamps.h"
#include "passes/check_graph.h"
#include "passes/eliminate_common_subexpressions.h"
#include "passes/fold_batch_norms.h"
#include "passes/fold_constants.h"
#include "passes/fold_pads.h"
#include "passes/fuse_add_and_relu.h"
#include "passes/fuse_bias_and_activation.h"
#include "passes/move_biases_before_sums.h"
#include "passes/recognize_hard_swish.h"
#include "passes/remove_control_inputs.h"
#include "passes/remove_dead_nodes.h"
#include "passes/remove_identities.h"

namespace tfwasm {

namespace {

// Simplifying passes come before passes that match patterns.
constexpr Pass kPasses[] = {
    {"remove_dead_nodes", RemoveDeadNodes},
    {"remove_control_inputs", RemoveControlInputs},
    {"remove_identities", RemoveIdentities},
    {"fold_constants", FoldConstants},
    {"eliminate_common_subexpressions", EliminateCommonSubexpressions},
    {"canonicalize_clamps", CanonicalizeClamps},
    {"recognize_hard_swish", RecognizeHardSwish},
    {"fold_pads", FoldPads},
    {"move_biases_before_sums", MoveBiasesBeforeSums},
    {"fold_batch_norms", FoldBatchNorms},
    {"fuse_bias_and_activation", FuseBiasAndActivation},
    {"fuse_add_and_relu", FuseAddAndRelu},
};

// Real models need three or four rounds.
constexpr size_t kMostRounds = 16;

}  // namespace

std::span<const Pass> AllPasses() { return kPasses; }

void RunPasses(Graph& graph, std::span<const Pass> passes) {
  const size_t count = passes.size();
  const GraphChecker checker(graph);
  // The number of passes in a row that changed nothing. Done when it reaches all.
  size_t idle = 0;
  for (size_t i = 0; idle < count && i < kMostRounds * count; ++i) {
    ++idle;
    const Pass& pass = passes[i % count];
    if (!pass.run(graph)) continue;
    checker.CheckAfter(pass.name);
    idle = 0;
    // Dead nodes would still count as consumers.
    RemoveDeadNodes(graph);
  }
}

void Optimize(Graph& graph) {
  RunPasses(graph, kPasses);
  graph.Compact();
}

}  // namespace tfwasm
