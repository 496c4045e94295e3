// The texts of DKIM that strangers write: signature fields, key records and key files. What is read keeps its
// caps, and is read again as the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "dkim/canonical.h"
#include "dkim/key_file.h"
#include "dkim/key_name.h"
#include "dkim/public_key.h"
#include "dkim/signature.h"

namespace {

using namespace backstop;
using namespace backstop::dkim;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_fault(const Fault& fault) {
  require(fault.outcome != Outcome::Good);
  require(!fault.why.empty() && base::is_utf8(fault.why) && !base::has_hidden(fault.why));
}

void check_field(std::string_view field) {
  const auto signature = parse_signature(field);
  if (!signature) return check_fault(signature.error());
  require(signature->field.size() <= Signature::kMostField && field.starts_with(signature->field));
  require(signature->value_begin <= signature->value_end && signature->value_end <= signature->field.size());
  require(!signature->value.empty() && signature->value.size() <= Signature::kMostValue);
  require(signature->names.size() <= Signature::kMostNames && signature->covers("from"));
  require(parse_key_name(signature->key.text()) == signature->key ||
          signature->key.selector.contains("._domainkey"));
  require(signature->identity_domain.ends_with(signature->key.domain));
  const std::string canonical = canonical_signature_field(*signature);
  require(canonical.size() <= 2 * field.size() && !canonical.ends_with('\n'));
}

void check_record(std::string_view text) {
  const auto key = PublicKey::parse(text);
  if (!key) return check_fault(key.error());
  require(key->bits() >= 253 && key->bits() <= PublicKey::kMostBits);
  require(!key->verifies({}, text.substr(0, 256)));
}

void check_file(std::string_view text) {
  const auto file = parse_key_file(text);
  if (!file) return require(file.error().message.starts_with("line ") && base::is_utf8(file.error().message));
  const std::string written = key_file_text(file->record, file->key.from, file->key.until);
  const auto again = parse_key_file(written);
  require(written.size() > kMostKeyFile || (again && again->record == file->record));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_field(bytes);
  check_field("DKIM-Signature:" + std::string(bytes));
  check_record(bytes);
  check_file(bytes);
  return 0;
}
