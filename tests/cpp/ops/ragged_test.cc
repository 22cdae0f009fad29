// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {

TEST_CASE("RaggedRange") {
  const auto range = [](const Tensor& start, const Tensor& limit, const Tensor& delta) {
    return RunOpMulti("RaggedRange", {}, {start, limit, delta});
  };
  auto out = range(I32({4}, {0, 5, 8, 1}), I32({4}, {3, 5, 12, -1}), I32({4}, {1, 1, 2, -1}));
  ExpectTensor(out[0], I32({5}, {0, 3, 3, 5, 7}));
  ExpectTensor(out[1], I32({7}, {0, 1, 2, 8, 10, 1, 0}));
  out = range(F32({}, {0}), F32({2}, {1, 2}), F32({}, {0.75f}));
  ExpectTensor(out[0], I32({3}, {0, 2, 5}));
  ExpectTensor(out[1], F32({5}, {0, 0.75f, 0, 0.75f, 1.5f}));
  out = range(I32({}, {2}), I32({}, {4}), I32({}, {1}));
  ExpectTensor(out[0], I32({2}, {0, 2}));
  out = range(I32({0}, {}), I32({}, {4}), I32({}, {1}));
  ExpectTensor(out[0], I32({1}, {0}));
  ExpectTensor(out[1], I32({0}, {}));
  ExpectError(Code::kInput, [&] { range(I32({}, {0}), I32({}, {1}), I32({}, {0})); });
  ExpectError(Code::kLimit, [&] { range(F32({}, {0}), F32({}, {kInf}), F32({}, {1})); });
  ExpectError(Code::kLimit, [&] { range(I32({2}, {0, 0}), I32({}, {kIntMax}), I32({}, {1})); });
  ExpectError(Code::kShape, [&] { range(I32({2}, {0, 0}), I32({1}, {1}), I32({}, {1})); });
  ExpectError(Code::kShape, [&] { range(I32({1, 1}, {0}), I32({1}, {1}), I32({}, {1})); });
  ExpectError(Code::kDType, [&] { range(I32({}, {0}), F32({}, {1}), I32({}, {1})); });
}

TEST_CASE("RaggedGather") {
  // [[1, 2], [], [3]] and [[[1, 2], []], [[3]]]
  const Tensor values = F32({3}, {1, 2, 3});
  const auto gather = [](int rank, const std::vector<Tensor>& inputs) {
    return RunOpMulti("RaggedGather", {{"OUTPUT_RAGGED_RANK", rank}}, inputs);
  };
  auto out = gather(1, {I32({4}, {0, 2, 2, 3}), values, I32({4}, {2, 0, 1, 0})});
  ExpectTensor(out[0], I32({5}, {0, 1, 3, 3, 5}));
  ExpectTensor(out[1], F32({5}, {3, 1, 2, 1, 2}));
  out = gather(2, {I32({3}, {0, 2, 3}), I32({4}, {0, 2, 2, 3}), values, I32({3}, {1, 0, 1})});
  ExpectTensor(out[0], I32({4}, {0, 1, 3, 4}));
  ExpectTensor(out[1], I32({5}, {0, 1, 3, 3, 4}));
  ExpectTensor(out[2], F32({4}, {3, 1, 2, 3}));
  // Indices of rank 2 add a dimension. Values may have inner dimensions.
  out = gather(2, {I32({3}, {0, 1, 3}), Strings({3, 1}, {"a", "b", "c"}), I32({1, 2}, {1, 0})});
  ExpectTensor(out[0], I32({2}, {0, 2}));
  ExpectTensor(out[1], I32({3}, {0, 2, 3}));
  ExpectTensor(out[2], Strings({3, 1}, {"b", "c", "a"}));
  out = gather(0, {I32({4}, {0, 2, 2, 3}), values, I32({}, {0})});
  ExpectTensor(out[0], F32({2}, {1, 2}));
}

TEST_CASE("RaggedGather: what is refused") {
  const Tensor values = F32({3}, {1, 2, 3});
  const auto gather = [&](int rank, const Tensor& splits, const Tensor& indices) {
    RunOpMulti("RaggedGather", {{"OUTPUT_RAGGED_RANK", rank}}, {splits, values, indices});
  };
  ExpectError(Code::kInput, [&] { gather(1, I32({2}, {0, 3}), I32({1}, {1})); });
  ExpectError(Code::kInput, [&] { gather(1, I32({2}, {0, 3}), I32({1}, {-1})); });
  ExpectError(Code::kInput, [&] { gather(1, I32({2}, {0, 4}), I32({1}, {0})); });
  ExpectError(Code::kInput, [&] { gather(1, I32({2}, {2, 1}), I32({1}, {0})); });
  ExpectError(Code::kInput, [&] { gather(1, I32({2}, {-1, 1}), I32({1}, {0})); });
  ExpectError(Code::kShape, [&] { gather(1, I32({0}, {}), I32({1}, {0})); });
  ExpectError(Code::kAttr, [&] { gather(2, I32({2}, {0, 3}), I32({1}, {0})); });
  ExpectError(Code::kDType, [&] { gather(1, F32({2}, {0, 3}), I32({1}, {0})); });
}

namespace {

Tensor ToTensorOp(const Tensor& shape, const Tensor& values, const Tensor& value,
                  const std::vector<std::string>& types, const std::vector<Tensor>& partitions) {
  std::vector<Tensor> inputs = {shape, values, value};
  inputs.insert(inputs.end(), partitions.begin(), partitions.end());
  return RunOp("RaggedTensorToTensor", {{"row_partition_types", types}}, inputs);
}

}  // namespace

TEST_CASE("RaggedTensorToTensor") {
  const Tensor values = F32({5}, {1, 2, 3, 4, 5});
  const Tensor none = I32({}, {-1});
  const Tensor zero = F32({}, {0});
  const Tensor expected = F32({3, 3}, {1, 2, 3, 0, 0, 0, 4, 5, 0});
  ExpectTensor(ToTensorOp(none, values, zero, {"ROW_SPLITS"}, {I32({4}, {0, 3, 3, 5})}), expected);
  ExpectTensor(ToTensorOp(none, values, zero, {"FIRST_DIM_SIZE", "VALUE_ROWIDS"},
                          {I32({}, {3}), I32({5}, {0, 0, 0, 2, 2})}),
               expected);
  // Truncated in one dimension, padded in the other.
  ExpectTensor(
      ToTensorOp(I32({2}, {4, 2}), values, F32({}, {9}), {"ROW_SPLITS"}, {I32({4}, {0, 3, 3, 5})}),
      F32({4, 2}, {1, 2, 9, 9, 4, 5, 9, 9}));
  ExpectTensor(ToTensorOp(I32({2}, {1, -1}), values, zero, {"FIRST_DIM_SIZE", "ROW_SPLITS"},
                          {I32({}, {3}), I32({4}, {0, 3, 3, 5})}),
               F32({1, 3}, {1, 2, 3}));
  // [[[1, 2], [3]], [[4], [], [5]]]
  ExpectTensor(ToTensorOp(I32({3}, {-1, -1, -1}), values, zero, {"ROW_SPLITS", "ROW_SPLITS"},
                          {I32({3}, {0, 2, 5}), I32({6}, {0, 2, 3, 4, 4, 5})}),
               F32({2, 3, 2}, {1, 2, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0}));
  // Inner dimensions, with a default for each element.
  ExpectTensor(ToTensorOp(none, F32({2, 2}, {1, 2, 3, 4}), F32({2}, {8, 9}), {"ROW_SPLITS"},
                          {I32({3}, {0, 2, 2})}),
               F32({2, 2, 2}, {1, 2, 3, 4, 8, 9, 8, 9}));
  ExpectTensor(ToTensorOp(none, Strings({1}, {"a"}), Strings({}, {"-"}), {"ROW_SPLITS"},
                          {I32({3}, {0, 0, 1})}),
               Strings({2, 1}, {"-", "a"}));
  ExpectTensor(ToTensorOp(none, F32({0}, {}), zero, {"ROW_SPLITS"}, {I32({1}, {0})}),
               F32({0, 0}, {}));
}

TEST_CASE("RaggedTensorToTensor: what is refused") {
  const Tensor values = F32({3}, {1, 2, 3});
  const Tensor none = I32({}, {-1});
  const Tensor zero = F32({}, {0});
  const auto splits = [&](const Tensor& partition, const Tensor& shape) {
    ToTensorOp(shape, values, zero, {"ROW_SPLITS"}, {partition});
  };
  ExpectError(Code::kInput, [&] { splits(I32({2}, {0, 4}), none); });
  ExpectError(Code::kInput, [&] { splits(I32({2}, {1, 3}), none); });
  ExpectError(Code::kInput, [&] { splits(I32({3}, {0, 3, 2}), none); });
  ExpectError(Code::kInput, [&] { splits(I32({2}, {0, 3}), I32({}, {3})); });
  ExpectError(Code::kInput, [&] { splits(I32({2}, {0, 3}), I32({1}, {3})); });
  ExpectError(Code::kInput, [&] { splits(I32({2}, {0, 3}), I32({2}, {-2, 3})); });
  ExpectError(Code::kShape, [&] { splits(I32({0}, {}), none); });
  ExpectError(Code::kShape, [&] { splits(I32({}, {3}), none); });
  const auto row_ids = [&](int size, const Tensor& ids) {
    ToTensorOp(none, values, zero, {"FIRST_DIM_SIZE", "VALUE_ROWIDS"}, {I32({}, {size}), ids});
  };
  ExpectError(Code::kInput, [&] { row_ids(2, I32({3}, {0, 1, 2})); });
  ExpectError(Code::kInput, [&] { row_ids(2, I32({3}, {1, 0, 1})); });
  ExpectError(Code::kInput, [&] { row_ids(2, I32({3}, {-1, 0, 1})); });
  ExpectError(Code::kInput, [&] { row_ids(-1, I32({3}, {0, 0, 0})); });
  ExpectError(Code::kInput, [&] { row_ids(2, I32({2}, {0, 1})); });
  for (const std::vector<std::string>& types : std::vector<std::vector<std::string>>{
           {}, {"ROW_SPLIT"}, {"VALUE_ROWIDS"}, {"ROW_SPLITS", "ROW_SPLITS"}}) {
    ExpectError(Code::kAttr, [&] { ToTensorOp(none, values, zero, types, {I32({2}, {0, 3})}); });
  }
  ExpectError(Code::kDType,
              [&] { ToTensorOp(none, values, I32({}, {0}), {"ROW_SPLITS"}, {I32({2}, {0, 3})}); });
  ExpectError(Code::kShape, [&] {
    ToTensorOp(none, values, F32({2}, {0, 1}), {"ROW_SPLITS"}, {I32({2}, {0, 3})});
  });
}

}  // namespace tfwasm
