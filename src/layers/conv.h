// SPDX-License-Identifier: Apache-2.0
// What convolutions share: config, bias, activation, layout.
#pragma once

#include <string_view>

#include "layers/activations.h"
#include "layers/spatial.h"

namespace tfwasm {

class ConvLayer : public WindowLayer {
 public:
  void Call(CallContext& context) override;

 protected:
  // The bias comes after `num_kernels` weights.
  ConvLayer(LayerConfig& config, int rank, int num_kernels = 1);

  // The product, in the layout of ops.
  virtual Operand Convolve(CallContext& context, const Operand& x) = 0;

  int64_t InputChannels(const BuildContext& context) const;
  // Adds [kernel_size..., a, b].
  void AddKernel(BuildContext& context, std::string_view name, int64_t a, int64_t b,
                 const WeightOptions& options) const;
  void AddBias(BuildContext& context, int64_t channels) const;
  // A weight as the filter of an op.
  Operand Filter(const CallContext& context, int i = 0) const {
    return format_.ToOpFilter(context.weight(i));
  }

 private:
  int num_kernels_;
  LayerActivation activation_;
  bool use_bias_;
  WeightOptions bias_;
};

}  // namespace tfwasm
