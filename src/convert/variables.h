// SPDX-License-Identifier: Apache-2.0
// Variables of a SavedModel: which tensor of the checkpoint each one is, and their replacement by
// constants.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "convert/checkpoint.h"
#include "convert/graph_file.h"
#include "convert/meta_graph.h"
#include "core/object.h"
#include "graph/model_def.h"

namespace tfwasm {

// Where the value of a variable is.
struct CheckpointValue {
  std::string key;
  std::string slice;  // the part of that tensor, as CutSlice takes it; "" for all
};

// By the name of the variable's node.
using VariableMap = std::map<std::string, CheckpointValue, std::less<>>;

// Finds the keys of all variables that the model restores, from the graph that restores them.
// `index`: of the checkpoint; nullptr if there is none.
VariableMap FindVariables(GraphFile& file, const MetaGraph& meta, const CheckpointIndex* index);

// The value of a resource tensor that stands for a variable.
class VariableObject : public Object {
 public:
  static constexpr std::string_view kKind = "Variable";

  VariableObject(std::string node, std::optional<CheckpointValue> value)
      : node_(std::move(node)), value_(std::move(value)) {}

  std::string_view kind() const override { return kKind; }
  // The name of the variable's node.
  const std::string& node() const { return node_; }
  // nullopt: not in the checkpoint.
  const std::optional<CheckpointValue>& value() const { return value_; }

 private:
  std::string node_;
  std::optional<CheckpointValue> value_;
};

// Replaces variables by constants: resource variables by handles of VariableObjects, others by
// constants to load.
void BindVariables(Graph& graph, const VariableMap& variables, const CheckpointIndex* index);

// Passes handles of variables to the functions that get them, and replaces nodes that read
// variables by constants to load. Then no function takes a handle of a variable. Throws
// E_WEIGHT_MISSING for a variable without a value and E_STATE if the model changes a variable that
// it reads; with `freeze_state`, such changes are left out. What is left out is noted.
void ReadVariables(ModelDef& model, const CheckpointIndex* index, bool freeze_state,
                   std::vector<std::string>& notes);

// Attributes of a constant to load.
inline constexpr std::string_view kCheckpointKey = "_checkpoint_key";
inline constexpr std::string_view kCheckpointSlice = "_checkpoint_slice";

// Makes `node` a constant whose value is still to be read.
void MakeConstantToLoad(Node& node, const CheckpointValue& value, const CheckpointIndex& index);
// Requests the values of the constants to load, but for large ones that no simplification needs:
// these get the attribute kLater.
void RequestConstants(ModelDef& model, CheckpointReader& checkpoint);
// Gives the others their values.
void FillConstants(ModelDef& model, const CheckpointReader& checkpoint);

// For ModelReader::RequestLater and TakeLater.
void RequestLater(const std::string& later, CheckpointReader& checkpoint);
Tensor TakeLater(const std::string& later, CheckpointReader& checkpoint);

// The edge that `edge` equals behind nodes that pass it on.
Edge SkipIdentities(const Graph& graph, Edge edge);

}  // namespace tfwasm
