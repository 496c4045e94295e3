// Authentication-Results as strangers write it: what is read keeps its caps, its id is the one by which the
// field is found, and the field that we would write of it is read as the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "auth/authres.h"
#include "auth/authres_field.h"
#include "base/text.h"

namespace {

using namespace backstop;
using namespace backstop::auth;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_field(const Authentication& found) {
  const std::string field = authres_field("mx.example.org", found);
  require(base::is_ascii(field) && field.ends_with("\r\n"));
  for (std::size_t at = field.find('\n'); at + 1 < field.size(); at = field.find('\n', at + 1)) {
    require(field[at - 1] == '\r' && field[at + 1] == '\t');
  }
  const auto read = parse_authres(std::string_view(field).substr(field.find(':') + 1));
  if (!read) require(field.size() > Authres::kMostBytes);
  if (!read) return;
  const auto again = authentication_of({&*read, 1});
  require(again.spf.has_value() == found.spf.has_value() &&
          again.dmarc.has_value() == found.dmarc.has_value());
  if (found.spf) require(again.spf->result == found.spf->result);
  if (found.dmarc) require(again.dmarc->result == found.dmarc->result);
  if (found.dkim) require(again.dkim->size() == found.dkim->size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string value(reinterpret_cast<const char*>(data), size);
  const std::string id = authserv_id(value);
  const auto read = parse_authres(value);
  if (!read) return 0;
  require(read->id == id && !id.empty());
  require(read->results.size() <= Authres::kMostResults);
  for (const auto& one : read->results) {
    require(!one.method.empty() && one.properties.size() <= Authres::kMostProperties);
  }
  const mail::Field field{.name = "Authentication-Results", .value = value};
  const std::vector<std::string> ids = {id};
  const auto trusted = trusted_results({&field, 1}, ids);
  require(trusted.size() <= 1);
  check_field(authentication_of(trusted));
  return 0;
}
