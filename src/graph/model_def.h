// SPDX-License-Identifier: Apache-2.0
// A model as its reader leaves it: the main graph, the library functions and the signature.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace tfwasm {

// A function of the graph's library, which If, While and PartitionedCall run by name.
struct Function {
  // inputs: the arguments in order, each a Placeholder of that name; outputs: the results in order.
  Graph body;
  // What errors and profiles put before the names of its nodes; empty where these are those of the
  // calling graph.
  std::string prefix = {};
};

using FunctionMap = std::map<std::string, Function, std::less<>>;

// What a model declares of one of its inputs or outputs.
struct TensorInfo {
  std::string key = {};           // what the signature calls it; without one, the tensor's name
  std::string name = {};          // of the tensor: "node" or "node:output"
  DType dtype = DType::kInvalid;  // kInvalid: not declared
  Shape shape = Shape::UnknownRank();
  // Of a resource: the same for an output of the initializer graph and the input that it is for.
  std::optional<int64_t> resource_id = std::nullopt;
};

// Overwrites dtype and shape with what `node` declares, if it is a Placeholder and declares them.
// Throws E_ATTR, blaming the node, when its attributes are of the wrong kind.
void TakePlaceholderInfo(const Node& node, TensorInfo& info);

struct ModelDef {
  Graph graph;  // the names in inputs and outputs are the keys of the infos below
  FunctionMap functions;
  std::vector<TensorInfo> inputs;   // one for each of graph.inputs
  std::vector<TensorInfo> outputs;  // one for each of graph.outputs
  // GraphDef.versions
  int64_t producer = 0;
  int64_t min_consumer = 0;
};

}  // namespace tfwasm
