// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>

#include "ops/op_test.h"

namespace tfwasm {
namespace {

constexpr const char* kFloatOps[] = {"Sum", "Mean", "Prod", "Max", "Min", "EuclideanNorm"};

// By definition, in double.
double ReduceAll(std::string_view op, const std::vector<double>& x) {
  double sum = 0;
  double squares = 0;
  double product = 1;
  for (const double value : x) {
    sum += value;
    squares += value * value;
    product *= value;
  }
  if (op == "Sum") return sum;
  if (op == "Mean") return sum / static_cast<double>(x.size());
  if (op == "Prod") return product;
  if (op == "EuclideanNorm") return std::sqrt(squares);
  if (op == "Max") return *std::max_element(x.begin(), x.end());
  return *std::min_element(x.begin(), x.end());
}

struct Groups {
  Shape shape;                                // of the result, without the reduced axes
  std::vector<std::vector<double>> elements;  // of the input, for each element of the result
};

Groups GroupElements(const Tensor& in, const std::vector<int>& axes) {
  Groups groups;
  const auto is_reduced = [&](int axis) {
    return std::find(axes.begin(), axes.end(), axis) != axes.end();
  };
  for (int axis = 0; axis < in.shape().rank(); ++axis) {
    if (!is_reduced(axis)) groups.shape.Append(in.shape()[axis]);
  }
  groups.elements.resize(static_cast<size_t>(groups.shape.NumElements()));
  const auto x = in.values<float>();
  for (size_t i = 0; i < x.size(); ++i) {
    auto rest = static_cast<int64_t>(i);
    int64_t target = 0;
    int64_t stride = 1;
    for (int axis = in.shape().rank() - 1; axis >= 0; --axis) {
      if (!is_reduced(axis)) {
        target += rest % in.shape()[axis] * stride;
        stride *= in.shape()[axis];
      }
      rest /= in.shape()[axis];
    }
    groups.elements[static_cast<size_t>(target)].push_back(static_cast<double>(x[i]));
  }
  return groups;
}

TEST_CASE("reductions follow their definition for every kind of axes") {
  const std::pair<Shape, std::vector<int>> cases[] = {
      {{5}, {0}},
      {{100}, {0}},
      {{3, 4}, {0}},
      {{3, 4}, {1}},
      {{3, 4}, {0, 1}},
      {{70, 40}, {0}},
      {{70, 40}, {1}},
      {{2, 7, 7, 20}, {1, 2}},
      {{2, 7, 7, 20}, {0, 2}},
      {{2, 7, 7, 20}, {0, 3}},
      {{2, 7, 7, 20}, {1, 3}},
      {{2, 3, 4, 5, 6}, {0, 2, 4}},
      {{2, 3, 4, 5, 6}, {1, 3}},
      {{2, 3, 2, 2, 2, 3, 2, 2}, {0, 2, 4, 6}},
      {{2, 3, 2, 2, 2, 3, 2, 2}, {1, 3, 5, 7}},
      {{1, 5, 1}, {0, 2}},
      {{1, 1}, {0, 1}},
      {{2, 3}, {}},
  };
  for (const auto& [shape, axes] : cases) {
    CAPTURE(shape.ToString());
    const Tensor in = MakeF32(shape, [](size_t i) {
      return 0.9 + 0.01 * static_cast<double>(i * 7919 % 31) - (i % 3 == 0 ? 2 : 0);
    });
    const Groups groups = GroupElements(in, axes);
    const Tensor axes_input = I32({static_cast<int64_t>(axes.size())}, {axes.begin(), axes.end()});
    for (const char* op : kFloatOps) {
      CAPTURE(op);
      const Tensor expected =
          MakeF32(groups.shape, [&](size_t i) { return ReduceAll(op, groups.elements[i]); });
      ExpectTensor(RunOp(op, {}, {in, axes_input}), expected, 2e-6f);
    }
  }
}

TEST_CASE("axes: negative, scalar, kept") {
  const Tensor in = F32({2, 3}, {1, 2, 3, 4, 5, 6});
  ExpectTensor(RunOp("Sum", {}, {in, I32({}, {-1})}), F32({2}, {6, 15}));
  ExpectTensor(RunOp("Sum", {{"keep_dims", true}}, {in, I32({1}, {0})}), F32({1, 3}, {5, 7, 9}));
  ExpectTensor(RunOp("Max", {{"keep_dims", true}}, {in, I32({2}, {1, 0})}), F32({1, 1}, {6}));
  ExpectTensor(RunOp("Sum", {}, {F32({}, {7}), I32({0}, {})}), F32({}, {7}));
  ExpectTensor(RunOp("EuclideanNorm", {}, {F32({2}, {-3, 4}), I32({0}, {})}), F32({2}, {3, 4}));
}

TEST_CASE("sums of many floats stay precise") {
  const int64_t count = 1 << 22;
  const Tensor in = MakeF32({count}, [](size_t) { return 0.1f; });
  ExpectTensor(RunOp("Sum", {}, {in, I32({}, {0})}), F32({}, {419430.406f}), 2e-7f);
  ExpectTensor(RunOp("Mean", {}, {in, I32({}, {0})}), F32({}, {0.1f}), 2e-7f);
  ExpectTensor(RunOp("Sum", {}, {in.Reshaped({count / 2, 2}), I32({}, {0})}),
               F32({2}, {209715.203f, 209715.203f}), 2e-7f);
}

TEST_CASE("integers") {
  const Tensor in = I32({2, 3}, {1, -7, 3, kIntMax, 1, 0});
  const Tensor last = I32({}, {1});
  ExpectTensor(RunOp("Sum", {}, {in, last}), I32({2}, {-3, kIntMin}));
  ExpectTensor(RunOp("Mean", {}, {in, last}), I32({2}, {-1, kIntMin / 3}));
  ExpectTensor(RunOp("Prod", {}, {in, last}), I32({2}, {-21, 0}));
  ExpectTensor(RunOp("Max", {}, {in, last}), I32({2}, {3, kIntMax}));
  ExpectTensor(RunOp("Min", {}, {in, last}), I32({2}, {-7, 0}));
  const Tensor many = MakeI32({40, 50}, [](size_t i) { return i; });
  ExpectTensor(RunOp("Sum", {}, {many, I32({2}, {0, 1})}), I32({}, {1999000}));
}

TEST_CASE("bool") {
  const Tensor in = Bool({2, 2}, {0, 1, 1, 1});
  ExpectTensor(RunOp("All", {}, {in, I32({}, {1})}), Bool({2}, {0, 1}));
  ExpectTensor(RunOp("Any", {}, {in, I32({}, {0})}), Bool({2}, {1, 1}));
  ExpectTensor(RunOp("All", {}, {in, I32({2}, {0, 1})}), Bool({}, {0}));
  Tensor many(DType::kBool, {1000});
  std::fill_n(many.mutable_values<uint8_t>().begin(), 1000, uint8_t{0});
  ExpectTensor(RunOp("Any", {}, {many, I32({}, {0})}), Bool({}, {0}));
  many.mutable_values<uint8_t>()[999] = 2;
  ExpectTensor(RunOp("Any", {}, {many, I32({}, {0})}), Bool({}, {1}));
}

TEST_CASE("over nothing") {
  const Tensor in = F32({0, 2}, {});
  const Tensor first = I32({}, {0});
  ExpectTensor(RunOp("Sum", {}, {in, first}), F32({2}, {0, 0}));
  ExpectTensor(RunOp("Mean", {}, {in, first}), F32({2}, {kNan, kNan}));
  ExpectTensor(RunOp("Prod", {}, {in, first}), F32({2}, {1, 1}));
  ExpectTensor(RunOp("Max", {}, {in, first}), F32({2}, {-kInf, -kInf}));
  ExpectTensor(RunOp("Min", {}, {in, I32({2}, {0, 1})}), F32({}, {kInf}));
  ExpectTensor(RunOp("Sum", {}, {in, I32({}, {1})}), F32({0}, {}));
  ExpectTensor(RunOp("Sum", {}, {F32({2, 0, 3}, {}), I32({2}, {0, 1})}), F32({3}, {0, 0, 0}));
  ExpectTensor(RunOp("Sum", {}, {F32({0, 5, 4}, {}), I32({2}, {0, 2})}), F32({5}, {0, 0, 0, 0, 0}));
  ExpectTensor(RunOp("Mean", {}, {I32({0}, {}), first}), I32({}, {0}));
  ExpectTensor(RunOp("Max", {}, {I32({0}, {}), first}), I32({}, {kIntMin}));
  ExpectTensor(RunOp("All", {}, {Bool({0}, {}), first}), Bool({}, {1}));
  ExpectTensor(RunOp("Any", {}, {Bool({0}, {}), first}), Bool({}, {0}));
}

TEST_CASE("NaN and infinities") {
  const Tensor axis = I32({}, {0});
  for (const char* op : kFloatOps) {
    CAPTURE(op);
    for (const size_t where : {0u, 15u, 16u, 40u, 99u}) {
      const Tensor in = MakeF32({100}, [&](size_t i) { return i == where ? kNan : 1.0f; });
      ExpectTensor(RunOp(op, {}, {in, axis}), F32({}, {kNan}));
    }
  }
  ExpectTensor(RunOp("Max", {}, {F32({2}, {-kInf, -kInf}), axis}), F32({}, {-kInf}));
  ExpectTensor(RunOp("Sum", {}, {F32({2}, {kInf, -kInf}), axis}), F32({}, {kNan}));
  ExpectTensor(RunOp("Sum", {}, {F32({2}, {3e38f, 3e38f}), axis}), F32({}, {kInf}));
}

TEST_CASE("sums and means of complex numbers are those of their parts") {
  const Tensor in = C64({2, 2}, {{1, 2}, {3, 4}, {5, 6}, {7, 8}});
  ExpectTensor(RunOp("Sum", {}, {in, I32({}, {0})}), C64({2}, {{6, 8}, {10, 12}}));
  ExpectTensor(RunOp("Sum", {{"keep_dims", true}}, {in, I32({}, {-1})}),
               C64({2, 1}, {{4, 6}, {12, 14}}));
  ExpectTensor(RunOp("Mean", {}, {in, I32({2}, {0, 1})}), C64({}, {{4, 5}}));
  ExpectError(Code::kDType, [&] { RunOp("Max", {}, {in, I32({}, {0})}); });
  const Tensor widest(DType::kComplex64, {1, 1, 1, 1, 1, 1, 1, 1});
  ExpectError(Code::kShape, [&] { RunOp("Sum", {}, {widest, I32({}, {0})}); });
}

TEST_CASE("reductions that make no sense are refused") {
  const Tensor in = F32({2, 2}, {1, 2, 3, 4});
  ExpectError(Code::kShape, [&] { RunOp("Sum", {}, {in, I32({}, {2})}); });
  ExpectError(Code::kShape, [&] { RunOp("Sum", {}, {in, I32({2}, {0, -2})}); });
  ExpectError(Code::kShape, [&] { RunOp("Sum", {}, {in, I32({1, 1}, {0})}); });
  ExpectError(Code::kDType, [&] { RunOp("Sum", {}, {in, F32({}, {0})}); });
  ExpectError(Code::kDType, [&] { RunOp("All", {}, {in, I32({}, {0})}); });
  ExpectError(Code::kDType, [&] { RunOp("Sum", {}, {Bool({1}, {1}), I32({}, {0})}); });
  ExpectError(Code::kDType, [&] { RunOp("Max", {}, {Strings({1}, {"a"}), I32({}, {0})}); });
  ExpectError(Code::kDType, [&] { RunOp("EuclideanNorm", {}, {I32({1}, {1}), I32({}, {0})}); });
}

}  // namespace
}  // namespace tfwasm
