// SPDX-License-Identifier: Apache-2.0
// The common part of Conv2D and DepthwiseConv2dNative once shapes are known.
#pragma once

#include "kernels/xnn_conv2d.h"
#include "ops/fused_ops.h"
#include "ops/windows.h"

namespace tfwasm {

// A convolution node with all inputs and attributes checked.
struct ConvNode {
  DataFormat format = DataFormat::kChannelsLast;
  ImageDims input;
  ImageDims output;
  Conv2dSpec spec;
  FusedOps fused;
};

// Sets the groups for a filter with `inputs` channels per group and `outputs` output channels in
// all. Throws E_SHAPE if they do not match the input.
void ReadConvGroups(int64_t inputs, int64_t outputs, ConvNode& conv);

// Reads everything that does not depend on the layout of the filter (input 1). `spec` must already
// have the group sizes.
void ReadConvWindow(const OpContext& context, ConvNode& conv);

// Reads the rest, once the window is known.
void ResolveConv(const OpContext& context, ConvNode& conv);

std::unique_ptr<Kernel> MakeConvKernel(const KernelContext& context, const ConvNode& conv);

}  // namespace tfwasm
