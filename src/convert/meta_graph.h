// SPDX-License-Identifier: Apache-2.0
// The messages of saved_model.pb.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "convert/graph_json.h"
#include "convert/options.h"
#include "convert/proto_reader.h"

namespace tfwasm {

struct SignatureDef {
  std::string key;
  std::vector<InterfaceTensor> inputs;   // sorted by key
  std::vector<InterfaceTensor> outputs;  // the same
};

// A file of the folder assets/, and the tensor that holds its path.
struct AssetFile {
  std::string tensor;
  std::string name;
};

// A graph of a SavedModel. The views are of the file.
struct MetaGraph {
  std::vector<std::string> tags;  // sorted
  std::string tensorflow_version;
  std::string_view ops;  // an OpList
  std::string_view graph;
  std::string restore_op;
  std::map<std::string_view, std::string_view> collections;  // CollectionDefs
  std::vector<SignatureDef> signatures;
  std::vector<AssetFile> assets;

  // The names in a collection of nodes; empty if there is none.
  std::vector<std::string> NodesIn(std::string_view collection) const;
};

// The graph with these tags; without tags, the one with the tag "serve", or the one without tags
// (of modules of TensorFlow Hub), or else the only one. Throws E_INPUT with all tags if there is
// none, E_FILE if the file is no SavedModel.
MetaGraph ReadMetaGraph(std::string_view file, const std::optional<std::vector<std::string>>& tags);

// The signature with this name; without a name: one of `defaults`, or else the only one. Throws
// E_INPUT with all signatures and their inputs.
const SignatureDef& ChooseSignature(const MetaGraph& meta, const std::optional<std::string>& name,
                                    const std::vector<std::string>& defaults);

}  // namespace tfwasm
