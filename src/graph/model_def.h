// SPDX-License-Identifier: Apache-2.0
// The result of a reader: the main graph, the library functions and the signature.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace tfwasm {

// A library function, which If, While and PartitionedCall call by name.
struct Function {
  // inputs: the arguments in order, each a Placeholder of that name; outputs: the results in order.
  Graph body;
  // Prefix of its node names in errors and profiles; empty if they are names of the calling graph.
  std::string prefix = {};
};

using FunctionMap = std::map<std::string, Function, std::less<>>;

// The declaration of an input or output.
struct TensorInfo {
  std::string key = {};           // the key in the signature, or else the tensor's name
  std::string name = {};          // of the tensor: "node" or "node:output"
  DType dtype = DType::kInvalid;  // kInvalid: not declared
  Shape shape = Shape::UnknownRank();
  // For resources: links an output of the initializer graph to the input that it initializes.
  std::optional<int64_t> resource_id = std::nullopt;
};

// An op that tfwasm does not support.
struct UnsupportedOp {
  std::string op = {};
  int count = 0;
  std::string node = {};  // the first node with this op
};

// If `node` is a Placeholder, overwrites dtype and shape with those that it declares. Throws
// E_ATTR, naming the node, if these attributes have the wrong kind.
void TakePlaceholderInfo(const Node& node, TensorInfo& info);

struct ModelDef {
  Graph graph;  // inputs and outputs are named by the keys below
  FunctionMap functions;
  std::vector<TensorInfo> inputs;   // one for each of graph.inputs
  std::vector<TensorInfo> outputs;  // one for each of graph.outputs
  // All, also in functions that nothing calls. Empty until the executor has looked for them.
  std::vector<UnsupportedOp> unsupported_ops;
  // GraphDef.versions
  int64_t producer = 0;
  int64_t min_consumer = 0;
};

}  // namespace tfwasm
