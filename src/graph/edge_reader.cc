// SPDX-License-Identifier: Apache-2.0
#include "graph/edge_reader.h"

#include "graph/tensor_name.h"

namespace tfwasm {

Edge EdgeReader::Resolve(std::string_view text) const {
  NodeId id = graph_.Find(text);
  if (id != kNoNode) return {.node = id};
  const auto name = ParseTensorName(text);
  if (!name) Throw(Code::kEdge, "'", text, "' is not the name of a tensor");
  id = graph_.Find(name->node);
  if (id == kNoNode) Throw(Code::kEdge, "the node '", name->node, "' does not exist");
  if (name->output_name.empty()) return {.node = id, .output = name->index};
  return {.node = id, .output = resolver_(graph_.node(id), name->output_name, name->index)};
}

void EdgeReader::Connect(Node& node, std::string_view input) const {
  if (!input.starts_with('^')) {
    node.inputs.push_back(Resolve(input));
    return;
  }
  const NodeId id = graph_.Find(input.substr(1));
  if (id == kNoNode) Throw(Code::kEdge, "the control input '", input, "' does not exist");
  node.control_inputs.push_back(id);
}

}  // namespace tfwasm
