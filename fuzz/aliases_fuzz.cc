// A map in the form of Postfix's virtual(5): whatever it holds, the addresses that it has for an owner are
// bounded, each once, and never the owner; and a line end more at its end changes nothing.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include "base/text.h"
#include "intake/aliases.h"

namespace {

using namespace backstop;

// The builds that fuzz fastest have no assert().
void require(bool holds) {
  if (!holds) std::abort();
}

void look_up(const intake::Aliases& aliases, std::string_view owner) {
  const auto found = aliases.of(owner);
  require(found.size() <= intake::Aliases::kMostOfOwner);
  require(std::set<std::string>(found.begin(), found.end()).size() == found.size());
  require(std::ranges::find(found, owner) == found.end());
  for (const auto& address : found) {
    require(base::is_utf8(address));
    require(address.contains('@') || !owner.contains('@'));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto reading = intake::read_aliases(text, '+');
  require(reading.findings.size() == std::min(reading.mistakes, intake::AliasReading::kMostFindings));
  for (const auto& [line, what] : reading.findings) {
    require(line > 0 && base::is_utf8(what) && !what.contains('\n'));
  }
  for (const std::string_view owner :
       {"ann@example.org", "ben@example.org", "c@example.com", "postmaster", ""})
    look_up(reading.aliases, owner);
  const std::string with_end = std::string(text) + "\r\n";
  require(intake::read_aliases(with_end, '+').aliases.size() == reading.aliases.size());
  return 0;
}
