// Filters and gateways that stand before a mail server and return what it refuses.
#include <array>

#include "response/formats.h"

namespace backstop::response {
namespace {

constexpr std::array kFormats = std::to_array<BounceFormat>({
    {.name = "MessageLabs",
     .signature = "this is the mail delivery agent at|mail delivery agent at symantec|messagelabs",
     .begin = "deliver your message to the following addresses",
     .diagnostic_begin = "reason:"},
    {.name = "MailMarshal",
     .signature = "the following recipients were affected",
     .begin = "the following recipients were affected",
     .end = "additional information",
     .diagnostic_begin = "could not be delivered because of"},
    {.name = "MailFoundry",
     .signature = "delivery failed for the following reason:",
     .recipient = "unable to deliver message to: <?(ADDR)>?",
     .diagnostic_begin = "delivery failed for the following reason:"},
    {.name = "MXLogic",
     .signature = "included is a copy of the message header",
     .begin = "the following address failed|the following "
              "addresses failed"},
    {.name = "m-FILTER",
     .signature = "-------server message",
     .end = "-------server message|-------smtp command",
     .diagnostic_begin = "-------server message"},
    {.name = "X6",
     .signature = "we had trouble delivering your message. full details follow",
     .recipient = ".*(?:returned permanent errors:|rejected recipient) <?(ADDR)>?.*"},
    {.name = "X1",
     .signature = "the following addresses had delivery errors---",
     .recipient = "<?(ADDR)>? ?\\[.*\\]"},
    {.name = "X3",
     .signature =
         "delivery to the following recipients was aborted after|delevery to the following recipients",
     .begin = "delivery to the following recipients|delevery to the following recipients",
     .diagnostic_begin = "technical details:"},
    {.name = "JetMail", .signature = "errmsg="},
    {.name = "MailEnable gateway",
     .signature = "failed recipient:",
     .recipient = "failed recipient: <?(ADDR)>?",
     .diagnostic_begin = "reason:"},
    {.name = "returned with target address",
     .signature = "target mail address:",
     .recipient = "target mail address: <?(ADDR)>?",
     .diagnostic_begin = "reject reason:"},
});

}  // namespace

std::span<const BounceFormat> gateway_formats() {
  return kFormats;
}

}  // namespace backstop::response
