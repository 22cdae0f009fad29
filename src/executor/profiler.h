// SPDX-License-Identifier: Apache-2.0
// The time of every node of a run.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "core/shape.h"

namespace tfwasm {

struct NodeProfile {
  std::string name;
  std::string op;
  double milliseconds = 0;
  std::vector<Shape> output_shapes = {};
  size_t output_bytes = 0;
};

class Profiler {
 public:
  // Runs `work` and returns its time in milliseconds.
  template <typename F>
  static double Time(F work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double, std::milli> elapsed =
        std::chrono::steady_clock::now() - start;
    return elapsed.count();
  }

  void Add(NodeProfile profile) { profiles_.push_back(std::move(profile)); }
  // What was recorded since the last call.
  std::vector<NodeProfile> Take() { return std::exchange(profiles_, {}); }

 private:
  std::vector<NodeProfile> profiles_;
};

}  // namespace tfwasm
