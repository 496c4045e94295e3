#include "http/pages.h"

#include "http/assets.h"

namespace backstop::http {
namespace {

Reply page(const Call& call, const Asset& asset, std::string_view type) {
  const bool is_gzipped = call.request.takes_gzip;
  return {.type = type, .static_body = is_gzipped ? asset.gzipped : asset.plain, .is_gzipped = is_gzipped};
}

}  // namespace

Reply show_dashboard(Call& call) {
  return page(call, index_page(), kHtmlType);
}

Reply show_script(Call& call) {
  return page(call, script(), "text/javascript; charset=utf-8");
}

Reply show_style(Call& call) {
  return page(call, style(), "text/css; charset=utf-8");
}

}  // namespace backstop::http
