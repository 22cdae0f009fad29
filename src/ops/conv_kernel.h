// SPDX-License-Identifier: Apache-2.0
// What Conv2D and DepthwiseConv2dNative have in common once their shapes are known.
#pragma once

#include "kernels/xnn_conv2d.h"
#include "ops/fused_ops.h"
#include "ops/windows.h"

namespace tfwasm {

// A convolution node with all its inputs and attributes checked.
struct ConvNode {
  DataFormat format = DataFormat::kChannelsLast;
  ImageDims input;
  ImageDims output;
  Conv2dSpec spec;
  FusedOps fused;
};

// Reads what does not depend on the layout of the filter (input 1), whose group sizes `spec` must
// have already.
void ReadConvWindow(const OpContext& context, ConvNode& conv);

std::unique_ptr<Kernel> MakeConvKernel(const KernelContext& context, const ConvNode& conv);

}  // namespace tfwasm
