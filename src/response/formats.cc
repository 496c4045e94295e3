#include "response/formats.h"

#include <array>

namespace backstop::response {
namespace {

constexpr std::array kFormats = std::to_array<BounceFormat>({
    // Mail providers and sending services.
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
    {.name = "IronPort",
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
    {.name = "Italian certified mail (PEC)",
     .signature = "avviso di mancata consegna|avviso di non accettazione"},
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

    // Filters and gateways in front of a mail server, which return what it refuses.
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

    // Mail transfer agents that people install.
    // These two begin as qmail does, so they come before it.
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
     .signature =
         "has been successfully delivered to the following recipient|was successfully delivered to "
         "the destination|has been successfully relayed to the following recipient|successfully "
         "delivered to the following recipient|addresses had successful delivery notifications|"
         "nachricht wurde erfolgreich zugestellt|nachricht wurde erfolgreich an den folgenden|message a été "
         "remis "
         "avec succès|mensaje se entregó correctamente|mensaje se ha entregado correctamente|mensaje "
         "ha sido entregado correctamente|messaggio è stato consegnato correttamente|mensagem foi "
         "entregue com êxito|mensagem foi entregue com sucesso|bericht is met succes afgeleverd|"
         "bericht is met succes bezorgd|meddelande har levererats till|wiadomość została pomyślnie "
         "dostarczona|zpráva byla úspěšně doručena|сообщение успешно доставлено|письмо успешно "
         "доставлено|メールは正常に配信されました|邮件已成功送达|메일이 성공적으로 전달",
     .begin = "to the following recipient|listed below"},
    {.name = "Delivery Status Notification",
     .signature = "this is an automatically generated delivery status notification",
     .begin = "to the following recipient"},
    {.name = "phquery",
     .signature = "error detail (phquery",
     .begin = "message not delivered to the following",
     .end = "error detail (phquery"},

    // Translations of Exchange and the like.
    {.name = "Exchange (Japanese)",
     .signature = "次の受信者またはグループへの配信に失敗しました|次の受信者への配信に失敗しました|"
                  "以下の受信者またはグループへの配信に失敗しました"},
    {.name = "Exchange (German)",
     .signature = "fehler bei der nachrichtenzustellung an folgende empfänger|"
                  "die nachricht konnte nicht an folgende empfänger|nachricht hat einige oder alle empfänger "
                  "nicht erreicht"},
    {.name = "Exchange (French)",
     .signature = "échec de la remise pour ces destinataires|échec de la remise à ces destinataires|"
                  "votre message n'est pas parvenu"},
    {.name = "Exchange (Spanish)",
     .signature = "error de entrega a estos destinatarios|error al entregar el mensaje a estos destinatarios|"
                  "el mensaje no llegó a algunos"},
    {.name = "Exchange (Italian)",
     .signature =
         "recapito non riuscito per i seguenti destinatari|impossibile recapitare il messaggio ai seguenti|"
         "il messaggio non è stato recapitato ad alcuni"},
    {.name = "Exchange (Portuguese)",
     .signature = "falha na entrega a estes destinatários|falha na entrega para estes destinatários|"
                  "a sua mensagem não chegou a alguns"},
    {.name = "Exchange (Dutch)",
     .signature =
         "bezorgen is mislukt bij de volgende geadresseerden|bezorging bij de volgende geadresseerden|"
         "alle geadresseerden niet bereikt"},
    {.name = "Exchange (Chinese)",
     .signature =
         "向这些收件人或组传递邮件失败|未能向下列收件人或通讯组列表传递邮件|無法傳遞給下列收件者或群組"},
    {.name = "Exchange (Korean)", .signature = "다음 받는 사람 또는 그룹에게 배달하지 못했습니다"},
    {.name = "Exchange (Russian)", .signature = "не удалось доставить сообщение следующим получателям"},
    {.name = "Exchange (Polish)", .signature = "do następujących adresatów lub grup nie powiodło się"},
    {.name = "Exchange (Turkish)", .signature = "alıcılara veya gruplara teslim edilemedi"},
});

}  // namespace

std::span<const BounceFormat> bounce_formats() {
  return kFormats;
}

}  // namespace backstop::response
