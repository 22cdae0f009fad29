// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "convert/graph_file.h"
#include "convert/meta_graph.h"
#include "convert/source_model.h"

namespace tfwasm {

// The graph of one signature, with the functions that it calls. In TensorFlow 2 a signature is a
// call of a function: the nodes get the names that they have in the function, and its arguments
// become the inputs or, behind them, the nodes that compute them. In TensorFlow 1 it is a part of
// the main graph, cut at the inputs. Throws E_INPUT or E_EDGE if the signature does not fit the
// graph.
SourceModel ExtractSignature(GraphFile& file, const MetaGraph& meta, const SignatureDef& signature);

}  // namespace tfwasm
