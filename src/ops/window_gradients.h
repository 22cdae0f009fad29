// SPDX-License-Identifier: Apache-2.0
// Gradients of convolutions and poolings, of images (rank 4) and volumes (rank 5). The ops have the
// attributes of the forward op, which list the axes by "data_format", and an attribute for the
// shape of the result. Their inputs and outputs are channels-last.
//
//   _ConvFilterGrad(x, dy) {filter_shape}
//   _DepthwiseInputGrad(filter, dy) {input_shape}, _DepthwiseFilterGrad(x, dy) {filter_shape}
//   _MaxPoolGrad(x, y, dy), _AvgPoolGrad(dy) {input_shape}
//   _DilationInputGrad(x, filter, dy), _DilationFilterGrad(x, filter, dy)
//
// And the gradients of these in dy, which take elements from where the maxima of x are:
//
//   _MaxPoolTake(x, y, of_x), _DilationTake(x, filter, of_x, of_filter)
#pragma once

#include "ops/gradient.h"
#include "ops/windows.h"

namespace tfwasm {

// The data format of a convolution or pooling of this rank.
DataFormat FormatOf(const AttrMap& attrs, int rank);

// Between the layout of a node's images and channels-last.
Operand ToChannelsLast(Operand x, DataFormat format);
Operand FromChannelsLast(Operand x, DataFormat format);

// dL/dfilter of a convolution of `x` with result gradient `dy`, both in the layout of the node.
Operand EmitConvFilterGradient(const AttrMap& attrs, Operand x, Operand dy, const Shape& filter);

// The rules of the poolings of images and of volumes.
void MaxPoolRule(GradientContext& context);
void AvgPoolRule(GradientContext& context);

}  // namespace tfwasm
