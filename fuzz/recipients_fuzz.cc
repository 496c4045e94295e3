// A file of recipients: whatever it holds, each entry that it takes is found again, in any case and with any
// sub-address, and a domain has recipients just if it is the domain of one.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "directory/recipient_list.h"

namespace {

using namespace backstop;

// The builds that fuzz fastest have no assert().
void require(bool holds) {
  if (!holds) std::abort();
}

// Looks for the key of an entry, if it is an address; its mailbox may be any.
void look_up(const directory::RecipientList& list, std::string_view key) {
  const auto address = mail::parse_address(key);
  if (!address || address->domain.empty() || key.starts_with("*@")) return;
  require(list.contains({*address, {"no", "body.invalid"}}));
  require(list.contains({{"no", "body.invalid"}, *address}));
  require(list.has_domain(address->domain));
  auto upper = *address;
  for (char& c : upper.local) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  require(list.contains({upper, upper}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = std::string(reinterpret_cast<const char*>(data), size) + "\n";
  const auto reading = directory::read_recipients(text);
  if (!reading) return 0;
  require(reading->list.size() > 0 && reading->list.size() <= text.size());
  require(reading->findings.size() == std::min(reading->mistakes, directory::MapFindings::kMostFindings));
  for (const auto& [line, what] : reading->findings) {
    require(line > 0 && base::is_utf8(what) && !what.contains('\n'));
  }
  directory::PostfixMap map(text);
  while (auto entry = map.next())
    look_up(reading->list, directory::without_brackets(directory::take_word(entry->text)));
  const auto again = directory::read_recipients(text + text);
  require(again && again->list.size() == reading->list.size());
  return 0;
}
