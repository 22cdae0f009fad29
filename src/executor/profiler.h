// SPDX-License-Identifier: Apache-2.0
// Records the time of each node of a run.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/shape.h"
#include "core/tensor_spec.h"
#include "executor/clock.h"

namespace tfwasm {

struct NodeProfile {
  std::string name;
  std::string op;
  double milliseconds = 0;
  std::vector<Shape> input_shapes = {};
  std::vector<Shape> output_shapes = {};
  size_t output_bytes = 0;

  void AddOutput(const TensorSpec& spec) {
    output_shapes.push_back(spec.shape);
    output_bytes += static_cast<size_t>(NumBytes(spec));
  }
};

class Profiler {
 public:
  // Runs `work` and returns its time in milliseconds.
  template <typename F>
  static double Time(F work) {
    const double start = Now();
    work();
    return Now() - start;
  }

  void Add(NodeProfile profile) { profiles_.push_back(std::move(profile)); }
  // The records since the last call.
  std::vector<NodeProfile> Take() { return std::exchange(profiles_, {}); }

 private:
  std::vector<NodeProfile> profiles_;
};

}  // namespace tfwasm
