// SPDX-License-Identifier: Apache-2.0
#include "convert/signature_graph.h"

#include <algorithm>
#include <map>
#include <utility>

#include "convert/variables.h"
#include "graph/signature.h"
#include "passes/remove_dead_nodes.h"
#include "passes/rewrite.h"

namespace tfwasm {

namespace {

// The call that computes all outputs of a signature; kNoNode if there is none.
NodeId FindCall(const Graph& graph, const SignatureDef& signature) {
  NodeId call = kNoNode;
  for (const InterfaceTensor& output : signature.outputs) {
    const NodeId id = SkipIdentities(graph, ResolveTensorName(graph, output.name)).node;
    if (!IsOneOf(graph.node(id).op, {"PartitionedCall", "StatefulPartitionedCall"})) return kNoNode;
    if (call != kNoNode && id != call) return kNoNode;
    call = id;
  }
  return call;
}

void Declare(const InterfaceTensor& input, Node& placeholder) {
  const DType dtype = FromTensorFlowType(input.type);
  if (dtype != DType::kInvalid) placeholder.attrs.Set("dtype", dtype);
  placeholder.attrs.Set("shape", input.shape);
}

// Copies what a tensor of one graph depends on to another graph.
class Copier {
 public:
  Copier(const Graph& from, Graph& to) : from_(from), to_(to) {}

  // `name`: of the node that computes it.
  Edge Copy(Edge edge, std::string_view name) {
    std::vector<NodeId> order;
    std::vector<NodeId> pending = {edge.node};
    // Nodes are added before their inputs, and connected at the end.
    while (!pending.empty()) {
      const NodeId id = pending.back();
      pending.pop_back();
      if (copies_.contains(id)) continue;
      Node node = from_.node(id);
      node.name = to_.UniqueName(id == edge.node ? name : std::string_view(node.name));
      for (const Edge& input : node.inputs) pending.push_back(input.node);
      pending.insert(pending.end(), node.control_inputs.begin(), node.control_inputs.end());
      copies_[id] = to_.Add(std::move(node));
      order.push_back(id);
    }
    for (const NodeId id : order) {
      Node& node = to_.node(copies_[id]);
      for (Edge& input : node.inputs) input.node = copies_[input.node];
      for (NodeId& control : node.control_inputs) control = copies_[control];
    }
    return {.node = copies_[edge.node], .output = edge.output};
  }

 private:
  const Graph& from_;
  Graph& to_;
  std::map<NodeId, NodeId> copies_;
};

// The result of a function, without the node that waits for effects.
Edge ResultOf(const Graph& body, Edge edge) {
  const Node& node = body.node(edge.node);
  return node.name.starts_with("control_results") && node.op == "Identity" ? node.inputs[0] : edge;
}

// Gives the arguments of the signature's function their sources in the main graph.
void BindArguments(const Graph& main, const Node& call, const SignatureDef& signature,
                   SourceModel& source) {
  Graph& graph = source.model.graph;
  const std::vector<NamedEdge> arguments = std::exchange(graph.inputs, {});
  if (arguments.size() != call.inputs.size()) {
    Throw(Code::kEdge, "the signature passes ", call.inputs.size(),
          " arguments to a function that takes ", arguments.size());
  }
  std::map<std::pair<NodeId, int>, const InterfaceTensor*> fed;
  for (const InterfaceTensor& input : signature.inputs) {
    const Edge edge = ResolveTensorName(main, input.name);
    fed[{edge.node, edge.output}] = &input;
  }
  Copier copier(main, graph);
  std::map<const InterfaceTensor*, Edge> placeholders;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const Edge argument = arguments[i].edge;
    const auto found = fed.find({call.inputs[i].node, call.inputs[i].output});
    if (found != fed.end()) {
      const auto [known, is_new] = placeholders.emplace(found->second, argument);
      if (is_new) {
        Declare(*found->second, graph.node(argument.node));
      } else {
        graph.ReplaceUses(argument, known->second);
      }
      continue;
    }
    // Frees the argument's name for what takes its place.
    graph.ReplaceUses(argument, copier.Copy(call.inputs[i], StrCat(arguments[i].name, "/capture")));
    graph.Remove(argument.node);
  }
  for (const InterfaceTensor& input : signature.inputs) {
    const auto found = placeholders.find(&input);
    if (found == placeholders.end()) {
      source.notes.push_back(StrCat("the input '", input.key, "' is left out: nothing reads it"));
      continue;
    }
    InterfaceTensor declared = input;
    declared.name = StrCat(graph.node(found->second.node).name, ":0");
    source.inputs.push_back(std::move(declared));
  }
}

void ExtractFunction(GraphFile& file, NodeId call_id, const SignatureDef& signature,
                     SourceModel& source) {
  const Graph& main = file.graph();
  const Node& call = main.node(call_id);
  const std::string name = call.attrs.RequireFunction("f");
  auto function = file.ReadFunction(name);
  if (!function) Throw(Code::kEdge, "the model has no function '", name, "'");
  Graph& graph = source.model.graph;
  graph = std::move(function->body);
  const std::vector<NamedEdge> results = std::exchange(graph.outputs, {});
  for (const InterfaceTensor& output : signature.outputs) {
    const Edge edge = SkipIdentities(main, ResolveTensorName(main, output.name));
    const auto index = static_cast<size_t>(edge.output);
    if (index >= results.size()) {
      Throw(Code::kEdge, "the output '", output.key, "' of the signature does not exist");
    }
    const Edge result = results[index].edge;
    graph.outputs.push_back({output.key, result});
    InterfaceTensor named = output;
    const Edge inner = ResultOf(graph, result);
    named.name = StrCat(graph.node(inner.node).name, ":", inner.output);
    source.outputs.push_back(std::move(named));
  }
  BindArguments(main, call, signature, source);
}

void ExtractPart(GraphFile& file, const SignatureDef& signature, SourceModel& source) {
  source.model.graph = std::move(file.graph());
  source.outputs = signature.outputs;
  source.inputs = signature.inputs;
  Graph& graph = source.model.graph;
  for (const InterfaceTensor& output : signature.outputs) {
    graph.outputs.push_back({output.key, ResolveTensorName(graph, output.name)});
  }
}

// The ops that take the place of those with references to variables.
void ReplaceReferenceOps(Graph& graph) {
  for (NodeId id = 0; id < graph.size(); ++id) {
    std::string& op = graph.node(id).op;
    if (IsOneOf(op, {"RefSwitch", "RefMerge", "RefEnter", "RefExit", "RefNextIteration",
                     "RefIdentity"})) {
      op.erase(0, 3);
    }
  }
}

}  // namespace

SourceModel ExtractSignature(GraphFile& file, const MetaGraph& meta,
                             const SignatureDef& signature) {
  SourceModel source;
  source.generated_by = meta.tensorflow_version;
  source.model.producer = file.producer();
  source.model.min_consumer = file.min_consumer();
  const NodeId call = FindCall(file.graph(), signature);
  if (call != kNoNode) {
    ExtractFunction(file, call, signature, source);
  } else {
    ExtractPart(file, signature, source);
  }
  Graph& graph = source.model.graph;
  CutAtInputs(source);
  RemoveDeadNodes(graph);
  graph.Compact();
  ReplaceReferenceOps(graph);
  file.ReadFunctionsOf(graph, source.model.functions);
  return source;
}

}  // namespace tfwasm
