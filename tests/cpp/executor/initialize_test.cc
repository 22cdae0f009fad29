// SPDX-License-Identifier: Apache-2.0
// Hash tables and initializer graphs.
#include "executor/initialize.h"

#include <doctest/doctest.h>

#include "executor/model_builder.h"
#include "ops/handles.h"

namespace tfwasm {
namespace {

TestAttrs TableAttrs(DType keys, DType values) {
  return {{"key_dtype", keys}, {"value_dtype", values}, {"shared_name", "table"}};
}

// A graph that fills the table "table".
ModelDef Initializer(const Tensor& keys, const Tensor& values) {
  ModelBuilder b;
  const Edge table = b.Op("made", "HashTableV2", {}, TableAttrs(keys.dtype(), values.dtype()));
  b.Op("fill", "LookupTableImportV2", {table, b.Const("k", keys), b.Const("v", values)});
  return std::move(b.model);
}

Session Lookup(const Tensor& keys, const Tensor& values, const Tensor& fallback) {
  ModelBuilder b;
  const Edge table = b.Op("made", "HashTableV2", {}, TableAttrs(keys.dtype(), values.dtype()));
  b.Output("y",
           b.Op("y", "LookupTableFindV2", {table, b.Input("x"), b.Const("fallback", fallback)}));
  b.Output("size", b.Op("size", "LookupTableSizeV2", {table}));
  const auto resources = std::make_shared<ResourceMap>();
  RunInitializer(Initializer(keys, values), "", resources, b.model);
  return Session(std::move(b.model), resources);
}

TEST_CASE("the initializer graph fills the tables of the main graph") {
  Session words = Lookup(Strings({3}, {"a", "b", "a"}), F32({3}, {1, 2, 3}), F32({}, {-1}));
  const auto found =
      RunSession(words, {"x"}, {Strings({2, 2}, {"b", "a", "", "c"})}, {"y", "size"});
  ExpectTensor(found[0], F32({2, 2}, {2, 3, -1, -1}));
  ExpectTensor(found[1], I32({}, {2}));
  Session numbers = Lookup(I32({2}, {7, -1}), Strings({2}, {"seven", "less"}), Strings({}, {"?"}));
  ExpectTensor(RunSession(numbers, {"x"}, {I32({3}, {-1, 7, 8})}, {"y"})[0],
               Strings({3}, {"less", "seven", "?"}));
  Session floats = Lookup(F32({2}, {0, kNan}), I32({2, 2}, {1, 2, 3, 4}), I32({2}, {0, 0}));
  ExpectTensor(RunSession(floats, {"x"}, {F32({3}, {-0.0f, kNan, 1})}, {"y"})[0],
               I32({3, 2}, {1, 2, 3, 4, 0, 0}));
  ExpectTensor(RunSession(floats, {"x"}, {F32({0}, {})}, {"y"})[0], I32({0, 2}, {}));
}

TEST_CASE("tables are strict about dtypes and shapes") {
  Session words = Lookup(Strings({1}, {"a"}), F32({1}, {1}), F32({}, {-1}));
  CHECK(ErrorOf([&] {
          RunSession(words, {"x"}, {I32({1}, {1})}, {"y"});
        }).starts_with("E_DTYPE [LookupTableFindV2 'y']"));
  CHECK(ErrorOf([] {
          Lookup(Strings({2}, {"a", "b"}), F32({1}, {1}), F32({}, {-1}));
        }).starts_with("E_SHAPE [LookupTableImportV2 'fill']"));
  Session vectors = Lookup(I32({1}, {1}), F32({1, 2}, {1, 2}), F32({}, {0}));
  CHECK(
      ErrorOf([&] { RunSession(vectors, {"x"}, {I32({1}, {1})}, {"y"}); }).starts_with("E_SHAPE"));
  CHECK(ErrorOf([] {
          Evaluate(TestNode("HashTableV2", TableAttrs(DType::kInt32, DType::kInt32)), {});
        }).starts_with("E_INPUT"));
}

TEST_CASE("effects on a branch that is not taken do not keep the others from happening") {
  for (const int p : {0, 1}) {
    ModelBuilder init;
    const TestAttrs attrs = TableAttrs(DType::kInt32, DType::kFloat32);
    const Edge table = init.Op("made", "HashTableV2", {}, attrs);
    const Edge values = init.Const("v", F32({1}, {5}));
    const NodeId data =
        init.Op("data", "Switch", {init.Const("k", I32({1}, {7})), init.Const("p", Bool({}, {p}))})
            .node;
    for (const int branch : {0, 1}) {
      const Edge keys =
          init.Op(StrCat("keys", branch), branch == 0 ? "Neg" : "Abs", {{data, branch}});
      init.Op(StrCat("fill", branch), "LookupTableImportV2", {table, keys, values});
    }
    ModelBuilder b;
    const Edge found = b.Op("made", "HashTableV2", {}, attrs);
    b.Output("y", b.Op("y", "LookupTableFindV2",
                       {found, b.Const("k", I32({2}, {-7, 7})), b.Const("none", F32({}, {0}))}));
    const auto resources = std::make_shared<ResourceMap>();
    RunInitializer(std::move(init.model), "", resources, b.model);
    Session session(std::move(b.model), resources);
    ExpectTensor(RunSession(session, {}, {}, {"y"})[0], p ? F32({2}, {0, 5}) : F32({2}, {5, 0}));
  }
}

TEST_CASE("a table that the signature passes by resource id becomes a constant") {
  ModelBuilder b;
  const Edge table = b.Input("table");
  b.Output("size", b.Op("size", "LookupTableSizeV2", {table}));
  b.model.inputs.push_back({.key = "table", .name = "table", .resource_id = 5});
  constexpr std::string_view kSignature =
      R"({"outputs": {"fill": {"name": "made:0", "resourceId": "5"}}})";
  RunInitializer(Initializer(I32({2}, {1, 2}), F32({2}, {1, 2})), kSignature,
                 std::make_shared<ResourceMap>(), b.model);
  HideResourceInputs(b.model);
  CHECK(b.model.inputs.empty());
  Session session(std::move(b.model));
  ExpectTensor(RunSession(session, {}, {}, {"size"})[0], I32({}, {2}));
}

TEST_CASE("a limit on iterations holds for the initializer, too") {
  ModelBuilder init;
  init.Function("cond", [](BodyBuilder& f) {
    f.Input("x");
    f.Output("r", f.Const("true", Bool({}, {1})));
  });
  init.Function("body", [](BodyBuilder& f) { f.Output("x", f.Input("x")); });
  init.Output("loop", init.Op("loop", "While", {init.Const("zero", F32({}, {0}))},
                              {{"cond", FunctionAttr("cond")}, {"body", FunctionAttr("body")}}));
  ModelDef model;
  CHECK(ErrorOf([&] {
          RunInitializer(std::move(init.model), "", std::make_shared<ResourceMap>(), model, 1000);
        }).starts_with("E_LIMIT [While 'loop']"));
}

}  // namespace
}  // namespace tfwasm
