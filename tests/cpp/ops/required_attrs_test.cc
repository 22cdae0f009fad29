// SPDX-License-Identifier: Apache-2.0
// Attributes that are missing or of the wrong kind, for all ops.
#include <doctest/doctest.h>

#include "ops/op_test.h"
#include "thrown_error.h"

namespace tfwasm {
namespace {

std::string RequireError(const Node& node, const OpDef& def) {
  return ErrorOf([&] { RequireOp(node, static_cast<size_t>(def.min_inputs)); });
}

TEST_CASE("a node without an attribute that has no default is refused") {
  int count = 0;
  for (const OpDef& def : AllOps()) {
    CAPTURE(std::string(def.name));
    Node node;
    node.op = def.name;
    for (const std::string_view name : def.required_attrs) node.attrs.Set(name, std::string("x"));
    CHECK(RequireError(node, def) == "no error");
    for (const std::string_view name : def.required_attrs) {
      Node other = node;
      other.attrs.Erase(name);
      CHECK(RequireError(other, def) == StrCat("E_ATTR the attribute '", name, "' is missing"));
      ++count;
    }
  }
  CHECK(count > 40);
}

TEST_CASE("T is a dtype, or a list of dtypes for ops with inputs of several dtypes") {
  for (const OpDef& def : AllOps()) {
    CAPTURE(std::string(def.name));
    Node node;
    node.op = def.name;
    for (const std::string_view name : def.required_attrs) node.attrs.Set(name, std::string("x"));
    const AttrValue one = DType::kFloat32;
    const AttrValue list = std::vector<DType>{DType::kFloat32};
    node.attrs.Set("T", def.has_type_list ? list : one);
    CHECK(RequireError(node, def) == "no error");
    node.attrs.Set("T", def.has_type_list ? one : list);
    CHECK(RequireError(node, def) == (def.has_type_list
                                          ? "E_ATTR the attribute 'T' must be a list of dtypes"
                                          : "E_ATTR the attribute 'T' must be a dtype"));
  }
  CHECK(FindOp("IdentityN")->has_type_list);
}

TEST_CASE("convolutions and pooling need strides, window and padding") {
  const Tensor image = F32({1, 2, 2, 1}, {1, 2, 3, 4});
  const Tensor filter = F32({1, 1, 1, 1}, {1});
  const TestAttr strides("strides", {1, 1, 1, 1});
  const TestAttr size("ksize", {1, 1, 1, 1});
  const TestAttr valid("padding", "VALID");
  const auto run = [&](std::string_view op, const TestAttrs& attrs) {
    const bool is_conv = op != "MaxPool";
    return ErrorOf([&] {
      RunOp(op, attrs, is_conv ? std::vector<Tensor>{image, filter} : std::vector<Tensor>{image});
    });
  };
  CHECK(run("Conv2D", {strides, valid}) == "no error");
  CHECK(run("Conv2D", {valid}).find("'strides' is missing") != std::string::npos);
  CHECK(run("Conv2D", {strides}).find("'padding' is missing") != std::string::npos);
  CHECK(run("MaxPool", {strides, size, valid}) == "no error");
  CHECK(run("MaxPool", {strides, valid}).find("'ksize' is missing") != std::string::npos);
  CHECK(run("MaxPool", {size, valid}).find("'strides' is missing") != std::string::npos);
}

}  // namespace
}  // namespace tfwasm
