// SPDX-License-Identifier: Apache-2.0
#include "convert/remove_arguments.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "convert/inline_functions.h"
#include "ops/op.h"
#include "passes/rewrite.h"

namespace tfwasm {

namespace {

using Indices = std::set<size_t>;

template <typename T>
void EraseAt(std::vector<T>& list, const Indices& indices) {
  for (auto it = indices.rbegin(); it != indices.rend(); ++it) {
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(*it));
  }
}

// Removes elements of an attribute that is a list with one element for each argument or result.
template <typename T>
void EraseInAttr(AttrMap& attrs, std::string_view name, size_t size, const Indices& indices) {
  const AttrValue* value = attrs.Find(name);
  const auto* list = value == nullptr ? nullptr : std::get_if<std::vector<T>>(value);
  if (list == nullptr || list->size() != size) return;
  std::vector<T> shorter = *list;
  EraseAt(shorter, indices);
  attrs.Set(name, std::move(shorter));
}

class Remover {
 public:
  explicit Remover(ModelDef& model) : model_(model) {}

  void Run() {
    Visit(model_.graph);
    std::set<std::string> visited;
    std::vector<std::string> pending = CalledFunctions(model_.graph, model_.functions);
    while (!pending.empty()) {
      const std::string name = std::move(pending.back());
      pending.pop_back();
      if (!visited.insert(name).second) continue;
      Graph& body = model_.functions.find(name)->second.body;
      Visit(body);
      for (std::string& called : CalledFunctions(body, model_.functions)) {
        pending.push_back(std::move(called));
      }
    }
    std::erase_if(model_.functions,
                  [&](const auto& entry) { return !visited.contains(entry.first); });
  }

 private:
  void Visit(Graph& graph) {
    for (NodeId id = 0; id < graph.size(); ++id) {
      const OpDef* def = FindOp(graph.node(id).op);
      if (def == nullptr || def->first_argument == kNoArguments) continue;
      Blaming(graph.node(id), [&] { Shorten(graph, id, *def); });
    }
  }

  void Shorten(Graph& graph, NodeId id, const OpDef& def) {
    Node& node = graph.node(id);
    const std::vector<std::string> functions = FunctionsOf(node);
    const auto first = static_cast<size_t>(def.first_argument);
    if (functions.empty() || node.inputs.size() < first) return;
    const size_t count = node.inputs.size() - first;
    Indices unused;
    for (size_t i = 0; i < count; ++i) {
      if (IsUnused(functions, i, count, def.is_loop)) unused.insert(i);
    }
    if (unused.empty()) return;
    Bypass(graph, id, unused, first, def.is_loop);
    Indices inputs;
    for (const size_t index : unused) inputs.insert(first + index);
    EraseAt(node.inputs, inputs);
    EraseInAttr<DType>(node.attrs, def.is_loop ? "T" : "Tin", count, unused);
    if (def.is_loop) EraseInAttr<Shape>(node.attrs, "output_shapes", count, unused);
    ReplaceFunctions(node, unused, def.is_loop);
  }

  std::vector<std::string> FunctionsOf(const Node& node) const {
    std::vector<std::string> names;
    for (const auto& [attr, value] : node.attrs.values()) {
      if (const auto* one = std::get_if<FunctionRef>(&value)) names.push_back(one->name);
      if (const auto* many = std::get_if<std::vector<FunctionRef>>(&value)) {
        for (const FunctionRef& function : *many) names.push_back(function.name);
      }
    }
    for (const std::string& name : names) {
      if (!model_.functions.contains(name)) return {};
    }
    return names;
  }

  bool IsUnused(const std::vector<std::string>& functions, size_t index, size_t count,
                bool is_loop) const {
    for (const std::string& name : functions) {
      const Graph& body = model_.functions.find(name)->second.body;
      if (body.inputs.size() != count) return false;
      const Edge argument = body.inputs[index].edge;
      for (NodeId id = 0; id < body.size(); ++id) {
        for (const Edge& edge : body.node(id).inputs) {
          if (edge == argument && !IsPassedOn(body, id, index)) return false;
        }
      }
      // The condition of a loop has one result.
      const bool is_body = is_loop && body.outputs.size() == count;
      for (size_t i = 0; i < body.outputs.size(); ++i) {
        const bool is_own = is_body && i == index;
        if (body.outputs[i].edge == argument && !is_own) return false;
        if (is_own && !(Source(body, body.outputs[i].edge) == argument) &&
            !IsConstHandle(body, body.outputs[i].edge)) {
          return false;
        }
      }
    }
    return true;
  }

  // Behind Identity nodes.
  static Edge Source(const Graph& body, Edge edge) {
    for (NodeId steps = 0; steps < body.size() && body.node(edge.node).op == "Identity" &&
                           body.node(edge.node).inputs.size() == 1;
         ++steps) {
      edge = body.node(edge.node).inputs[0];
    }
    return edge;
  }

  // A handle that was passed into the function, and that the function passes on.
  static bool IsConstHandle(const Graph& body, Edge edge) {
    const Tensor* value = body.ConstValue(Source(body, edge));
    return value != nullptr && !value->empty() && IsHandle(value->dtype());
  }

  // Whether the node only passes argument `index` on to result `index`.
  static bool IsPassedOn(const Graph& body, NodeId id, size_t index) {
    if (body.node(id).op != "Identity" || index >= body.outputs.size()) return false;
    if (!(body.outputs[index].edge == Edge{.node = id})) return false;
    const UseMap uses(body);
    return uses.Count({.node = id}) == 1;
  }

  // Results of a loop: those of removed variables are the arguments, the others move up.
  static void Bypass(Graph& graph, NodeId id, const Indices& unused, size_t first, bool is_loop) {
    if (!is_loop) return;
    const std::vector<Edge> inputs = graph.node(id).inputs;
    // In one step, so that an output that has moved is not moved again.
    std::map<int, Edge> moved;
    int position = 0;
    for (size_t i = 0; i + first < inputs.size(); ++i) {
      moved[static_cast<int>(i)] =
          unused.contains(i) ? inputs[first + i] : Edge{.node = id, .output = position++};
    }
    const auto move = [&](Edge& edge) {
      if (edge.node != id) return;
      const auto found = moved.find(edge.output);
      if (found != moved.end()) edge = found->second;
    };
    for (NodeId other = 0; other < graph.size(); ++other) {
      for (Edge& edge : graph.node(other).inputs) move(edge);
    }
    for (NamedEdge& output : graph.outputs) move(output.edge);
  }

  // Makes the node call copies of its functions without these arguments.
  void ReplaceFunctions(Node& node, const Indices& unused, bool is_loop) {
    const AttrMap attrs = node.attrs;
    for (const auto& [attr, value] : attrs.values()) {
      if (const auto* one = std::get_if<FunctionRef>(&value)) {
        node.attrs.Set(attr,
                       FunctionRef{CopyWithout(one->name, unused, is_loop && attr == "body")});
      }
      if (const auto* many = std::get_if<std::vector<FunctionRef>>(&value)) {
        std::vector<FunctionRef> copies;
        for (const FunctionRef& function : *many) {
          copies.push_back({CopyWithout(function.name, unused, false)});
        }
        node.attrs.Set(attr, std::move(copies));
      }
    }
  }

  std::string CopyWithout(const std::string& name, const Indices& unused, bool has_results) {
    std::string key = name;
    for (const size_t index : unused) key += StrCat("/", index);
    if (const auto known = copies_.find(key); known != copies_.end()) return known->second;
    Function copy = model_.functions.find(name)->second;
    Graph& body = copy.body;
    EraseAt(body.inputs, unused);
    if (has_results) EraseAt(body.outputs, unused);
    std::string unique = StrCat(name, "_frozen");
    for (int suffix = 1; model_.functions.contains(unique); ++suffix) {
      unique = StrCat(name, "_frozen_", suffix);
    }
    model_.functions.emplace(unique, std::move(copy));
    copies_.emplace(std::move(key), unique);
    return unique;
  }

  ModelDef& model_;
  std::map<std::string, std::string> copies_;
};

}  // namespace

void RemoveUnusedArguments(ModelDef& model) { Remover(model).Run(); }

}  // namespace tfwasm
