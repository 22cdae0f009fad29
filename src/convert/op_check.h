// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "graph/model_def.h"

namespace tfwasm {

// The ops of the graph and its functions that the target lacks, each once, by name. `for_tfwasm`:
// the target is this library; else TensorFlow.js.
std::vector<UnsupportedOp> FindUnsupportedOps(const ModelDef& model, bool for_tfwasm);

// "Op (2x, e.g. 'node'), ...", with a hint for ops that often hinder conversions.
std::string DescribeOps(const std::vector<UnsupportedOp>& ops);

}  // namespace tfwasm
