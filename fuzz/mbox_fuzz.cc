// An mbox: the same mails are found whatever the size of the pieces in which it comes (the first byte). They
// keep to the cap and come in the order of the file.
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "mailbox/mail_form.h"
#include "mailbox/mbox_reader.h"
#include "mailbox/pieces_fixture.h"

namespace {

using namespace backstop;

constexpr std::size_t kCap = 512;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string read_all(std::string_view text, std::size_t piece) {
  mailbox::Pieces source(text, piece);
  mailbox::MboxReader reader(source, {}, kCap);
  std::string seen;
  std::optional<std::uint64_t> last;
  for (;;) {
    const auto mail = reader.next();
    require(mail.has_value());
    if (!*mail) return seen;
    require((*mail)->bytes.size() <= kCap);
    require((*mail)->offset < text.size());
    require(!last || (*mail)->offset > *last);
    last = (*mail)->offset;
    seen.append(std::to_string((*mail)->offset)).append(":").append((*mail)->bytes).append("|");
    seen.append((*mail)->is_past_cap ? "+" : "").append((*mail)->is_last ? "." : "");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::string whole = read_all(text, text.size() + 1);
  require(whole == read_all(text, data[0] + 1UZ));
  require(whole.empty() == text.empty());
  (void)mailbox::why_not_a_mail(text);
  return 0;
}
