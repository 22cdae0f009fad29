// SPDX-License-Identifier: Apache-2.0
#include "autodiff/backward.h"

#include <algorithm>

#include "ops/op.h"

namespace tfwasm {

Backward::Backward(Builder& builder, const Graph& graph, std::vector<Seed> seeds,
                   std::vector<Operand> xs)
    : builder_(builder),
      graph_(graph),
      seeds_(std::move(seeds)),
      xs_(std::move(xs)),
      next_(graph.size() - 1) {
  FindActive();
  CheckRules();
  for (const Seed& seed : seeds_) {
    if (!IsActive(seed.y.edge())) continue;
    AddTo(seed.y.edge(),
          seed.dy.empty() ? Fill(builder_, seed.y.dtype(), seed.y.shape(), 1) : seed.dy);
  }
}

bool Backward::IsReal(Edge edge) const {
  const DType dtype = builder_.spec(edge).dtype;
  return dtype == DType::kFloat32 || dtype == DType::kComplex64;
}

bool Backward::IsX(Edge edge) const {
  return std::any_of(xs_.begin(), xs_.end(), [&](const Operand& x) { return x.edge() == edge; });
}

bool Backward::IsActive(Edge edge) const {
  const FlagList& nodes = IsReal(edge) ? active_nodes_ : integer_nodes_;
  return nodes[static_cast<size_t>(edge.node)] != 0 || IsX(edge);
}

void Backward::FindActive() {
  active_nodes_.assign(static_cast<size_t>(graph_.size()), false);
  integer_nodes_ = active_nodes_;
  for (NodeId id = 0; id < graph_.size(); ++id) {
    const Node& node = graph_.node(id);
    const auto has_active = [&](bool is_real) {
      return std::any_of(node.inputs.begin(), node.inputs.end(), [&](const Edge& edge) {
        return IsReal(edge) == is_real && IsActive(edge);
      });
    };
    const bool has_real = has_active(true);
    const bool has_integer = has_active(false);
    const GradientDef* gradient = FindGradient(node.op);
    const bool has_rule = node.op == kCustomGradientOp || (gradient != nullptr && gradient->rule);
    // A missing rule is an error only for real numbers.
    const bool is_missing = gradient == nullptr && has_real;
    const auto index = static_cast<size_t>(id);
    active_nodes_[index] = (has_real || has_integer) && (has_rule || is_missing);
    integer_nodes_[index] = has_integer && has_rule;
  }
}

// Looks for ops without a rule from the results back, over active edges.
void Backward::CheckRules() const {
  std::vector<NodeId> reader(static_cast<size_t>(graph_.size()), kNoNode);
  FlagList needed(static_cast<size_t>(graph_.size()), false);
  for (const Seed& seed : seeds_) {
    if (IsActive(seed.y.edge())) needed[static_cast<size_t>(seed.y.edge().node)] = true;
  }
  std::vector<NodeId> without;
  for (NodeId id = graph_.size() - 1; id >= 0; --id) {
    const auto index = static_cast<size_t>(id);
    if (needed[index] == 0 || active_nodes_[index] == 0) continue;
    const Node& node = graph_.node(id);
    if (node.op != kCustomGradientOp && FindGradient(node.op) == nullptr) without.push_back(id);
    for (const Edge& edge : node.inputs) {
      if (!IsActive(edge)) continue;
      needed[static_cast<size_t>(edge.node)] = true;
      reader[static_cast<size_t>(edge.node)] = id;
    }
  }
  if (!without.empty()) ThrowNoRule(without, reader);
}

void Backward::ThrowNoRule(const std::vector<NodeId>& without,
                           const std::vector<NodeId>& reader) const {
  std::vector<std::string> names;
  for (const NodeId id : without) {
    const std::string& op = graph_.node(id).op;
    if (std::find(names.begin(), names.end(), op) == names.end()) names.push_back(op);
  }
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  std::string path;
  for (NodeId id = without.front(); id != kNoNode; id = reader[static_cast<size_t>(id)]) {
    path += (path.empty() ? "" : " -> ") + graph_.node(id).op;
  }
  Throw(
      Code::kOp,
      names.size() == 1 ? "there is no gradient of the op " : "there are no gradients of the ops ",
      list, "; the path to the result: ", path);
}

void Backward::AddTo(Edge edge, Operand gradient) { pending_[KeyOf(edge)].push_back(gradient); }

bool Backward::HasDy(NodeId id) const {
  const auto it = pending_.lower_bound({id, 0});
  return it != pending_.end() && it->first.first == id;
}

// The sum of the parts of dL/d(edge). It is kept only if the edge is an x.
Operand Backward::TakeDy(Edge edge) {
  const auto it = pending_.find(KeyOf(edge));
  if (it == pending_.end()) return {};
  std::vector<Operand>& parts = it->second;
  if (parts.size() == 2) parts = {parts[0] + parts[1]};
  if (parts.size() > 2) parts = {builder_.Emit("AddN", parts)};
  const Operand sum = parts[0];
  if (!IsX(edge)) pending_.erase(it);
  return sum;
}

NodeId Backward::Continue() {
  for (; next_ >= 0; --next_) {
    if (!HasDy(next_)) continue;
    if (active_nodes_[static_cast<size_t>(next_)] == 0) continue;
    if (graph_.node(next_).op == kCustomGradientOp) {
      custom_ = next_--;
      return custom_;
    }
    Visit(next_);
  }
  return kNoNode;
}

void Backward::Run() {
  if (Continue() != kNoNode) Throw(Code::kInternal, "a custom gradient is not expected here");
}

void Backward::Visit(NodeId id) {
  const Node node = graph_.node(id);  // a copy, since rules add nodes
  FlagList wanted;
  for (const Edge& edge : node.inputs) wanted.push_back(IsActive(edge));
  std::vector<Operand> dys;
  const int outputs = NumOutputs(*FindOp(node.op), node);
  for (int i = 0; i < outputs; ++i) dys.push_back(TakeDy({.node = id, .output = i}));
  GradientContext context(builder_, node, id, std::move(dys), wanted);
  const GradientDef* gradient = FindGradient(node.op);
  Blaming(node.op, "", [&] { gradient->rule(context); });
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const Operand& dx = context.gradients()[i];
    if (!dx.empty()) AddTo(node.inputs[i], dx);
  }
}

void Backward::SetCustomGradients(const std::vector<Operand>& gradients) {
  const std::vector<Edge> inputs = graph_.node(custom_).inputs;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (gradients[i].empty() || !IsActive(inputs[i])) continue;
    AddTo(inputs[i], SumTo(gradients[i], builder_.spec(inputs[i]).shape));
  }
}

bool DependsOn(const Graph& graph, Edge y, Edge x) {
  FlagList depends(static_cast<size_t>(graph.size()), false);
  const auto is_marked = [&](Edge edge) {
    return edge == x || depends[static_cast<size_t>(edge.node)] != 0;
  };
  for (NodeId id = 0; id <= y.node; ++id) {
    const Node& node = graph.node(id);
    const bool passes = node.op == kCustomGradientOp || FindGradient(node.op) != nullptr;
    depends[static_cast<size_t>(id)] =
        passes && std::any_of(node.inputs.begin(), node.inputs.end(), is_marked);
  }
  return is_marked(y);
}

}  // namespace tfwasm
