// SPDX-License-Identifier: Apache-2.0
#include <functional>

#include "ops/recurrent_reference.h"

namespace tfwasm {
namespace {

const std::vector<std::string> kOps = {"_LstmSequence", "_GruSequence", "_SimpleRnnSequence"};

// Two sequences of four steps with three features, and weights. Numbers of Keras's layers, computed
// in float64.
const std::vector<float> kX = {-0.847f, 0.56f,   -0.123f, 0.447f, 0.956f,  0.077f,
                               0.002f,  -0.856f, -0.463f, 0.0f,   0.358f,  0.607f,
                               -0.238f, -0.868f, -0.424f, 0.819f, -0.573f, -0.096f,
                               0.862f,  -0.95f,  0.201f,  0.9f,   -0.539f, 0.097f};

struct Weights {
  std::vector<float> kernel;
  std::vector<float> recurrent;
  std::vector<float> bias;
  std::vector<float> recurrent_bias = {};
};

const Weights kLstm = {{0.818f,  -0.734f, 0.047f,  0.501f,  0.338f,  -0.064f, -0.59f,  -0.018f,
                        -0.255f, -0.045f, -0.268f, 0.676f,  0.537f,  -0.372f, 0.145f,  -0.448f,
                        -0.094f, -0.294f, 0.315f,  -0.259f, -0.082f, 0.439f,  -0.174f, 0.813f},
                       {-0.639f, 0.482f, -0.155f, -0.147f, 0.269f, 0.046f, -0.17f, -0.997f, -0.815f,
                        0.419f, 0.049f, 0.392f, 0.911f, 0.366f, -0.894f, -0.382f},
                       {0.185f, -0.53f, 0.93f, 0.89f, 0.697f, -0.055f, 0.683f, -0.738f}};
const Weights kGru = {{-0.552f, 0.15f, -0.661f, 0.564f, 0.714f, -0.933f, 0.065f, 0.594f, 0.95f,
                       -0.451f, -0.662f, 0.753f, 0.818f, -0.605f, -0.117f, 0.438f, 0.691f, -0.663f},
                      {0.33f, 0.616f, 0.099f, -0.671f, -0.929f, -0.437f, 0.616f, -0.91f, -0.984f,
                       -0.277f, -0.873f, -0.701f},
                      {0.853f, -0.083f, 0.543f, 0.732f, 0.219f, 0.745f}};
const Weights kGruResetAfter = {kGru.kernel,
                                kGru.recurrent,
                                {-0.954f, 0.049f, 0.393f, -0.146f, -0.731f, -0.337f},
                                {0.181f, 0.881f, 0.985f, -0.517f, -0.979f, 0.661f}};
const Weights kSimple = {{-0.952f, -0.457f, -0.446f, -0.759f, 0.821f, -0.939f},
                         {0.345f, -0.857f, -0.278f, -0.164f},
                         {-0.637f, 0.042f}};

struct Golden {
  RecurrentCase c;
  Weights weights;
  std::vector<float> sequence;
  std::vector<float> cell = {};
};

std::vector<Tensor> RunGolden(const RecurrentCase& c, const Weights& weights) {
  const int64_t row = c.Row();
  const Tensor x = F32({2, 4, 3}, kX);
  const Tensor product = RunOp("MatMul", {}, {x, F32({3, row}, weights.kernel)}, 1e-6f);
  const Tensor z = RunOp("AddV2", {}, {product, F32({row}, weights.bias)});
  std::vector<Tensor> inputs{z, F32({2, row}, weights.recurrent), F32({2, 2}, {0, 0, 0, 0})};
  if (c.IsLstm()) inputs.push_back(F32({2, 2}, {0, 0, 0, 0}));
  if (c.has_recurrent_bias) inputs.push_back(F32({row}, weights.recurrent_bias));
  if (c.has_mask) inputs.push_back(Bool({2, 4}, {1, 1, 0, 0, 0, 1, 1, 0}));
  return RunOpMulti(c.op, c.Attrs(), inputs);
}

TEST_CASE("recurrent layers: the numbers of Keras") {
  const RecurrentCase lstm{.op = "_LstmSequence", .units = 2};
  const RecurrentCase gru{.op = "_GruSequence", .units = 2};
  RecurrentCase keras2 = lstm;
  keras2.recurrent_activation = "hard_sigmoid_keras2";
  RecurrentCase keras3 = lstm;
  keras3.recurrent_activation = "hard_sigmoid";
  RecurrentCase masked = lstm;
  masked.has_mask = true;
  RecurrentCase zeros = masked;
  zeros.zero_output_for_mask = true;
  RecurrentCase backwards = lstm;
  backwards.go_backwards = true;
  RecurrentCase after = gru;
  after.has_recurrent_bias = true;
  RecurrentCase before = gru;
  before.reset_after = false;
  RecurrentCase before_keras2 = before;
  before_keras2.recurrent_activation = "hard_sigmoid_keras2";
  const std::vector<Golden> goldens = {
      {lstm,
       kLstm,
       {0.16470481f, -0.034227834f, 0.35349783f, -0.049849523f, 0.36453944f, -0.02798754f,
        0.42339478f, -0.015106992f, 0.070193415f, 0.014601334f, 0.25014447f, 0.017220621f,
        0.31099411f, 0.047090669f, 0.38164078f, 0.040467014f},
       {0.78847671f, -0.047369412f, 1.0404442f, 0.12785483f}},
      {keras2,
       kLstm,
       {0.17108497f, -0.037966247f, 0.33804084f, -0.058154397f, 0.33693809f, -0.032668887f,
        0.39531891f, -0.016132632f, 0.065708773f, 0.016152674f, 0.23797569f, 0.019201433f,
        0.29885119f, 0.053695324f, 0.36694906f, 0.047364569f},
       {0.75371598f, -0.045561227f, 0.96475446f, 0.13634669f}},
      {keras3,
       kLstm,
       {0.17029632f, -0.042451534f, 0.32679395f, -0.069093387f, 0.31315926f, -0.037057109f,
        0.3702263f, -0.016156457f, 0.062171184f, 0.017415354f, 0.22641913f, 0.020973815f,
        0.28315447f, 0.060593104f, 0.34915018f, 0.054637633f},
       {0.71768564f, -0.042226615f, 0.88520203f, 0.14604142f}},
      {masked,
       kLstm,
       {0.16470481f, -0.034227834f, 0.35349783f, -0.049849523f, 0.35349783f, -0.049849523f,
        0.35349783f, -0.049849523f, 0.0f, 0.0f, 0.21648525f, 0.0058127409f, 0.29124679f,
        0.038293978f, 0.29124679f, 0.038293978f},
       {0.62998562f, -0.2300702f, 0.68455319f, 0.094716392f}},
      {zeros,
       kLstm,
       {0.16470481f, -0.034227834f, 0.35349783f, -0.049849523f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
        0.21648525f, 0.0058127409f, 0.29124679f, 0.038293978f, 0.0f, 0.0f}},
      {backwards,
       kLstm,
       {0.21887509f, 0.010202529f, 0.26847562f, 0.01324133f, 0.39981431f, -0.015042866f,
        0.46734131f, -0.035605824f, 0.21671521f, 0.011853016f, 0.29580739f, 0.042138089f,
        0.38346836f, 0.029366251f, 0.460257f, 0.030010043f}},
      {after,
       kGruResetAfter,
       {-0.58600929f, 0.18239879f, -0.81738564f, 0.19140858f, -0.65266246f, -0.015122394f,
        -0.6755666f, -0.016805874f, -0.63487617f, -0.085448485f, -0.11958706f, -0.32137672f,
        0.23162021f, -0.52251051f, -0.096237333f, -0.58596463f}},
      {before,
       kGru,
       {-0.1521521f, 0.43586864f, -0.16204291f, 0.56152749f, -0.053497345f, 0.26654365f,
        0.0038487318f, 0.38793043f, 0.11447067f, 0.31634799f, 0.33360831f, -0.19540781f,
        0.56220788f, -0.47247107f, 0.69570855f, -0.44477625f}},
      {before_keras2,
       kGru,
       {-0.17077763f, 0.44523698f, -0.17289451f, 0.56899492f, -0.04499996f, 0.28845957f,
        0.012940194f, 0.38936602f, 0.12248171f, 0.3068676f, 0.35395495f, -0.17587359f, 0.58303066f,
        -0.46396586f, 0.70813316f, -0.44487486f}},
      {{.op = "_SimpleRnnSequence", .units = 2},
       kSimple,
       {-0.17943516f, 0.11896989f, -0.90881639f, -0.67827976f, -0.64238912f, 0.9651161f,
        -0.65741511f, -0.38630244f, -0.35521567f, 0.83599245f, -0.92089745f, 0.34528896f,
        -0.85717688f, 0.72254932f, -0.93159976f, 0.51154528f}},
  };
  for (const Golden& golden : goldens) {
    CAPTURE(golden.c.Show());
    const std::vector<Tensor> outputs = RunGolden(golden.c, golden.weights);
    ExpectTensor(outputs[0], F32({2, 4, 2}, golden.sequence), 2e-6f);
    if (!golden.cell.empty()) ExpectTensor(outputs[2], F32({2, 2}, golden.cell), 2e-6f);
    if (golden.c.has_mask) continue;
    const std::vector<float>& s = golden.sequence;
    ExpectTensor(outputs[1], F32({2, 2}, {s[6], s[7], s[14], s[15]}), 2e-6f);
  }
}

void ExpectReference(const RecurrentCase& c, uint32_t seed) {
  CAPTURE(c.Show());
  TestRandom random(seed);
  const std::vector<Tensor> inputs = c.Inputs(random);
  const std::vector<Tensor> actual = RunOpMulti(c.op, c.Attrs(), inputs);
  const std::vector<Tensor> expected = RecurrentReference(c, inputs).Outputs();
  REQUIRE(actual.size() == expected.size());
  for (size_t i = 0; i < expected.size(); ++i) ExpectTensor(actual[i], expected[i], 1e-5f);
  // What is kept for the gradient changes nothing.
  RecurrentCase keeping = c;
  keeping.keep_gates = true;
  const std::vector<Tensor> more = RunOpMulti(c.op, keeping.Attrs(), inputs);
  const bool has_cells = c.IsLstm() || (c.IsGru() && c.reset_after);
  REQUIRE(more.size() == actual.size() + (has_cells ? 2 : 1));
  for (size_t i = 0; i < actual.size(); ++i) ExpectSameBytes(more[i], actual[i]);
}

TEST_CASE("recurrent layers: all combinations of attributes") {
  uint32_t seed = 0;
  for (const std::string& op : kOps) {
    for (int flags = 0; flags < 64; ++flags) {
      RecurrentCase c{.op = op, .steps = 4};
      c.go_backwards = (flags & 1) != 0;
      c.has_mask = (flags & 2) != 0;
      c.zero_output_for_mask = (flags & 4) != 0;
      c.has_dropout = (flags & 8) != 0;
      if ((flags & 48) != 0 && !c.IsGru()) continue;
      c.reset_after = (flags & 16) == 0;
      c.has_recurrent_bias = c.reset_after && (flags & 32) != 0;
      ExpectReference(c, ++seed);
    }
  }
}

TEST_CASE("recurrent layers: sizes around tiles and vectors, and empty ones") {
  uint32_t seed = 1000;
  for (const std::string& op : kOps) {
    for (const int64_t units : {1, 2, 8, 9, 35}) {
      for (const int64_t batch : {1, 4, 5, 11}) {
        for (const bool reset_after : {false, true}) {
          RecurrentCase c{.op = op, .batch = batch, .steps = 2, .units = units};
          c.reset_after = reset_after;
          ExpectReference(c, ++seed);
        }
      }
    }
    for (const bool has_mask : {false, true}) {
      ExpectReference({.op = op, .batch = 0, .has_mask = has_mask}, ++seed);
      ExpectReference({.op = op, .steps = 0, .has_mask = has_mask}, ++seed);
      ExpectReference({.op = op, .units = 0, .has_mask = has_mask}, ++seed);
      ExpectReference({.op = op, .steps = 1, .has_mask = has_mask}, ++seed);
    }
  }
}

TEST_CASE("recurrent layers: all activations") {
  uint32_t seed = 2000;
  for (const std::string& op : kOps) {
    for (const ReferenceActivation& activation : ReferenceActivations()) {
      // Exponentials of exponentials overflow soon.
      RecurrentCase c{.op = op, .steps = activation.name == "exponential" ? 1 : 3};
      c.activation = activation.name;
      ExpectReference(c, ++seed);
      c.activation = "tanh";
      c.reset_after = false;
      c.recurrent_activation = activation.name;
      ExpectReference(c, ++seed);
    }
  }
}

TEST_CASE("recurrent layers: all steps masked") {
  for (const std::string& op : kOps) {
    RecurrentCase c{.op = op, .has_mask = true};
    TestRandom random(3000);
    std::vector<Tensor> inputs = c.Inputs(random);
    inputs.back() = Bool({2, 3}, {0, 0, 0, 0, 0, 0});
    const std::vector<Tensor> outputs = RunOpMulti(op, c.Attrs(), inputs);
    ExpectTensor(outputs[0], MakeF32({2, 3, 3}, [](size_t) { return 0; }));
    ExpectSameBytes(outputs[1], inputs[2]);
    if (c.IsLstm()) ExpectSameBytes(outputs[2], inputs[3]);
  }
}

TEST_CASE("recurrent layers: NaN stays in its sequence") {
  for (const std::string& op : kOps) {
    const RecurrentCase c{.op = op};
    TestRandom random(3001);
    std::vector<Tensor> inputs = c.Inputs(random);
    inputs[0].mutable_values<float>()[0] = kNan;
    const std::vector<Tensor> outputs = RunOpMulti(op, c.Attrs(), inputs);
    const auto h = outputs[1].values<float>();
    for (size_t i = 0; i < 6; ++i) CHECK(std::isnan(h[i]) == (i < 3));
  }
}

// Changes one thing about valid inputs and attributes.
struct Fault {
  std::string name;
  Code code;
  std::function<void(std::vector<Tensor>&, TestAttrs&)> make;
};

TEST_CASE("recurrent layers: invalid inputs") {
  const Tensor wrong = F32({2, 2}, {1, 2, 3, 4});
  for (const std::string& op : kOps) {
    RecurrentCase c{.op = op, .has_mask = true, .has_dropout = true};
    c.has_recurrent_bias = c.IsGru();
    TestRandom random(4000);
    const std::vector<Tensor> valid = c.Inputs(random);
    RunOpMulti(op, c.Attrs(), valid);
    const auto replace = [&](size_t i, const Tensor& tensor) {
      return [i, tensor](std::vector<Tensor>& inputs, TestAttrs&) { inputs[i] = tensor; };
    };
    const auto set = [&](const TestAttr& attr) {
      return [attr](std::vector<Tensor>&, TestAttrs& attrs) { attrs.push_back(attr); };
    };
    std::vector<Fault> faults = {
        {"rank of z", Code::kShape, replace(0, wrong)},
        {"gates of z", Code::kShape, replace(0, RandomF32({2, 3, c.Row() + 1}))},
        {"dtype of z", Code::kDType, replace(0, I32({1, 1, 1}, {1}))},
        {"rank of the kernel", Code::kShape, replace(1, RandomF32({3, 3, 3}))},
        {"columns of the kernel", Code::kShape, replace(1, RandomF32({3, c.Row() + 1}))},
        {"rows of the kernel", Code::kShape, replace(1, RandomF32({2, c.Row()}))},
        {"dtype of the kernel", Code::kDType,
         replace(1, MakeI32({3, c.Row()}, [](size_t) { return 1; }))},
        {"shape of h", Code::kShape, replace(2, wrong)},
        {"batch of h", Code::kShape, replace(2, RandomF32({1, 3}))},
        {"dtype of h", Code::kDType, replace(2, MakeI32({2, 3}, [](size_t) { return 1; }))},
        {"activation", Code::kAttr, set({"activation", "softmax"})},
        {"kind of activation", Code::kAttr, set({"activation", 1})},
        {"kind of a flag", Code::kAttr, set({"has_mask", "true"})},
        {"a mask is missing", Code::kEdge, set({"has_mask", false})},
        {"a dropout mask is missing", Code::kEdge, set({"has_dropout", false})},
        {"dtype of the mask", Code::kDType,
         replace(valid.size() - 2, MakeI32({2, 3}, [](size_t) { return 1; }))},
        {"shape of the mask", Code::kShape, replace(valid.size() - 2, Bool({1, 3}, {1, 1, 1}))},
        {"shape of the dropout mask", Code::kShape, replace(valid.size() - 1, wrong)},
        {"dtype of the dropout mask", Code::kDType,
         replace(valid.size() - 1, Bool({2, 3}, {1, 1, 1, 1, 1, 1}))},
        {"too many inputs", Code::kEdge,
         [](std::vector<Tensor>& inputs, TestAttrs&) { inputs.resize(7, inputs[0]); }},
        {"too few inputs", Code::kEdge,
         [](std::vector<Tensor>& inputs, TestAttrs&) { inputs.resize(2); }},
    };
    if (c.IsLstm()) {
      faults.push_back({"shape of c", Code::kShape, replace(3, wrong)});
      faults.push_back({"dtype of c", Code::kDType, replace(3, I32({}, {1}))});
    } else if (c.IsGru()) {
      faults.push_back({"shape of the bias", Code::kShape, replace(3, RandomF32({3}))});
      faults.push_back({"dtype of the bias", Code::kDType, replace(3, I32({}, {1}))});
      faults.push_back({"a bias without reset_after", Code::kAttr, set({"reset_after", false})});
    }
    if (op != "_SimpleRnnSequence") {
      faults.push_back({"recurrent activation", Code::kAttr, set({"recurrent_activation", ""})});
    }
    for (const Fault& fault : faults) {
      CAPTURE(op);
      CAPTURE(fault.name);
      std::vector<Tensor> inputs = valid;
      TestAttrs attrs = c.Attrs();
      fault.make(inputs, attrs);
      ExpectError(fault.code, [&] { RunOpMulti(op, attrs, inputs); });
    }
  }
}

}  // namespace
}  // namespace tfwasm
