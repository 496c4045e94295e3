# One folder of src/ is one library. Sources and links are listed, never globbed.
#
#   backstop_room(NAME SOURCES a.cc ... LINKS room-or-library ...)
#   backstop_room_test(NAME SOURCES a_test.cc ... LINKS ...)
#   backstop_test_headers(TARGET)

function(backstop_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;LINKS" ${ARGN})
  add_library(backstop_${name} STATIC ${ROOM_SOURCES})
  target_include_directories(backstop_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(backstop_${name} PUBLIC ${ROOM_LINKS})
endfunction()

function(backstop_room_test name)
  if(NOT BACKSTOP_TESTS)
    return()
  endif()
  cmake_parse_arguments(ROOM "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name}_test ${ROOM_SOURCES})
  target_compile_definitions(${name}_test PRIVATE BACKSTOP_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name}_test PRIVATE backstop_${name} ${ROOM_LINKS} GTest::gtest GTest::gmock GTest::gtest_main)
  backstop_test_headers(${name}_test)
  gtest_discover_tests(${name}_test DISCOVERY_TIMEOUT 60)
endfunction()

# GoogleTest takes longer to compile than most tests: it is precompiled once, with the tests of base, for all of them.
function(backstop_test_headers target)
  if(target STREQUAL base_test)
    target_precompile_headers(${target} PRIVATE <gmock/gmock.h> <gtest/gtest.h>)
  else()
    target_precompile_headers(${target} REUSE_FROM base_test)
  endif()
endfunction()
