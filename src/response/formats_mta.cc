// Mail transfer agents that people install.
#include <array>

#include "response/formats.h"

namespace backstop::response {
namespace {

constexpr std::array kFormats = std::to_array<BounceFormat>({
    // These two begin as qmail does.
    {.name = "Apache James",
     .signature = "this is the james mail server at",
     .begin = "the reason why i was unable to deliver your message"},
    {.name = "Haraka",
     .signature = "this is the haraka mailer program at",
     .begin = "sorry it didn't work out",
     .diagnostic_begin = "failure reason:"},
    {.name = "qmail",
     .signature =
         "this is the qmail-send program at|this is the qmail-send program.|i'm afraid i wasn't able to "
         "deliver "
         "your message to the following addresses|i wasn't able to deliver your message to the following"},
    {.name = "Yandex",
     .signature = "это письмо отправлено почтовым сервером yandex",
     .begin = "be delivered to one or more recipients"},
    {.name = "Postfix",
     .signature = "this is the mail system at host|this is the postfix program at host|this is the mail "
                  "delivery system "
                  "at host|this is the postfix mail system at host",
     .begin = "if you do so, please include this problem report"},
    {.name = "Postfix session transcript",
     .signature = "transcript of session follows. out:|transcript of session follows. in:"},
    {.name = "1&1 and GMX",
     .signature =
         "the header of the original message is following|der header der ursprünglichen nachricht folgt",
     .begin = "the following address|the following addresses|die folgende adresse|die folgenden adressen",
     .diagnostic_begin = "for the following reason:"},
    {.name = "Exim rejection by scan",
     .signature = "was rejected by the local scanning code",
     .begin = "the following error was given:",
     .diagnostic_begin = "the following error was given:"},
    {.name = "Exim malformed recipient",
     .signature = "recipient addresses that were incorrectly constructed|recipient address that was "
                  "incorrectly constructed"},
    {.name = "Exim",
     .signature = "this message was created automatically by mail delivery software|the following "
                  "address(es) failed|a "
                  "message that you sent could not be delivered to one or more of its recipients|a message "
                  "that you sent "
                  "has not yet been delivered|the address to which the message has not yet been "
                  "delivered|the addresses "
                  "to which the message has not yet been delivered|message has been frozen",
     .begin = "address(es) failed"},
    {.name = "Sendmail",
     .signature =
         "the following addresses had permanent fatal errors|the following addresses had transient non-fatal "
         "errors|the following addresses had delivery problems|the following addresses had permanent "
         "delivery "
         "errors|the following addresses had successful delivery notifications|the following addresses had "
         "fatal "
         "errors|the following addresses had delivery errors|the following recipients had permanent fatal "
         "errors",
     .end = "transcript of session follows"},
    {.name = "Sendmail transcript",
     .signature = "transcript of session follows -----|transcript of session follows"},
    {.name = "Courier",
     .signature = "unless your mail system is configured|message delivery report|your message to the "
                  "following recipients cannot be delivered|this is a delivery status notification from|"
                  "undeliverable mail your message to the following",
     .begin = "cannot be delivered:"},
    {.name = "MMDF",
     .signature = "your message could not be delivered to|your message was not delivered to the following"},
    {.name = "LSMTP/LISTSERV",
     .signature = "allows software like listserv to automatically take action",
     .recipient = "error-for: *<?(ADDR)>?.*"},
    {.name = "Novell GroupWise",
     .signature = "the message that you sent was undeliverable to the following|groupwise",
     .begin = "undeliverable to the following",
     .recipient = "<?(ADDR)>?(?: .*)?"},
    {.name = "IMail",
     .signature = "invalid final delivery userid|delivery failed 20 attempts|undeliverable to|unknown user:|"
                  "user mailbox exceeds allowed size|delivery failed attempt",
     .recipient = "(?:.*? )?(?:invalid final delivery userid|delivery failed \\d+ attempts|undeliverable to|"
                  "unknown user|user mailbox exceeds allowed size|unknown host)[: ]+<?(ADDR)>?.*"},
    {.name = "MDaemon",
     .signature = "the attached message had permanent fatal delivery errors|mdaemon has identified your|"
                  "the following addresses did not receive a copy of your message|mdaemon",
     .begin = "did not receive a copy of your message",
     .end = "session transcript"},
    {.name = "hMailServer",
     .signature = "hmailserver",
     .begin = "the following recipient(s) could not be reached"},
    {.name = "MailEnable",
     .signature = "mailenable",
     .begin = "the following recipient(s) could not be reached",
     .recipient = "recipient: \\[?(?:smtp:)?(ADDR)\\]?.*"},
    {.name = "OpenSMTPD",
     .signature =
         "an error has occurred while attempting to deliver a message for the following list of recipients",
     .begin = "for the following list of recipients"},
    {.name = "Lotus Notes",
     .signature = "------- failure reasons --------",
     .begin = "failure reasons --------",
     .end = "------- returned message --------",
     .diagnostic_begin = "failure reasons --------"},
    {.name = "SurfControl",
     .signature = "a transcript of the attempts to send the message follows",
     .recipient = "addressed to: ?<?(ADDR)>?.*",
     .diagnostic_begin = "failed to send to identified host,"},
    {.name = "DragonFly dma",
     .signature = "there was an error delivering your mail to",
     .recipient = ".*error delivering your mail to <?(ADDR)>?.*"},
    {.name = "PowerMTA",
     .signature = "i am sending you this message to inform you on the delivery status of a message"},
    {.name = "Sun Messaging Server",
     .signature = "this report relates to a message you sent with the following header fields",
     .begin = "your message cannot be delivered to the following recipients",
     .recipient = "(?:recipient|original) address: <?(ADDR)>?.*",
     .diagnostic_begin = "reason:"},
    {.name = "Netscape Messaging Server",
     .signature = "this message was undeliverable due to the following reason",
     .begin = "did not receive your message",
     .diagnostic_begin = "due to the following reason:"},
    {.name = "Domino",
     .signature = "was not delivered to:|failed to deliver message to",
     .begin = "was not delivered to:",
     .end = "because:",
     .diagnostic_begin = "because:"},
    {.name = "Exchange 5.5",
     .signature = "the recipient name is not recognized|msexch:ims|msexch:msexchangemta|did not reach the "
                  "following recipient(s)",
     .begin = "did not reach the following recipient"},
    {.name = "Exchange",
     .signature =
         "your message did not reach some or all of the intended recipients|did not reach the following "
         "recipient",
     .begin = "did not reach the following recipient|the following recipient(s) could not be reached"},
    {.name = "Exchange 2007",
     .signature = "delivery has failed to these recipients or|diagnostic information for administrators|"
                  "couldn't be delivered to",
     .begin = "delivery has failed to these recipients",
     .end = "diagnostic information for administrators"},
    {.name = "InterScan",
     .signature = "message from interscan|unable to deliver message to <",
     .recipient = ".*(?:unable to deliver message to|rcpt to:) ?<(ADDR)>.*"},
    {.name = "Symantec Messaging Gateway",
     .signature = "could not be delivered to the following recipients:",
     .begin = "could not be delivered to the following recipients"},
    {.name = "delivered",
     .kind = Kind::DsnDelivered,
     .signature = "has been successfully delivered to the following recipient|was successfully delivered to "
                  "the destination|has been successfully relayed to the following recipient|successfully "
                  "delivered to the following recipient",
     .begin = "to the following recipient|listed below"},
    {.name = "Delivery Status Notification",
     .signature = "this is an automatically generated delivery status notification",
     .begin = "to the following recipient"},
    {.name = "phquery",
     .signature = "error detail (phquery",
     .begin = "message not delivered to the following",
     .end = "error detail (phquery"},
});

}  // namespace

std::span<const BounceFormat> mta_formats() {
  return kFormats;
}

}  // namespace backstop::response
