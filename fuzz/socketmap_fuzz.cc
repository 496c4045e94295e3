// The requests of a mail server that looks an address up: no bytes break the parser, a request that is
// written again is the same, what is found has no tag any more, and every answer is one netstring.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "filter/socketmap.h"

namespace {

using namespace backstop;
using namespace backstop::filter;

constexpr std::chrono::sys_days kToday{std::chrono::days(20780)};

void require(bool holds) {
  if (!holds) std::abort();
}

intake::Site site_of_ours() {
  intake::Site site;
  site.domains = {{.name = "example.org"}};
  origin::Key key;
  key.use = origin::KeyUse::Sign;
  key.secret = "secret";
  require(site.keys.add(key).has_value());
  return site;
}

void check_answer(const MapAnswer& answer) {
  std::string out;
  append_map_answer(answer, out);
  const auto colon = out.find(':');
  require(colon != std::string::npos && out.ends_with(','));
  require(std::stoul(out.substr(0, colon)) == out.size() - colon - 2);
}

void check_key(std::string_view key) {
  static const intake::Site site = site_of_ours();
  const auto answer = look_up_tagged(key, site, kToday);
  require(answer.status == MapStatus::Found || answer == MapAnswer{});
  if (answer.status == MapStatus::Found)
    require(base::is_utf8(answer.text) && answer.text.size() < key.size());
  check_answer(answer);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_key(bytes);
  while (true) {
    const auto parse = parse_map_request(bytes);
    if (!parse) {
      require(!parse.error().message.empty());
      return 0;
    }
    if (parse->size == 0) {
      require(!parse->request && bytes.size() < kMostMapRequest + 6);
      return 0;
    }
    require(parse->has_key == parse->request.has_value());
    if (parse->request) {
      const std::string text = std::string(parse->request->map) + " " + std::string(parse->request->key);
      require(std::to_string(text.size()) + ":" + text + "," == bytes.substr(0, parse->size));
      check_key(parse->request->key);
    }
    bytes.remove_prefix(parse->size);
  }
}
