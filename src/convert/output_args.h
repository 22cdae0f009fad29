// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "convert/proto_reader.h"
#include "graph/graph.h"

namespace tfwasm {

// The output arguments of ops, which edges in library functions name: "node:values:0".
class OutputArgs {
 public:
  // Takes the arguments from an OpDef of the file.
  void Add(ProtoReader op_def);
  // The position among the outputs of `producer` of element `index` of its argument `name`. Looks
  // in the file's own OpDefs, then in a table, then in the op library. 0-based positions of ops
  // that nothing describes are taken to be `index`.
  int Position(const Node& producer, std::string_view name, int index) const;

 private:
  struct Arg {
    std::string name;
    std::string count_attr;  // the attribute that has its number of tensors, or the list of types
  };

  std::map<std::string, std::vector<Arg>, std::less<>> ops_;
};

}  // namespace tfwasm
