// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

namespace {

const auto Iota = [](const Shape& shape) { return MakeI32(shape, [](size_t i) { return i; }); };

using Ints = std::vector<int32_t>;

Tensor Vector(const Ints& values) { return I32({static_cast<int64_t>(values.size())}, values); }

struct Index {
  Ints begin;
  Ints end;
  Ints strides;
  int begin_mask = 0;
  int end_mask = 0;
  int ellipsis_mask = 0;
  int new_axis_mask = 0;
  int shrink_axis_mask = 0;
};

Tensor StridedSlice(const Tensor& x, const Index& index) {
  return RunOp("StridedSlice",
               {{"begin_mask", index.begin_mask},
                {"end_mask", index.end_mask},
                {"ellipsis_mask", index.ellipsis_mask},
                {"new_axis_mask", index.new_axis_mask},
                {"shrink_axis_mask", index.shrink_axis_mask}},
               {x, Vector(index.begin), Vector(index.end), Vector(index.strides)});
}

}  // namespace

TEST_CASE("StridedSlice of a vector follows Python") {
  struct Case {
    const char* python;
    Index index;
    Ints expected;
  };
  for (const Case& c :
       std::vector<Case>{{"x[1:4]", {{1}, {4}, {1}}, {1, 2, 3}},
                         {"x[::2]", {{0}, {0}, {2}, 1, 1}, {0, 2, 4}},
                         {"x[1:-1]", {{1}, {-1}, {1}}, {1, 2, 3, 4}},
                         {"x[-2:]", {{-2}, {0}, {1}, 0, 1}, {4, 5}},
                         {"x[::-1]", {{0}, {0}, {-1}, 1, 1}, {5, 4, 3, 2, 1, 0}},
                         {"x[4:0:-3]", {{4}, {0}, {-3}}, {4, 1}},
                         {"x[4::-2]", {{4}, {0}, {-2}, 0, 1}, {4, 2, 0}},
                         {"x[:2:-1]", {{0}, {2}, {-1}, 1, 0}, {5, 4, 3}},
                         {"x[2:100]", {{2}, {100}, {1}}, {2, 3, 4, 5}},
                         {"x[-100:2]", {{-100}, {2}, {1}}, {0, 1}},
                         {"x[100:-100:-4]", {{100}, {-100}, {-4}}, {5, 1}},
                         {"x[4:2]", {{4}, {2}, {1}}, {}},
                         {"x[2:4:-1]", {{2}, {4}, {-1}}, {}},
                         {"x[9:]", {{9}, {0}, {1}, 0, 1}, {}},
                         {"extreme bounds", {{kIntMin}, {kIntMax}, {kIntMax}}, {0}},
                         {"extreme bounds backwards", {{kIntMax}, {kIntMin}, {kIntMin}}, {5}}}) {
    CAPTURE(c.python);
    ExpectTensor(StridedSlice(Iota({6}), c.index), Vector(c.expected));
  }
}

TEST_CASE("StridedSlice with ellipsis, new axes and single indices") {
  const Tensor x = Iota({2, 3, 4});
  struct Case {
    const char* python;
    Index index;
    Tensor expected;
  };
  for (const Case& c : std::vector<Case>{
           {"x[1]",
            {{1}, {2}, {1}, 0, 0, 0, 0, 1},
            MakeI32({3, 4}, [](size_t i) { return i + 12; })},
           {"x[-1, 2, 3]", {{-1, 2, 3}, {0, 3, 4}, {1, 1, 1}, 0, 0, 0, 0, 7}, I32({}, {23})},
           {"x[..., 0]",
            {{0, 0}, {0, 1}, {1, 1}, 0, 0, 1, 0, 2},
            I32({2, 3}, {0, 4, 8, 12, 16, 20})},
           {"x[0, ..., 1:3]",
            {{0, 0, 1}, {1, 0, 3}, {1, 1, 1}, 0, 0, 2, 0, 1},
            I32({3, 2}, {1, 2, 5, 6, 9, 10})},
           {"x[newaxis, 1, :, 3]",
            {{0, 1, 0, 3}, {0, 2, 0, 4}, {1, 1, 1, 1}, 4, 4, 0, 1, 10},
            I32({1, 3}, {15, 19, 23})},
           {"x[1, 2, ..., newaxis]",
            {{1, 2, 0, 0}, {2, 3, 0, 0}, {1, 1, 1, 1}, 0, 0, 4, 8, 3},
            I32({4, 1}, {20, 21, 22, 23})},
           {"x[...] of a full index",
            {{0, 0, 0, 0}, {0, 1, 1, 1}, {1, 1, 1, 1}, 0, 0, 1, 0, 14},
            I32({}, {0})},
           {"x[::-1, 1:2, ::-3]",
            {{0, 1, 0}, {0, 2, 0}, {-1, 1, -3}, 5, 5},
            I32({2, 1, 2}, {19, 16, 7, 4})},
           {"x[...]", {{0}, {0}, {1}, 0, 0, 1}, x},
           {"x", {{}, {}, {}}, x}}) {
    CAPTURE(c.python);
    ExpectTensor(StridedSlice(x, c.index), c.expected);
  }
}

TEST_CASE("a new axis takes precedence over a single index, an ellipsis over both") {
  const Tensor x = Iota({2});
  ExpectTensor(StridedSlice(x, {{9}, {9}, {1}, 0, 0, 0, 1, 1}), Iota({1, 2}));
  ExpectTensor(StridedSlice(x, {{9}, {9}, {1}, 0, 0, 1, 1, 1}), x);
}

TEST_CASE("StridedSlice of every dtype") {
  const Index backwards = {{0}, {0}, {-1}, 1, 1};
  ExpectTensor(StridedSlice(F32({2}, {1, kNan}), backwards), F32({2}, {kNan, 1}));
  ExpectTensor(StridedSlice(Bool({2}, {1, 0}), backwards), Bool({2}, {0, 1}));
  ExpectTensor(StridedSlice(Strings({2}, {"a", "b"}), backwards), Strings({2}, {"b", "a"}));
  ExpectTensor(StridedSlice(C64({2}, {{1, 2}, {3, 4}}), backwards), C64({2}, {{3, 4}, {1, 2}}));
}

// Every range of a plane, compared with plain loops.
TEST_CASE("StridedSlice of a plane, all steps") {
  const int32_t rows = 5;
  const int32_t columns = 7;
  const Tensor x = Iota({rows, columns});
  for (const int32_t row_step : {-3, -1, 1, 2}) {
    for (const int32_t column_step : {-2, -1, 1, 4}) {
      const Index all = {{0, 0}, {0, 0}, {row_step, column_step}, 3, 3};
      Ints expected;
      int64_t height = 0;
      for (int32_t r = row_step > 0 ? 0 : rows - 1; r >= 0 && r < rows; r += row_step, ++height) {
        for (int32_t c = column_step > 0 ? 0 : columns - 1; c >= 0 && c < columns;
             c += column_step) {
          expected.push_back(r * columns + c);
        }
      }
      const int64_t width = static_cast<int64_t>(expected.size()) / height;
      ExpectTensor(StridedSlice(x, all), I32({height, width}, expected));
    }
  }
}

TEST_CASE("StridedSlice refuses bad indices") {
  const Tensor x = Iota({2, 3});
  const Ints many(18, 0);
  struct Case {
    Code code;
    Index index;
  };
  for (const Case& c : std::vector<Case>{
           {Code::kShape, {{2}, {3}, {1}, 0, 0, 0, 0, 1}},
           {Code::kShape, {{-3}, {3}, {1}, 0, 0, 0, 0, 1}},
           {Code::kShape, {{0}, {1}, {0}}},
           {Code::kShape, {{1}, {0}, {-1}, 0, 0, 0, 0, 1}},
           {Code::kShape, {{0, 0, 0}, {1, 1, 1}, {1, 1, 1}}},
           {Code::kShape, {{0, 0}, {1}, {1, 1}}},
           {Code::kShape, {{0, 0}, {0, 0}, {1, 1}, 0, 0, 3}},
           {Code::kShape,
            {{0, 0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 0, 0}, {1, 1, 1, 1, 1, 1, 1}, 0, 0, 0, 127}},
           {Code::kLimit, {many, many, many, 0, 0, 0, -1}}}) {
    ExpectError(c.code, [&] { StridedSlice(x, c.index); });
  }
}

}  // namespace tfwasm
