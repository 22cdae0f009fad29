// SPDX-License-Identifier: Apache-2.0
// A program caches plans by input shapes and keeps the eight most recently used.
#include <doctest/doctest.h>

#include "executor/model_builder.h"
#include "ops/infer.h"

namespace tfwasm {
namespace {

int kernels_made = 0;
int kernels_alive = 0;

// Doubles its input, and counts instances.
class CountedKernel : public Kernel {
 public:
  explicit CountedKernel(int64_t size) : size_(size) {
    ++kernels_made;
    ++kernels_alive;
  }
  ~CountedKernel() override { --kernels_alive; }
  void Run(RunContext& run) override {
    for (int64_t i = 0; i < size_; ++i) run.out<float>(0)[i] = 2 * run.in<float>(0)[i];
  }

 private:
  int64_t size_;
};

TFWASM_OP kCountedOp{.name = "TestCounted",
                     .infer = InferLikeInput,
                     .kernel = [](const KernelContext& context) -> std::unique_ptr<Kernel> {
                       return std::make_unique<CountedKernel>(context.shape(0).NumElements());
                     },
                     .is_stateful = true};

constexpr int kMostPlans = 8;

TEST_CASE("of more than eight shapes the plans used last are kept") {
  ModelBuilder b;
  b.Output("y", b.Op("y", "TestCounted", {b.Input("x")}));
  kernels_made = 0;
  {
    Session session(std::move(b.model));
    // The number of kernels created by a run with this many elements.
    const auto made_by = [&](int64_t size) {
      const int before = kernels_made;
      const Tensor x = TestRandom(7).Floats({size});
      const Tensor y = RunSession(session, {"x"}, {x}, {"y"})[0];
      ExpectTensor(y, MakeF32({size}, [&](size_t i) { return 2 * x.values<float>()[i]; }), 0);
      return kernels_made - before;
    };
    for (int size = 1; size <= 20; ++size) {
      CAPTURE(size);
      CHECK(made_by(size) == 1);
      CHECK(kernels_alive == std::min(size, kMostPlans));
    }
    for (int size = 20; size > 20 - kMostPlans; --size) CHECK(made_by(size) == 0);
    // 20 is the least recently used. It is used again, so 19 is evicted instead.
    CHECK(made_by(20) == 0);
    CHECK(made_by(5) == 1);
    CHECK(made_by(20) == 0);
    CHECK(made_by(19) == 1);
    CHECK(kernels_alive == kMostPlans);
    // Plans depend on rank and dimensions, not only on the number of elements.
    const auto run = [&](const Tensor& x) { return RunSession(session, {"x"}, {x}, {"y"})[0]; };
    ExpectTensor(run(F32({1, 2}, {1, 2})), F32({1, 2}, {2, 4}));
    ExpectTensor(run(F32({2, 1}, {1, 2})), F32({2, 1}, {2, 4}));
    CHECK(kernels_alive == kMostPlans);
  }
  CHECK(kernels_alive == 0);
}

// grow(x) = x has fewer than 20 elements ? grow(concat(x, [1])) : 2 * x
TEST_CASE("plans that are running stay, however many there are") {
  ModelBuilder b;
  b.Function("grow", [](BodyBuilder& f) {
    const Edge x = f.Input("x");
    const Edge size = f.Op("size", "Size", {x});
    const Edge small = f.Op("small", "Less", {size, f.Const("most", I32({}, {20}))});
    f.Output("y", f.Op("if", "If", {small, x},
                       {{"then_branch", FunctionAttr("longer")},
                        {"else_branch", FunctionAttr("twice")},
                        {"Tout", TypesAttr(1)}}));
  });
  b.Function("longer", [](BodyBuilder& f) {
    const Edge one = f.Const("one", F32({1}, {1}));
    const Edge longer =
        f.Op("concat", "ConcatV2", {f.Input("x"), one, f.Const("axis", I32({}, {0}))});
    f.Output("y", f.Op("again", "PartitionedCall", {longer},
                       {{"f", FunctionAttr("grow")}, {"Tout", TypesAttr(1)}}));
  });
  b.Function("twice",
             [](BodyBuilder& f) { f.Output("y", f.Op("y", "TestCounted", {f.Input("x")})); });
  b.Output("y", b.Op("y", "PartitionedCall", {b.Input("x")},
                     {{"f", FunctionAttr("grow")}, {"Tout", TypesAttr(1)}}));
  {
    Session session(std::move(b.model));
    for (const int64_t size : {1, 5, 1, 19}) {
      const Tensor y =
          RunSession(session, {"x"}, {MakeF32({size}, [](size_t) { return 1; })}, {"y"})[0];
      ExpectTensor(y, MakeF32({20}, [](size_t) { return 2; }), 0);
    }
  }
  CHECK(kernels_alive == 0);
}

}  // namespace
}  // namespace tfwasm
