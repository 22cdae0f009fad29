// SPDX-License-Identifier: Apache-2.0
#include "executor/program.h"

#include <algorithm>

#include "passes/optimize.h"

namespace tfwasm {

namespace {

Graph Optimized(Graph graph) {
  Optimize(graph);
  return graph;
}

}  // namespace

void* Arena::Reserve(uint64_t bytes) {
  if (buffer_ == nullptr || buffer_->bytes() < bytes) {
    buffer_.reset();  // first, so that the old block's memory can be used for the new one
    buffer_ = Buffer::Allocate(DType::kBool, bytes);
  }
  return buffer_->data();
}

Program::Program(Graph graph)
    : graph_(Optimized(std::move(graph))), states_(static_cast<size_t>(graph_.size())) {}

void Program::CheckFeeds(std::span<const Tensor> feeds) const {
  if (feeds.size() != graph_.inputs.size()) {
    Throw(Code::kInput, "expected ", graph_.inputs.size(), " inputs, got ", feeds.size());
  }
  for (size_t i = 0; i < feeds.size(); ++i) {
    const AttrMap& attrs = graph_.node(graph_.inputs[i].edge.node).attrs;
    const DType dtype = attrs.Type("dtype", feeds[i].dtype());
    const Shape shape = attrs.ShapeOr("shape", Shape::UnknownRank());
    if (dtype == feeds[i].dtype() && shape.Admits(feeds[i].shape())) continue;
    Throw(Code::kInput, "input '", graph_.inputs[i].name, "': expected ", dtype, " ", shape,
          ", got ", feeds[i].dtype(), " ", feeds[i].shape());
  }
}

Plan& Program::PlanFor(std::span<const Tensor> feeds) {
  const auto fits = [&](const std::unique_ptr<Plan>& plan) { return plan->Fits(feeds); };
  const auto found = std::find_if(plans_.begin(), plans_.end(), fits);
  if (found != plans_.end()) {
    std::rotate(plans_.begin(), found, found + 1);
    return *plans_.front();
  }
  std::vector<TensorSpec> specs;
  for (const Tensor& feed : feeds) specs.push_back({feed.dtype(), feed.shape()});
  auto plan = std::make_unique<Plan>(graph_, std::move(specs), states_);
  if (plans_.size() == kMostPlans) plans_.pop_back();
  plans_.insert(plans_.begin(), std::move(plan));
  return *plans_.front();
}

std::vector<Tensor> Program::Run(std::span<const Tensor> feeds, Arena& arena, Profiler* profiler) {
  CheckFeeds(feeds);
  Plan& plan = PlanFor(feeds);
  return plan.Run(feeds, arena.Reserve(plan.arena_bytes()), profiler);
}

}  // namespace tfwasm
