// SPDX-License-Identifier: Apache-2.0
#include "autodiff/backward_program.h"

#include <map>
#include <utility>

#include "autodiff/backward.h"
#include "executor/program.h"
#include "ops/graph_builder.h"

namespace tfwasm {

namespace {

// The backward pass as a graph of its own. Its inputs are the values of the trace that it reads.
class BackwardGraph {
 public:
  // Throws if a rule or a shape depends on values.
  BackwardGraph(const Trace& trace, Edge y, const std::vector<Edge>& xs) : builder_(graph_) {
    for (NodeId id = 0; id < trace.graph().size(); ++id) {
      builder_.Copy(trace.graph().node(id), trace.specs(id));
    }
    forward_ = graph_.size();
    std::vector<Operand> operands;
    for (const Edge& x : xs) operands.emplace_back(builder_, x);
    Backward backward(builder_, graph_, {{Operand(builder_, y), {}}}, operands);
    if (backward.Continue() != kNoNode) Throw(Code::kInput, "a gradient is custom");
    for (size_t i = 0; i < xs.size(); ++i) AddOutput(i, backward.GradientOf(i));
    CutFromForward();
  }

  Graph TakeGraph() { return std::move(graph_); }
  // By input of the graph.
  const std::vector<Edge>& feeds() const { return feeds_; }
  // By x: the output of the graph; -1 for none.
  const std::vector<int>& outputs() const { return outputs_; }

 private:
  void AddOutput(size_t i, Operand gradient) {
    outputs_.push_back(gradient.empty() ? -1 : static_cast<int>(graph_.outputs.size()));
    if (gradient.empty()) return;
    graph_.outputs.push_back({StrCat("gradient_", i), gradient.edge()});
  }

  // Replaces the forward nodes, except constants, by inputs.
  void CutFromForward() {
    const NodeId end = graph_.size();
    for (NodeId id = forward_; id < end; ++id) {
      for (size_t i = 0; i < graph_.node(id).inputs.size(); ++i) {
        const Edge fed = Fed(graph_.node(id).inputs[i]);
        graph_.node(id).inputs[i] = fed;
      }
    }
    for (NamedEdge& output : graph_.outputs) output.edge = Fed(output.edge);
  }

  Edge Fed(Edge edge) {
    if (edge.node >= forward_ || graph_.IsConst(edge)) return edge;
    const auto [it, is_new] = inputs_.try_emplace({edge.node, edge.output});
    if (is_new) {
      it->second = builder_.Placeholder(builder_.spec(edge)).edge();
      graph_.inputs.push_back({StrCat("feed_", feeds_.size()), it->second});
      feeds_.push_back(edge);
    }
    return it->second;
  }

  Graph graph_;
  GraphBuilder builder_;
  NodeId forward_ = 0;  // the number of forward nodes
  std::vector<Edge> feeds_;
  std::vector<int> outputs_;
  std::map<std::pair<NodeId, int>, Edge> inputs_;
};

void AppendNumber(int number, std::string& key) {
  key.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

std::string StructureOf(const Trace& trace, Edge y, const std::vector<Edge>& xs) {
  std::string key = trace.structure();
  for (const Edge& edge : xs) {
    AppendNumber(edge.node, key);
    AppendNumber(edge.output, key);
  }
  AppendNumber(y.node, key);
  AppendNumber(y.output, key);
  return key;
}

}  // namespace

class BackwardCache::Compiled {
 public:
  Compiled(BackwardGraph graph, ModelState& state)
      : feeds_(graph.feeds()), outputs_(graph.outputs()), program_(graph.TakeGraph(), state) {}

  std::vector<Tensor> Run(const Trace& trace) {
    std::vector<Tensor> feeds;
    for (const Edge& edge : feeds_) feeds.push_back(trace.tensor(edge));
    const std::vector<Tensor> results = program_.Run(feeds);
    std::vector<Tensor> gradients;
    for (const int output : outputs_) {
      gradients.push_back(output < 0 ? Tensor() : results[static_cast<size_t>(output)]);
    }
    return gradients;
  }

 private:
  std::vector<Edge> feeds_;
  std::vector<int> outputs_;
  Program program_;
};

BackwardCache::BackwardCache() = default;
BackwardCache::~BackwardCache() = default;

std::optional<std::vector<Tensor>> BackwardCache::Run(const Trace& trace, Edge y,
                                                      const std::vector<Edge>& xs) {
  std::string key = StructureOf(trace, y, xs);
  const auto found = by_structure_.find(key);
  if (found == by_structure_.end()) {
    if (by_structure_.size() >= kMostEntries) by_structure_.clear();
    by_structure_.emplace(std::move(key), nullptr);
    return std::nullopt;
  }
  if (found->second == nullptr) {
    // An error of the function itself is thrown by a Backward on the trace.
    const auto error = Deferring(
        [&] { found->second = std::make_unique<Compiled>(BackwardGraph(trace, y, xs), state_); });
    if (error) return std::nullopt;
  }
  return found->second->Run(trace);
}

}  // namespace tfwasm
