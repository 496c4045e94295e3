// The bytes of the dashboard's files. Their source is apart, since it uses #embed, which not every tool
// reads.
#pragma once

#include <string_view>

namespace backstop::http {

struct Asset {
  std::string_view plain;
  std::string_view gzipped;
};

const Asset& index_page();
const Asset& script();
const Asset& style();
/// Returns docs/backscatter.md.
std::string_view why_text();

}  // namespace backstop::http
