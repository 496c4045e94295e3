// The texts of DMARC records: any text is read or refused, a record that is written out is read as the same,
// and what is behind it in the text does not change what was read before.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "auth/dmarc_record.h"
#include "base/text.h"

namespace {

using namespace backstop::auth;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string text_of(const DmarcRecord& record) {
  std::string text = "v=DMARC1; p=" + std::string(name(record.policy));
  if (record.subdomain_policy) text.append("; sp=").append(name(*record.subdomain_policy));
  if (record.non_existent) text.append("; np=").append(name(*record.non_existent));
  if (record.is_strict_dkim) text += "; adkim=s";
  if (record.is_strict_spf) text += "; aspf=s";
  if (record.is_test) text += "; t=y";
  if (record.psd == DmarcRecord::Psd::Yes) text += "; psd=y";
  if (record.psd == DmarcRecord::Psd::No) text += "; psd=n";
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto record = parse_dmarc_record(text);
  require(record.has_value() <= backstop::base::istarts_with(text, "v"));
  if (!record) return 0;
  require(parse_dmarc_record(std::string(text) + "; unknown=x;;") == record);
  require(record->is_usable || record->policy == DmarcPolicy::None);
  record->is_usable = true;
  require(parse_dmarc_record(text_of(*record)) == record);
  return 0;
}
