// SPDX-License-Identifier: Apache-2.0
#include "kernels/fingerprint.h"
#include "ops/op.h"

namespace tfwasm {

namespace {

void InferHashBucket(InferContext& context) {
  context.ExpectDType(0, DType::kString, "the strings");
  const int64_t buckets = context.attrs().RequireInt("num_buckets");
  // Bucket numbers must fit in int32.
  if (buckets < 1 || buckets > int64_t{1} << 31) {
    Throw(Code::kAttr, "Number of buckets must be at least 1 and at most 2^31, got ", buckets);
  }
  context.set_output(0, DType::kInt32, context.shape(0));
}

std::unique_ptr<Kernel> HashBucketKernel(const KernelContext& context) {
  const int64_t count = context.shape(0).NumElements();
  const auto buckets = static_cast<uint64_t>(context.attrs().RequireInt("num_buckets"));
  return MakeKernel([=](RunContext& run) {
    const auto* strings = run.in<std::string>(0);
    for (int64_t i = 0; i < count; ++i) {
      run.out<int32_t>(0)[i] = static_cast<int32_t>(Fingerprint64(strings[i]) % buckets);
    }
  });
}

TFWASM_OP kStringToHashBucketFastOp{
    .name = "StringToHashBucketFast", .infer = InferHashBucket, .kernel = HashBucketKernel};

}  // namespace

}  // namespace tfwasm
