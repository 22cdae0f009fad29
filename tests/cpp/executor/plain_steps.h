// SPDX-License-Identifier: Apache-2.0
// Random steps of one or a few ops. Each adds nothing if there is no fitting value.
#pragma once

#include "executor/graph_writer.h"

namespace tfwasm {

class PlainSteps : public GraphWriter {
 public:
  using GraphWriter::GraphWriter;

  void AddPlainStep();

 private:
  void Unary();
  void Binary();
  void Compare();
  void Logical();
  void Cast();
  void View();
  void Identity();
  void Select();
  // Ops that move elements.
  void Move();
  void Join();
  void Divide();
  void Reduce();
  // A bias and an activation after a product, which passes fuse.
  void Finish(std::optional<Edge> x, int64_t channels);
  void Product();
  void Image();
  // Steps whose output shape is not known before the run.
  void Dynamic();
  // Numbers that plans know from shapes.
  void Sizes();
  void FromShape();
};

}  // namespace tfwasm
