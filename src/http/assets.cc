// clang-format off
#include "http/assets.h"

#include <assets_digest.h>

namespace backstop::http {
namespace {

constexpr unsigned char kIndex[] = {
#embed "index.html"
};
constexpr unsigned char kIndexGzipped[] = {
#embed "index.html.gz"
};
constexpr unsigned char kScript[] = {
#embed "app.js"
};
constexpr unsigned char kScriptGzipped[] = {
#embed "app.js.gz"
};
constexpr unsigned char kStyle[] = {
#embed "app.css"
};
constexpr unsigned char kStyleGzipped[] = {
#embed "app.css.gz"
};

constexpr unsigned char kWhy[] = {
#embed "backscatter.md"
};

template <std::size_t N>
std::string_view text(const unsigned char (&bytes)[N]) {
  return {reinterpret_cast<const char*>(bytes), N};
}

}  // namespace

const Asset& index_page() {
  static const Asset asset{text(kIndex), text(kIndexGzipped)};
  return asset;
}

const Asset& script() {
  static const Asset asset{text(kScript), text(kScriptGzipped)};
  return asset;
}

const Asset& style() {
  static const Asset asset{text(kStyle), text(kStyleGzipped)};
  return asset;
}

std::string_view why_text() {
  return text(kWhy);
}

}  // namespace backstop::http
