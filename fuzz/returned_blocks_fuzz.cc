// Text with header blocks in it, and a mail that returns some. Blocks keep to their caps, have lines of their
// own, and stay the same when they are read again; each watermark that a text has is found.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "mail/message.h"
#include "response/reader.h"
#include "response/returned_blocks.h"
#include "response/sound_response.h"
#include "response/text_blocks.h"

namespace {

using namespace backstop;

void require(bool holds) {
  if (!holds) std::abort();
}

void read_text(std::string_view text, std::size_t most) {
  response::TextBlocks blocks(text, most);
  std::size_t bytes = 0;
  while (const auto block = blocks.next()) {
    require(!block->bytes.empty() && block->bytes.size() <= most);
    require(block->is_cut || block->bytes.ends_with("\r\n"));
    bytes += block->bytes.size();
    if (block->is_cut) continue;
    response::TextBlocks again(block->bytes, most);
    const auto same = again.next();
    require(same && !same->is_quoted);
  }
  // A joined line gains a space at most, and a line end may become two bytes.
  require(bytes <= 2 * text.size() + 2);
}

void read_mail(std::string_view mail, const response::Limits& limits) {
  mail::Message message;
  mail::Message scratch;
  mail::walk(mail, message, limits.mime);
  response::ReportText text;
  text.collect(message, limits.text);
  response::Response response;
  response.kind = response::Kind::DsnFailed;
  response::find_returned({message, text, limits}, scratch, response);
  const std::string broken = response::unsoundness(response, limits);
  if (!broken.empty()) std::fprintf(stderr, "%s\n", broken.c_str());
  require(broken.empty());
  for (const auto& block : response.returned) require(!(block.is_whole && block.is_truncated));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_text(text, 64UZ * 1024);
  read_text(text, 100);
  read_mail(text, {});
  read_mail(text, response::kNarrowLimits);
  return 0;
}
