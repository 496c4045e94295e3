// Mail providers and the senders' services.
#include <array>

#include "response/formats.h"

namespace backstop::response {
namespace {

constexpr std::array kFormats = std::to_array<BounceFormat>({
    {.name = "Google Groups",
     .signature = "you might not have permission to post messages to the group|the group you tried to "
                  "contact"},
    {.name = "Gmail",
     .signature = "delivery to the following recipient failed permanently|delivery to the following "
                  "recipients failed permanently|"
                  "delivery to the following recipient has been delayed|google tried to deliver your "
                  "message|your message wasn't "
                  "delivered to|address not found your message|there was a temporary problem delivering your "
                  "message to|message "
                  "blocked your message to|recipient inbox full|gmail will retry for",
     .begin = "delivery to the following recipient|delivery to the following recipients",
     .end = "technical details of",
     .diagnostic_begin = "the error that the other server returned was:|the response from the remote server "
                         "was:|the response was:|"
                         "technical details of permanent failure:|technical details of temporary failure:"},
    {.name = "Yahoo",
     .signature = "sorry, we were unable to deliver your message to the following address|unable to deliver "
                  "message to the "
                  "following address(es)|message from yahoo"},
    {.name = "AOL",
     .signature =
         "your mail to the following recipients could not be delivered because they are not accepting mail",
     .begin = "your mail to the following recipients could not be delivered",
     .recipient = "([^\\s:]{3,64})"},
    {.name = "Amazon SES",
     .signature = "an error occurred while trying to deliver the mail to the following recipients",
     .begin = "to the following recipients"},
    {.name = "Amazon SES undeliverable",
     .signature = "was undeliverable. the reason for the problem:|was undeliverable. the following",
     .recipient = ".*the following message to <?(ADDR)>? was undeliverable.*",
     .diagnostic_begin = "the reason for the problem:"},
    {.name = "Outlook.com",
     .signature =
         "this is an automatically generated delivery status notification. delivery to the following "
         "recipients failed"},
    {.name = "mail.ru",
     .signature =
         "это письмо создано автоматически сервером mail.ru|не может быть доставлено одному или нескольким"},
    {.name = "newmail.ru",
     .signature = "this is the machine generated message from mail service",
     .begin = "deliver your message to the following address"},
    {.name = "Facebook", .signature = "this message was created automatically by facebook"},
    {.name = "Verizon",
     .signature = "message could not be delivered to mobile|phone number is incorrect",
     .recipient = "to: <?(ADDR)>?"},
    {.name = "Sina", .signature = "邮件无法发送到您指定的地址中|您的邮件未能成功投递到以下收件人"},
    {.name = "QQ", .signature = "您发送的邮件被退回"},
    {.name = "NetEase", .signature = "您的邮件被退回|此邮件是由系统自动发送"},
    {.name = "Naver", .signature = "메일이 정상적으로 전송되지 못했습니다|메일이 전송되지 못했습니다"},
    {.name = "KDDI",
     .signature = "your mail sent on|could not be sent due to the following "
                  "reason|次のあて先へのメッセージはエラーのため送信できませんでした",
     .begin = "次のあて先へのメッセージはエラーのため送信できませんでした"},
    {.name = "EZweb",
     .signature = "the user(s) account is disabled|the user(s) account is temporarily over quota|the user(s) "
                  "account is "
                  "temporarily limited|each of the following recipients was rejected by a remote mail server",
     .begin = "the following recipients was rejected by a remote mail server"},
    {.name = "SoftBank", .signature = "下記の宛先にメールを送信できませんでした"},
    {.name = "Biglobe",
     .signature = "non-delivered information -----",
     .end = "non-delivered information -----",
     .diagnostic_begin = "non-delivered information -----"},
    {.name = "usa.net",
     .signature = "the following mail has been returned because it encountered an error",
     .recipient = "intended recipient: <?(ADDR)>?.*"},
});

}  // namespace

std::span<const BounceFormat> provider_formats() {
  return kFormats;
}

}  // namespace backstop::response
