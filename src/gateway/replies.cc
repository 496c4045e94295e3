#include "gateway/replies.h"

#include <cassert>
#include <iterator>

namespace backstop::gateway {
namespace {

template <typename Case>
struct Row {
  Case of;
  int code;
  std::string_view status;
  std::string_view text = {};
};

constexpr Row<Exceeded> kExceeded[] = {
    // 5.5.6 is for lines of the AUTH exchange alone (RFC 4954 6).
    {Exceeded::CommandLine, 500, "5.5.2", "This command line is too long"},
    {Exceeded::Header, 552, "5.3.4", "The header of this message is too large"},
    {Exceeded::Message, 552, "5.3.4", "This message is too large"},
    {Exceeded::Held, 452, "4.3.1", "Too many large messages just now, try again later"},
    {Exceeded::Recipients, 452, "4.5.3", "Too many recipients: send the message again to the others"},
    {Exceeded::CommandsWithoutMail, 421, "4.7.0", "Too many commands that bring no mail forward, closing"},
    {Exceeded::Errors, 421, "4.7.0", "Too many errors, closing"},
    {Exceeded::ReceivedFields, 554, "5.4.6", "Too many Received fields: this message is in a loop"},
    {Exceeded::Sessions, 421, "4.3.2", "Too many connections just now, try again later"},
    {Exceeded::SessionsPerClient, 421, "4.7.0", "Too many connections from your address, try again later"},
    {Exceeded::CommandTime, 421, "4.4.2", "No command came in time, closing"},
    {Exceeded::DataTime, 421, "4.4.2", "The message did not come in time, closing"},
};

constexpr Row<Parting> kPartings[] = {
    // The same as Postfix answers to commands of other protocols.
    {Parting::HttpRequest, 221, "2.7.0", "This is a mail server, not a web server: goodbye"},
    {Parting::AfterFault, 421, "4.7.0", "What follows such a message is not read, closing"},
    {Parting::NoEnd, 421, "4.7.0", "The refused message does not end, closing"},
};

constexpr Row<Ending> kEndings[] = {
    {Ending::Stopping, 421, "4.3.2", "This server is shutting down, try again later"},
    {Ending::GatewayGone, 421, "4.3.2", "This service has ended, closing"},
};

template <typename Case, std::size_t N>
constexpr bool is_in_order(const Row<Case> (&table)[N]) {
  for (std::size_t i = 0; i < N; ++i) {
    if (static_cast<std::size_t>(table[i].of) != i) return false;
  }
  return true;
}
static_assert(std::size(kExceeded) == kExceededCount && is_in_order(kExceeded));
static_assert(std::size(kPartings) == kPartingCount && is_in_order(kPartings));
static_assert(std::size(kEndings) == kEndingCount && is_in_order(kEndings));

}  // namespace

smtp::Reply reply_for(Exceeded limit) {
  const auto& row = kExceeded[static_cast<std::size_t>(limit)];
  return {row.code, row.status, row.text};
}

smtp::Reply reply_for(Parting parting) {
  const auto& row = kPartings[static_cast<std::size_t>(parting)];
  return {row.code, row.status, row.text};
}

smtp::Reply reply_for(smtp::DataFault fault) {
  assert(fault != smtp::DataFault::None);
  // RFC 5321 2.3.8. 5.5.2 is what Postfix answers to a bare line feed.
  return {550, "5.5.2",
          "This message holds " + std::string(smtp::explain(fault)) + ", which no mail may hold"};
}

smtp::Reply reply_for(Ending ending) {
  const auto& row = kEndings[static_cast<std::size_t>(ending)];
  return {row.code, row.status, row.text};
}

}  // namespace backstop::gateway
