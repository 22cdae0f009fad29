# SPDX-License-Identifier: Apache-2.0
# Compiles through ccache where there is one.
find_program(CCACHE ccache)
if(CCACHE)
  # Depend mode: a miss runs the compiler once, without a preprocessor run before it. The variants share objects
  # whose command lines are the same, though they are compiled in different folders.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_DEPEND=1 CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
      CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  # Precompiled headers whose sources did not change are the same file again.
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
endif()
