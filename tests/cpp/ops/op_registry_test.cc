// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <set>
#include <string>

#include "ops/op.h"

namespace tfwasm {
namespace {

TEST_CASE("ops: the registry has every op once, and nothing between them") {
  CHECK(AllOps().size() > 250);
  std::set<std::string_view> names;
  for (const OpDef& op : AllOps()) {
    REQUIRE_FALSE(op.name.empty());
    INFO(std::string(op.name));
    CHECK(names.insert(op.name).second);
    for (const std::string_view alias : op.aliases) CHECK(names.insert(alias).second);
    CHECK(FindOp(op.name) == &op);
    CHECK((op.infer != nullptr));
    CHECK((op.kernel != nullptr) + (op.run != nullptr) + op.is_view <= 1);
  }
  CHECK(RegisteredOps().size() == names.size());
  CHECK(FindOp("NoSuchOp") == nullptr);
}

}  // namespace
}  // namespace tfwasm
