// Header blocks as they come back: the signatures in any block are found and verified within their caps, and
// the kind of line ends never matters.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "dkim/canonical.h"
#include "dkim/header_block.h"
#include "dkim/public_key.h"
#include "dkim/returned.h"
#include "dkim/verify.h"

namespace {

using namespace backstop::dkim;

void require(bool holds) {
  if (!holds) std::abort();
}

const PublicKey& key_of(Algorithm algorithm) {
  static const PublicKey rsa =
      PublicKey::parse(
          "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/"
          "J16JYi0Qvx/byYzCNb3W91y3FutAC"
          "DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB")
          .value();
  static const PublicKey edwards =
      PublicKey::parse("k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=").value();
  return algorithm == Algorithm::RsaSha256 ? rsa : edwards;
}

std::string with_lf(std::string_view text) {
  std::string lf;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' || !text.substr(i + 1).starts_with('\n')) lf += text[i];
  }
  return lf;
}

std::string canonical(Canonical form, std::string_view field) {
  std::string out;
  append_canonical(form, field, out);
  return out;
}

void check_fields(const HeaderBlock& block) {
  for (const auto& field : block.fields()) {
    const std::string_view text = text_of(field);
    const std::string relaxed = canonical(Canonical::Relaxed, text);
    const std::string simple = canonical(Canonical::Simple, text);
    require(relaxed.size() <= text.size() && simple.size() <= 2 * text.size());
    require(relaxed.find('\n') == std::string::npos && canonical(Canonical::Relaxed, relaxed) == relaxed);
    require(canonical(Canonical::Simple, simple) == simple &&
            canonical(Canonical::Relaxed, simple) == relaxed);
    require(canonical(Canonical::Simple, with_lf(text)) == simple ||
            text.find("\r\r") != std::string_view::npos);
  }
}

void check_selection(const HeaderBlock& block, const Signature& signature) {
  const auto selected = select_signed(block, signature.names, signature.field);
  require(selected.size() == signature.names.size());
  for (std::size_t i = 0; i < selected.size(); ++i) {
    if (selected[i] == nullptr) continue;
    require(selected[i]->name.data() != signature.field.data());
    for (std::size_t j = 0; j < i; ++j) require(selected[j] != selected[i]);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const HeaderBlock block({reinterpret_cast<const char*>(data), size});
  check_fields(block);
  const auto found = returned_signatures(block, [](std::string_view) { return true; });
  require(found.size() <= kMostReturned);
  for (const auto& one : found) {
    check_selection(block, one.signature);
    const Outcome outcome = verify(block, one.signature, &key_of(one.signature.algorithm));
    require(outcome == Outcome::BadSignature || outcome == Outcome::Good);
  }
  return 0;
}
