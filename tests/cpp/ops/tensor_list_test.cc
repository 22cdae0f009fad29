// SPDX-License-Identifier: Apache-2.0
#include "ops/tensor_list.h"

#include "ops/handles.h"
#include "ops/op_test.h"

namespace tfwasm {
namespace {

const TestAttrs kFloats = {{"element_dtype", DType::kFloat32}};

Tensor Run(std::string_view op, const std::vector<Tensor>& inputs,
           const TestAttrs& attrs = kFloats) {
  return Evaluate(TestNode(op, attrs), inputs)[0];
}
Tensor Reserve(int size) { return Run("TensorListReserve", {I32({1}, {2}), I32({}, {size})}); }
Tensor Empty(int most = -1) { return Run("EmptyTensorList", {I32({}, {-1}), I32({}, {most})}); }
Tensor Push(const Tensor& list, float value) {
  return Run("TensorListPushBack", {list, F32({}, {value})});
}
Tensor Stack(const Tensor& list, const Tensor& shape) {
  return Run("TensorListStack", {list, shape});
}
int Length(const Tensor& list) { return Run("TensorListLength", {list}).values<int32_t>()[0]; }

TEST_CASE("a TensorList is a value: changing it leaves the old list as it was") {
  const Tensor empty = Empty();
  const Tensor one = Push(empty, 1);
  const Tensor two = Push(one, 2);
  const Tensor other = Push(one, 7);
  CHECK(Length(empty) == 0);
  ExpectTensor(Stack(two, I32({0}, {})), F32({2}, {1, 2}));
  ExpectTensor(Stack(other, I32({0}, {})), F32({2}, {1, 7}));
  const Tensor set = Run("TensorListSetItem", {two, I32({}, {0}), F32({}, {9})});
  ExpectTensor(Stack(set, I32({}, {-1})), F32({2}, {9, 2}));
  ExpectTensor(Stack(two, I32({}, {-1})), F32({2}, {1, 2}));
}

TEST_CASE("elements that were never set are zeros of the known shape") {
  const Tensor list = Reserve(3);
  const Tensor set = Run("TensorListSetItem", {list, I32({}, {1}), F32({2}, {3, 4})});
  ExpectTensor(Stack(set, I32({1}, {2})), F32({3, 2}, {0, 0, 3, 4, 0, 0}));
  ExpectTensor(Run("TensorListGetItem", {set, I32({}, {2}), I32({1}, {2})}), F32({2}, {0, 0}));
  const Tensor unknown = Run("TensorListReserve", {I32({}, {-1}), I32({}, {2})});
  ExpectTensor(Run("TensorListGetItem", {unknown, I32({}, {0}), I32({1}, {2})}), F32({2}, {0, 0}));
  ExpectError(Code::kShape, [&] { Stack(unknown, I32({}, {-1})); });
}

TEST_CASE("PopBack returns the shorter list and the last element") {
  const Tensor list = Push(Push(Empty(), 1), 2);
  const auto out = Evaluate(TestNode("TensorListPopBack", kFloats), {list, I32({0}, {})});
  CHECK(Length(out[0]) == 1);
  ExpectTensor(out[1], F32({}, {2}));
  ExpectTensor(Stack(Push(out[0], 5), I32({0}, {})), F32({2}, {1, 5}));
  ExpectError(Code::kInput, [&] { Run("TensorListPopBack", {Empty(), I32({0}, {})}); });
}

TEST_CASE("lists are made from tensors and back") {
  const Tensor x = F32({3, 2}, {1, 2, 3, 4, 5, 6});
  const Tensor list = Run("TensorListFromTensor", {x, I32({1}, {2})});
  ExpectTensor(Stack(list, I32({1}, {-1})), x);
  ExpectTensor(Run("TensorListGather", {list, I32({2}, {2, 0}), I32({1}, {2})}),
               F32({2, 2}, {5, 6, 1, 2}));
  const Tensor scattered =
      Run("TensorListScatterV2", {x, I32({3}, {2, 0, 4}), I32({1}, {2}), I32({}, {-1})});
  ExpectTensor(Stack(scattered, I32({1}, {2})), F32({5, 2}, {3, 4, 0, 0, 1, 2, 0, 0, 5, 6}));
  CHECK(Length(Run("TensorListScatter", {x, I32({3}, {2, 0, 1}), I32({1}, {2})})) == 3);
  const Tensor split = Run("TensorListSplit", {x, I32({1}, {2}), I32({2}, {1, 2})});
  const auto joined =
      Evaluate(TestNode("TensorListConcatV2", kFloats), {split, I32({2}, {-1, 2}), I32({0}, {})});
  ExpectTensor(joined[0], x);
  ExpectTensor(joined[1], I32({2}, {1, 2}));
  ExpectTensor(Stack(Run("TensorListFromTensor", {F32({0, 2}, {}), I32({1}, {2})}), I32({1}, {2})),
               F32({0, 2}, {}));
}

TEST_CASE("Resize drops and adds elements") {
  Tensor list = Empty();
  for (int i = 0; i < 100; ++i) list = Push(list, static_cast<float>(i));
  const Tensor shorter = Run("TensorListResize", {list, I32({}, {2})});
  CHECK(Length(list) == 100);
  ExpectTensor(Stack(shorter, I32({0}, {})), F32({2}, {0, 1}));
  const Tensor longer = Run("TensorListResize", {shorter, I32({}, {4})});
  ExpectTensor(Stack(longer, I32({0}, {})), F32({4}, {0, 1, 0, 0}));
}

TEST_CASE("long lists keep every element") {
  Tensor list = Reserve(40000);
  for (int i = 0; i < 40000; i += 7) {
    list = Run("TensorListSetItem", {list, I32({}, {i}), F32({2}, {static_cast<float>(i), 1})});
  }
  const Tensor stacked = Stack(list, I32({1}, {2}));
  bool right = true;
  for (int i = 0; i < 40000; ++i) {
    const float expected = i % 7 == 0 ? static_cast<float>(i) : 0;
    right &= stacked.values<float>()[static_cast<size_t>(2 * i)] == expected;
  }
  CHECK(right);
}

TEST_CASE("pushing costs as much as what is pushed") {
  const size_t before = Buffer::live_bytes();
  Tensor list = Empty();
  for (int i = 0; i < 1000; ++i) list = Push(list, 1);
  CHECK(Buffer::live_bytes() - before < 1000 * 64);
}

TEST_CASE("lists may hold lists") {
  const TestAttrs lists = {{"element_dtype", DType::kVariant}};
  Tensor outer = Run("EmptyTensorList", {I32({0}, {}), I32({}, {-1})}, lists);
  outer = Run("TensorListPushBack", {outer, Push(Empty(), 3)}, lists);
  const Tensor inner = Run("TensorListGetItem", {outer, I32({}, {0}), I32({0}, {})}, lists);
  ExpectTensor(Stack(inner, I32({0}, {})), F32({1}, {3}));
  ExpectError(Code::kLimit, [&] {
    for (int i = 0; i < 100; ++i) {
      const Tensor next = Run("EmptyTensorList", {I32({0}, {}), I32({}, {-1})}, lists);
      outer = Run("TensorListPushBack", {next, outer}, lists);
    }
  });
}

TEST_CASE("what does not fit a list is refused") {
  const Tensor list = Reserve(2);
  ExpectError(Code::kInput, [&] { Run("TensorListGetItem", {list, I32({}, {2}), I32({1}, {2})}); });
  ExpectError(Code::kInput,
              [&] { Run("TensorListGetItem", {list, I32({}, {-1}), I32({1}, {2})}); });
  ExpectError(Code::kShape,
              [&] { Run("TensorListSetItem", {list, I32({}, {0}), F32({3}, {1, 2, 3})}); });
  ExpectError(Code::kDType,
              [&] { Run("TensorListSetItem", {list, I32({}, {0}), I32({2}, {1, 2})}); });
  ExpectError(Code::kInput, [&] { Push(Push(Empty(1), 1), 2); });
  ExpectError(Code::kLimit, [] { Reserve(kIntMax); });
  ExpectError(Code::kInput, [] { Reserve(-2); });
  ExpectError(Code::kDType, [] { Length(F32({}, {1})); });
  ExpectError(Code::kDType, [] { Length(Tensor(DType::kVariant, Shape())); });
  ExpectError(Code::kShape, [] { Run("TensorListFromTensor", {F32({}, {1}), I32({0}, {})}); });
  ExpectError(Code::kShape, [] {
    Run("TensorListSplit", {F32({3}, {1, 2, 3}), I32({0}, {}), I32({2}, {kIntMax, kIntMax})});
  });
  ExpectError(Code::kDType, [&] {
    Run("TensorListStack", {list, I32({1}, {2})}, {{"element_dtype", DType::kInt32}});
  });
  ExpectError(Code::kDType, [&] { Run("Neg", {list}); });
  ExpectError(Code::kDType, [&] { Run("Reshape", {list, I32({1}, {1})}); });
  ExpectError(Code::kAttr, [] { Run("EmptyTensorList", {I32({}, {-1}), I32({}, {-1})}, {}); });
}

}  // namespace
}  // namespace tfwasm
