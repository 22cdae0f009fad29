// SPDX-License-Identifier: Apache-2.0
#include "passes/optimize.h"

#include "passes/canonicalize_clamps.h"
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

// What makes the graph plainer comes before what looks for patterns in it.
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

// Real models settle in three or four rounds.
constexpr size_t kMostRounds = 16;

}  // namespace

std::span<const Pass> AllPasses() { return kPasses; }

void Optimize(Graph& graph) {
  constexpr size_t kCount = std::size(kPasses);
  // Done once every pass has found nothing to do in the graph as it is.
  size_t idle = 0;
  for (size_t i = 0; idle < kCount && i < kMostRounds * kCount; ++i) {
    ++idle;
    if (!kPasses[i % kCount].run(graph)) continue;
    idle = 0;
    // Nodes that nothing reads any more would still count as readers of others.
    RemoveDeadNodes(graph);
  }
  graph.Compact();
}

}  // namespace tfwasm
