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

// Sets the groups of a filter for `inputs` channels per group and `outputs` in all. Throws E_SHAPE
// when they do not fit the input.
void ReadConvGroups(int64_t inputs, int64_t outputs, ConvNode& conv);

// Reads what does not depend on the layout of the filter (input 1), whose group sizes `spec` must
// have already.
void ReadConvWindow(const OpContext& context, ConvNode& conv);

// What is left to be read when the window is known, too.
void ResolveConv(const OpContext& context, ConvNode& conv);

std::unique_ptr<Kernel> MakeConvKernel(const KernelContext& context, const ConvNode& conv);

}  // namespace tfwasm
