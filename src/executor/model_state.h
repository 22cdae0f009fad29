// SPDX-License-Identifier: Apache-2.0
// Shared by all programs of a model: library functions, memory, named resources.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "executor/profiler.h"
#include "executor/program.h"
#include "graph/model_def.h"
#include "ops/environment.h"

namespace tfwasm {

// One block of memory, used by one plan at a time.
class Arena {
 public:
  // Returns at least `bytes` bytes. The previous content may be lost. Throws E_OOM.
  void* Reserve(uint64_t bytes);

 private:
  std::shared_ptr<Buffer> buffer_;
};

// Objects by name. They live as long as the model.
using ResourceMap = std::map<std::string, ObjectPtr, std::less<>>;

// How far a run is, between the parts of a run that pauses.
struct RunProgress {
  uint64_t iterations = 0;  // see CountIteration
  uint64_t iteration_limit = std::numeric_limits<uint64_t>::max();
  std::optional<std::vector<Tensor>> paused_loop = std::nullopt;  // the variables of that loop
};

class ModelState : public Environment {
 public:
  // The limit for nested calls, since each level uses stack.
  static constexpr int kMostNestedCalls = 64;

  explicit ModelState(FunctionMap functions = {},
                      std::shared_ptr<ResourceMap> resources = std::make_shared<ResourceMap>())
      : functions_(std::move(functions)), resources_(std::move(resources)) {}

  std::vector<Tensor> Call(std::string_view function, std::vector<Tensor> arguments) override;
  std::optional<std::vector<TensorSpec>> InferCall(
      std::string_view function, const std::vector<TensorSpec>& arguments) override;
  void CountIteration() override;
  bool ShouldPause() override;
  [[noreturn]] void PauseLoop(std::vector<Tensor> variables) override;
  std::optional<std::vector<Tensor>> TakePausedLoop() override;
  ObjectPtr& Resource(std::string_view name) override;

  FunctionMap& functions() { return functions_; }
  const std::shared_ptr<ResourceMap>& resources() const { return resources_; }

  // Makes a run the current one. Its loops pause after the time `pause_at` (clock.h).
  void EnterRun(RunProgress progress, double pause_at = std::numeric_limits<double>::infinity()) {
    progress_ = std::move(progress);
    pause_at_ = pause_at;
  }
  RunProgress LeaveRun() { return std::exchange(progress_, {}); }

  // Whether products may be computed with int8. Set before any program is compiled.
  bool with_int8() const { return with_int8_; }
  void set_with_int8(bool with_int8) { with_int8_ = with_int8; }

  // While set, every run records the times of its nodes.
  Profiler* profiler() { return profiler_; }
  void set_profiler(Profiler* profiler) { profiler_ = profiler; }

  // Enters a nested call. Throws E_LIMIT if there are too many.
  class Nesting {
   public:
    explicit Nesting(ModelState& model);
    ~Nesting() { --model_.depth_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;

   private:
    ModelState& model_;
  };
  // The arena for the current call depth.
  void* ReserveArena(uint64_t bytes) { return arenas_[static_cast<size_t>(depth_)].Reserve(bytes); }

 private:
  Program& ProgramOf(std::string_view function);

  FunctionMap functions_;
  std::shared_ptr<ResourceMap> resources_;
  std::map<std::string, std::unique_ptr<Program>, std::less<>> programs_;  // by function
  Arena arenas_[kMostNestedCalls + 1];
  int depth_ = 0;
  RunProgress progress_;  // of the current run
  double pause_at_ = std::numeric_limits<double>::infinity();
  Profiler* profiler_ = nullptr;
  bool with_int8_ = false;
};

}  // namespace tfwasm
