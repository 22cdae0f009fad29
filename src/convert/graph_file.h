// SPDX-License-Identifier: Apache-2.0
// Reads a binary GraphDef.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "convert/output_args.h"
#include "convert/proto_reader.h"
#include "graph/model_def.h"

namespace tfwasm {

// The attribute of a Const whose values do not fit into int32 and were clamped.
inline constexpr std::string_view kClamped = "_clamped";

// A GraphDef whose functions are read when they are needed. The bytes must outlive it.
class GraphFile {
 public:
  // Reads the nodes of the main graph. Edges, ops and attributes are as ReadGraphDef of graph/
  // reads them. Throws E_PROTO, E_ATTR, E_SHAPE, E_LIMIT, E_DUPLICATE or E_EDGE, naming the node.
  GraphFile(ProtoReader graph_def, OutputArgs args);

  Graph& graph() { return graph_; }
  int64_t producer() const { return producer_; }
  int64_t min_consumer() const { return min_consumer_; }

  // Reads one function; nullopt if there is none with this name.
  std::optional<Function> ReadFunction(std::string_view name);

  // Reads the functions that the nodes of `graph` call, and those that these call, if they are not
  // in `functions` yet. Nodes whose op is a function become calls.
  void ReadFunctionsOf(Graph& graph, FunctionMap& functions);

 private:
  void ReadVersions(ProtoReader reader);
  void ReadLibrary(ProtoReader reader);
  Function ReadFunction(std::string_view name, std::string_view def);

  OutputArgs args_;
  Graph graph_;
  std::map<std::string_view, std::string_view> library_;  // FunctionDefs by name
  int64_t producer_ = 0;
  int64_t min_consumer_ = 0;
};

}  // namespace tfwasm
