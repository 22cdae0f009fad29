// SPDX-License-Identifier: Apache-2.0
#include "ops/op_test.h"

namespace tfwasm {
namespace {

const Tensor kFlow = F32({}, {1});

Tensor Array(int size, TestAttrs attrs = {}) {
  attrs.push_back({"dtype", DType::kFloat32});
  const auto out = Evaluate(TestNode("TensorArrayV3", attrs), {I32({}, {size})});
  ExpectTensor(out[1], kFlow);
  return out[0];
}
void Write(const Tensor& array, int index, const Tensor& value) {
  ExpectTensor(
      Evaluate(TestNode("TensorArrayWriteV3", {}), {array, I32({}, {index}), value, kFlow})[0],
      kFlow);
}
std::vector<Tensor> Read(std::string_view op, const std::vector<Tensor>& inputs) {
  return Evaluate(TestNode(op, {{"dtype", DType::kFloat32}}), inputs);
}
Tensor ReadAt(const Tensor& array, int index) {
  return Read("TensorArrayReadV3", {array, I32({}, {index}), kFlow})[0];
}

TEST_CASE("a TensorArray gives back what was written, once") {
  const Tensor array = Array(2);
  Write(array, 1, F32({2}, {3, 4}));
  ExpectTensor(ReadAt(array, 1), F32({2}, {3, 4}));
  ExpectError(Code::kInput, [&] { ReadAt(array, 1); });
  ExpectError(Code::kInput, [&] { ReadAt(array, 0); });
  const Tensor kept = Array(1, {{"clear_after_read", false}});
  Write(kept, 0, F32({}, {5}));
  ReadAt(kept, 0);
  ExpectTensor(ReadAt(kept, 0), F32({}, {5}));
  ExpectError(Code::kInput, [&] { Write(kept, 0, F32({}, {6})); });
}

TEST_CASE("elements are written once, in range, and of the right shape and dtype") {
  const Tensor array = Array(2, {{"element_shape", Shape({2})}});
  Write(array, 0, F32({2}, {1, 2}));
  ExpectError(Code::kInput, [&] { Write(array, 0, F32({2}, {1, 2})); });
  ExpectError(Code::kInput, [&] { Write(array, 2, F32({2}, {1, 2})); });
  ExpectError(Code::kInput, [&] { Write(array, -1, F32({2}, {1, 2})); });
  ExpectError(Code::kShape, [&] { Write(array, 1, F32({3}, {1, 2, 3})); });
  ExpectError(Code::kDType, [&] { Write(array, 1, I32({2}, {1, 2})); });
  ExpectTensor(ReadAt(array, 1), F32({2}, {0, 0}));
  const Tensor identical = Array(2, {{"identical_element_shapes", true}});
  Write(identical, 0, F32({1}, {1}));
  ExpectError(Code::kShape, [&] { Write(identical, 1, F32({2}, {1, 2})); });
  ExpectError(Code::kInput, [] { Array(-1); });
  ExpectError(Code::kLimit, [] { Array(kIntMax); });
  ExpectError(Code::kDType, [] {
    Evaluate(TestNode("TensorArrayV3", {{"dtype", DType::kResource}}), {I32({}, {1})});
  });
}

TEST_CASE("a dynamic TensorArray grows") {
  const Tensor array = Array(0, {{"dynamic_size", true}});
  Write(array, 3, F32({}, {1}));
  ExpectTensor(Read("TensorArraySizeV3", {array, kFlow})[0], I32({}, {4}));
  ExpectError(Code::kLimit, [&] { Write(array, kIntMax, F32({}, {1})); });
}

TEST_CASE("Scatter and Gather, Split and Concat move many elements") {
  const Tensor x = F32({3, 2}, {1, 2, 3, 4, 5, 6});
  const Tensor array = Array(3);
  Read("TensorArrayScatterV3", {array, I32({3}, {2, 0, 1}), x, kFlow});
  ExpectTensor(Read("TensorArrayGatherV3", {array, I32({2}, {0, 2}), kFlow})[0],
               F32({2, 2}, {3, 4, 1, 2}));
  const Tensor parts = Array(2);
  Read("TensorArraySplitV3", {parts, x, I32({2}, {2, 1}), kFlow});
  const auto joined = Read("TensorArrayConcatV3", {parts, kFlow});
  ExpectTensor(joined[0], x);
  ExpectTensor(joined[1], I32({2}, {2, 1}));
  ExpectError(Code::kShape,
              [&] { Read("TensorArrayScatterV3", {Array(3), I32({2}, {0, 1}), x, kFlow}); });
  ExpectError(Code::kInput,
              [&] { Read("TensorArraySplitV3", {Array(3), x, I32({2}, {2, 1}), kFlow}); });
  ExpectTensor(Read("TensorArrayGatherV3",
                    {Array(0, {{"element_shape", Shape({4})}}), I32({0}, {}), kFlow})[0],
               F32({0, 4}, {}));
  ExpectError(Code::kShape, [] { Read("TensorArrayGatherV3", {Array(0), I32({0}, {}), kFlow}); });
}

TEST_CASE("a closed TensorArray is of no use") {
  const Tensor array = Array(1);
  CHECK(Evaluate(TestNode("TensorArrayCloseV3", {}), {array}).empty());
  ExpectError(Code::kInput, [&] { Write(array, 0, F32({}, {1})); });
  ExpectError(Code::kInput, [&] { Read("TensorArraySizeV3", {array, kFlow}); });
  ExpectError(Code::kDType, [] { ReadAt(F32({}, {1}), 0); });
}

}  // namespace
}  // namespace tfwasm
