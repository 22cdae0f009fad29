// SPDX-License-Identifier: Apache-2.0
// What the attention layers share.
#pragma once

#include "layers/layer.h"
#include "layers/noise.h"

namespace tfwasm {

// a AND b; either may be empty.
Operand BothMasks(Operand a, Operand b);

// [queries, keys]: whether a query may see a key. Empty if it may see all. `window` bounds the
// distance; 0 for no bound.
Operand PositionMask(Builder& builder, int64_t queries, int64_t keys, bool is_causal,
                     int64_t window);

// The dropout of attention layers.
class AttentionDropout {
 public:
  explicit AttentionDropout(LayerConfig& config)
      : rate_(RateOf(config, "dropout", 0)),
        // Keras 2 has no seed there.
        source_(config.generation() == Generation::kKeras3 ? config.MaybeInt("seed")
                                                           : std::nullopt) {}

  Operand Apply(const CallContext& context, Operand scores) const {
    return context.training() && rate_ > 0 ? DropoutOf(scores, scores, rate_, source_) : scores;
  }

 private:
  double rate_;
  NoiseSource source_;
};

// Sets the output, the scores too if the call asks for them, and the mask of the query.
void SetAttentionResults(CallContext& context, Operand output, Operand scores);

}  // namespace tfwasm
