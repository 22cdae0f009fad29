// SPDX-License-Identifier: Apache-2.0
// Tables of a SavedModel, and the graph that fills them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "convert/graph_file.h"
#include "convert/meta_graph.h"
#include "convert/source_model.h"
#include "convert/table_file.h"

namespace tfwasm {

// What fills a table: constants, or a file of the folder assets/.
struct TableSource {
  std::string asset;  // the name of the file; "" for constants
  AttrMap attrs;      // of the node that reads the file
  TableContents contents;
};

// By the table's shared name, or else the name of its node.
using TableMap = std::map<std::string, TableSource, std::less<>>;

// Marks the tables of a graph with their names, which copies keep. `prefix`: of the nodes' names.
void MarkTables(Graph& graph, std::string_view prefix);

// Finds what the graph that initializes the model fills tables with.
TableMap FindTables(GraphFile& file, const MetaGraph& meta);

// Merges the nodes of one table in the graph, and adds the initializer, which has the same nodes.
// `assets`: contents of files by name. Throws E_FILE if a table's file is malformed, and E_OP if
// the model uses a table whose contents are not known.
void AddInitializer(SourceModel& source, const TableMap& tables,
                    const std::map<std::string, std::string>& assets);

// The names of the files that the model's tables need.
std::vector<std::string> NeededAssets(const ModelDef& model, const TableMap& tables);

}  // namespace tfwasm
