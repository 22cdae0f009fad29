// SPDX-License-Identifier: Apache-2.0
#include "executor/eager.h"

#include "graph/graphdef_reader.h"
#include "ops/op_test.h"

namespace tfwasm {
namespace {

struct EagerInput {
  Tensor tensor;
  bool is_constant = false;
};

EagerInput Value(Tensor tensor) { return {.tensor = std::move(tensor)}; }
EagerInput Constant(Tensor tensor) { return {.tensor = std::move(tensor), .is_constant = true}; }

std::vector<Tensor> Run(EagerOps& ops, int id, const std::vector<EagerInput>& inputs) {
  std::vector<Tensor> tensors;
  FlagList constant;
  for (const auto& [tensor, is_constant] : inputs) {
    tensors.push_back(tensor);
    constant.push_back(is_constant);
  }
  return ops.Run(id, tensors, constant);
}

Tensor RunOne(EagerOps& ops, int id, const std::vector<EagerInput>& inputs) {
  std::vector<Tensor> outputs = Run(ops, id, inputs);
  REQUIRE(outputs.size() == 1);
  return outputs[0];
}

TEST_CASE("eager: calls with the same dtypes and shapes share a kernel, not values") {
  EagerOps ops;
  const int add = ops.Register("AddV2", {});
  const EagerInput one = Value(F32({2}, {1, 1}));
  ExpectTensor(RunOne(ops, add, {one, Value(F32({2}, {1, 2}))}), F32({2}, {2, 3}));
  ExpectTensor(RunOne(ops, add, {one, Value(F32({2}, {5, 6}))}), F32({2}, {6, 7}));
  CHECK(ops.num_kernels() == 1);
  ExpectTensor(RunOne(ops, add, {one, Value(F32({}, {5}))}), F32({2}, {6, 6}));
  ExpectTensor(RunOne(ops, add, {Value(I32({2}, {1, 1})), Value(I32({2}, {5, 6}))}),
               I32({2}, {6, 7}));
  CHECK(ops.num_kernels() == 3);
}

TEST_CASE("eager: kernels of other constants are other kernels") {
  EagerOps ops;
  const int sum = ops.Register("Sum", ReadAttrs(R"({"keep_dims": {"b": true}})"));
  const EagerInput matrix = Value(F32({2, 2}, {1, 2, 3, 4}));
  ExpectTensor(RunOne(ops, sum, {matrix, Constant(I32({1}, {0}))}), F32({1, 2}, {4, 6}));
  ExpectTensor(RunOne(ops, sum, {matrix, Constant(I32({1}, {1}))}), F32({2, 1}, {3, 7}));
  ExpectTensor(RunOne(ops, sum, {matrix, Constant(I32({1}, {0}))}), F32({1, 2}, {4, 6}));
  CHECK(ops.num_kernels() == 2);
}

TEST_CASE("eager: a kernel that needed the value of an input that is no constant is not kept") {
  EagerOps ops;
  const int sum = ops.Register("Sum", {});
  const EagerInput matrix = Value(F32({2, 2}, {1, 2, 3, 4}));
  ExpectTensor(RunOne(ops, sum, {matrix, Value(I32({1}, {0}))}), F32({2}, {4, 6}));
  ExpectTensor(RunOne(ops, sum, {matrix, Value(I32({1}, {1}))}), F32({2}, {3, 7}));
  CHECK(ops.num_kernels() == 0);
}

TEST_CASE("eager: weights are not kept with the kernel") {
  EagerOps ops;
  const int product = ops.Register("MatMul", {});
  const EagerInput a = Value(F32({1, 2}, {1, 2}));
  ExpectTensor(RunOne(ops, product, {a, Value(F32({2, 1}, {3, 4}))}), F32({1, 1}, {11}));
  ExpectTensor(RunOne(ops, product, {a, Value(F32({2, 1}, {5, 6}))}), F32({1, 1}, {17}));
  const int conv = ops.Register("Conv2D", ReadAttrs(R"({"padding": {"s": "VkFMSUQ="},
      "strides": {"list": {"i": [1, 1, 1, 1]}}})"));
  const EagerInput image = Value(F32({1, 1, 2, 1}, {1, 2}));
  ExpectTensor(RunOne(ops, conv, {image, Value(F32({1, 2, 1, 1}, {3, 4}))}),
               F32({1, 1, 1, 1}, {11}));
  ExpectTensor(RunOne(ops, conv, {image, Value(F32({1, 2, 1, 1}, {5, 6}))}),
               F32({1, 1, 1, 1}, {17}));
}

TEST_CASE("eager: a filter that comes again is packed, but neither kept nor taken for another") {
  EagerOps ops;
  const int product = ops.Register("MatMul", {});
  const auto a = [](float x) { return Value(F32({2, 2}, {x, 2, 3, 4})); };
  EagerInput b = Value(F32({2, 1}, {1, 10}));
  for (int call = 0; call < 4; ++call) {
    const auto x = static_cast<float>(call);
    ExpectTensor(RunOne(ops, product, {a(x), b}), F32({2, 1}, {x + 20, 43}));
  }
  const std::weak_ptr<Buffer> freed = b.tensor.buffer();
  b = Value(F32({2, 1}, {2, 0}));
  CHECK(freed.expired());
  for (int call = 0; call < 40; ++call) {
    ExpectTensor(RunOne(ops, product, {a(1), b}), F32({2, 1}, {2, 6}));
    ExpectTensor(RunOne(ops, product, {a(1), Value(F32({2, 1}, {0, 1}))}), F32({2, 1}, {2, 4}));
  }
  CHECK(ops.num_kernels() == 1);
}

TEST_CASE("eager: views, known values and several outputs") {
  EagerOps ops;
  const int reshape = ops.Register("Reshape", {});
  const EagerInput shape = Constant(I32({1}, {-1}));
  for (const float first : {1.0f, 5.0f}) {
    ExpectTensor(RunOne(ops, reshape, {Value(F32({1, 2}, {first, 2})), shape}),
                 F32({2}, {first, 2}));
  }
  const int shape_of = ops.Register("Shape", {});
  ExpectTensor(RunOne(ops, shape_of, {Value(F32({1, 2}, {1, 2}))}), I32({2}, {1, 2}));
  const int identities = ops.Register("IdentityN", {});
  const std::vector<EagerInput> both = {Value(F32({}, {1})), Value(I32({}, {2}))};
  const std::vector<Tensor> outputs = Run(ops, identities, both);
  REQUIRE(outputs.size() == 2);
  ExpectTensor(outputs[1], I32({}, {2}));
}

TEST_CASE("eager: Reshape and Identity share the bytes and take no place among the kernels") {
  EagerOps ops;
  const int reshape = ops.Register("Reshape", {});
  const int identity = ops.Register("Identity", {});
  const Tensor x = F32({2, 3}, {1, 2, 3, 4, 5, 6});
  for (const auto& dims : {I32({1}, {6}), I32({2}, {3, -1}), I32({3}, {1, 2, 3})}) {
    for (const bool is_constant : {false, true}) {
      const Tensor y =
          RunOne(ops, reshape, {Value(x), {.tensor = dims, .is_constant = is_constant}});
      CHECK(y.buffer() == x.buffer());
      CHECK(y.shape().rank() == dims.size());
    }
  }
  CHECK(RunOne(ops, reshape, {Value(F32({1, 1}, {5})), Constant(I32({0}, {}))}).shape().rank() ==
        0);
  const Tensor y = RunOne(ops, identity, {Value(x)});
  CHECK(y.buffer() == x.buffer());
  CHECK(y.shape() == x.shape());
  CHECK(ops.num_kernels() == 0);

  const auto error_of = [&](int op, const std::vector<EagerInput>& inputs) {
    return ErrorOf([&] { Run(ops, op, inputs); });
  };
  CHECK(error_of(reshape, {Value(x), Constant(I32({1}, {5}))}).starts_with("E_SHAPE [Reshape]"));
  CHECK(error_of(reshape, {Value(x), Constant(F32({1}, {6}))}).starts_with("E_DTYPE [Reshape]"));
  CHECK(error_of(reshape, {Value(x), Constant(I32({1, 1}, {6}))}).starts_with("E_SHAPE [Reshape]"));
  CHECK(error_of(reshape, {Value(x)}).starts_with("E_EDGE [Reshape]"));
  CHECK(error_of(identity, {}).starts_with("E_EDGE [Identity]"));
}

TEST_CASE("eager: kernels that are not used any more are replaced") {
  EagerOps ops;
  const int square = ops.Register("Square", {});
  for (int round = 0; round < 2; ++round) {
    for (int64_t size = 1; size <= 200; ++size) {
      const Tensor ones = MakeF32({size}, [](size_t) { return 3; });
      ExpectTensor(RunOne(ops, square, {Value(ones)}), MakeF32({size}, [](size_t) { return 9; }));
    }
  }
  CHECK(ops.num_kernels() <= 64);
}

TEST_CASE("eager: errors name the op, and leave it usable") {
  EagerOps ops;
  ExpectError(Code::kOp, [&] { ops.Register("NoSuchOp", {}); });
  const int add = ops.Register("AddV2", {});
  ExpectError(Code::kShape,
              [&] { Run(ops, add, {Value(F32({2}, {1, 2})), Value(F32({3}, {1, 2, 3}))}); });
  ExpectError(Code::kEdge, [&] { Run(ops, add, {Value(F32({2}, {1, 2}))}); });
  ExpectTensor(RunOne(ops, add, {Value(F32({}, {1})), Value(F32({}, {2}))}), F32({}, {3}));
  try {
    Run(ops, add, {Value(F32({}, {1}))});
    FAIL("there is no error");
  } catch (const Error& error) {
    CHECK(std::string_view(error.message()).starts_with("[AddV2] expected 2 inputs"));
    CHECK(error.node().empty());
  }
  ops.Clear();
  ExpectError(Code::kInternal, [&] { Run(ops, add, {Value(F32({}, {1}))}); });
  ExpectError(Code::kInternal, [&] { Run(ops, -1, {Value(F32({}, {1}))}); });
}

}  // namespace
}  // namespace tfwasm
