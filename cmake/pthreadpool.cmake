# SPDX-License-Identifier: Apache-2.0
# pthreadpool, XNNPACK's thread pool. Builds without threads use its single-threaded shim.
set(third_party ${CMAKE_SOURCE_DIR}/.toolchain/third_party)
set(pthreadpool_dir ${third_party}/pthreadpool)
if(NOT EXISTS ${pthreadpool_dir}/include/pthreadpool.h)
  message(FATAL_ERROR "The third-party sources are missing from .toolchain; run \"npm run setup\".")
endif()

if(EMSCRIPTEN AND NOT TFWASM_THREADS)
  set(pthreadpool_sources shim.c)
else()
  set(pthreadpool_sources portable-api.c memory.c)
  set(own_pool ${CMAKE_SOURCE_DIR}/cmake/pthreadpool/pool.c)
endif()
list(TRANSFORM pthreadpool_sources PREPEND ${pthreadpool_dir}/src/)

add_library(pthreadpool STATIC ${pthreadpool_sources} ${own_pool})
target_include_directories(pthreadpool SYSTEM PUBLIC ${pthreadpool_dir}/include
                                                     ${CMAKE_SOURCE_DIR}/cmake/pthreadpool)
target_include_directories(pthreadpool PRIVATE ${pthreadpool_dir}/src ${third_party}/fxdiv/include)
target_compile_definitions(
  pthreadpool
  PRIVATE PTHREADPOOL_USE_CPUINFO=0 PTHREADPOOL_USE_FUTEX=0 PTHREADPOOL_USE_GCD=0 PTHREADPOOL_USE_EVENT=0
          PTHREADPOOL_USE_CONDVAR=1 PTHREADPOOL_USE_FASTPATH=0)
target_compile_options(pthreadpool PRIVATE -w)
target_link_libraries(pthreadpool PRIVATE tfwasm_platform)
