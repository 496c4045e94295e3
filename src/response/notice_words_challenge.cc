#include <array>

#include "response/notice_words.h"

namespace backstop::response {
namespace {

// Besides these, the claims of filters count: "your message to".
constexpr std::array kChallengeClaims = std::to_array<std::string_view>({"you wrote to",
                                                                         "you have written to",
                                                                         "you sent mail to",
                                                                         "your mail waits",
                                                                         "your mail is waiting",
                                                                         "your message is waiting",
                                                                         "the message you sent",
                                                                         "sie haben an ",
                                                                         "sie schrieben an",
                                                                         "ihre mail ",
                                                                         "vous avez écrit",
                                                                         "vous avez envoyé un",
                                                                         "usted escribió",
                                                                         "usted envió un",
                                                                         "ha escrito a",
                                                                         "lei ha scritto",
                                                                         "hai scritto a",
                                                                         "il suo messaggio",
                                                                         "la sua mail",
                                                                         "você escreveu",
                                                                         "escreveu para",
                                                                         "a sua mensagem",
                                                                         "u schreef",
                                                                         "u hebt geschreven",
                                                                         "du skrev till",
                                                                         "du har skrevet",
                                                                         "kirjoitit",
                                                                         "twoja wiadomość",
                                                                         "twój list",
                                                                         "pana wiadomość",
                                                                         "pani wiadomość",
                                                                         "psal jste",
                                                                         "napsal jste",
                                                                         "ваше письмо",
                                                                         "Ваше письмо",
                                                                         "вы написали",
                                                                         "Вы написали",
                                                                         "ваш лист",
                                                                         "Ваш лист",
                                                                         "宛のメール",
                                                                         "宛てのメール",
                                                                         "您的邮件",
                                                                         "您發送",
                                                                         "您发送",
                                                                         "보내신 메일"});

// What the sender must do, so that the mail is delivered.
constexpr std::array kChallengeTopics = std::to_array<std::string_view>(
    {"solve the captcha", "solve a captcha", "solve this captcha", "complete the captcha",
     "uses an allow list", "uses a allow list", "on my allow list", "my list of allowed senders",
     "an allow list against", "whitelist against spam", "you are not on it yet", "confirm that you sent",
     "confirm your address once", "that you are a person", "that you are human", "that you're human",
     "not a robot", "you are not a spammer", "until you answer this", "until you reply to this",
     "by replying to this message once", "reply to this message without changing",
     // German
     "kein roboter", "sie ein mensch sind", "du ein mensch bist", "einmal bestätigen", "einmalig bestätigen",
     "bis sie diese nachricht einfach beantworten", "bis sie diese nachricht beantworten",
     "bis sie diese mail beantworten", "kein automat sind", "liste erlaubter absender",
     "liste der erlaubten absender", "bestätigen sie ihre adresse", "lösen sie das captcha",
     // French
     "cette vérification n'est demandée qu'une", "vérification n'est nécessaire qu'une", "pas un robot",
     "une seule fois votre adresse", "pour que votre message lui soit remis",
     "pour que votre message soit remis", "pour que votre e-mail soit remis", "recopiez le code affiché",
     "la première fois que vous écrivez à ce destinataire", "merci de vous authentifier",
     "liste des expéditeurs autorisés", "liste d'expéditeurs autorisés", "pour la première fois",
     // Spanish, Catalan
     "lista de remitentes autorizados", "lista de remitentes permitidos", "no es un robot",
     "no eres un robot", "responda a este mensaje sin cambiar", "para que su correo llegue",
     "para que su correo sea entregado", "no sou un robot",
     // Italian
     "confermare una sola volta", "lista dei mittenti autorizzati", "elenco dei mittenti autorizzati",
     "non è un robot", "non sei un robot", "di essere una persona",
     // Portuguese
     "não é um robô", "não és um robô", "lista de remetentes autorizados", "lista de remetentes permitidos",
     "que é humano", "que é uma pessoa",
     // Dutch
     "geen robot", "u een mens bent", "je een mens bent", "lijst met toegestane afzenders",
     "eenmalig te bevestigen", "bevestig eenmalig",
     // Swedish, Danish, Norwegian, Finnish
     "avsändaren är okänd", "du är en människa", "ingen robot", "inte en robot", "ikke en robot",
     "er et menneske", "afsenderen er ukendt", "avsenderen er ukjent", "et ole robotti", "olet ihminen",
     // Polish, Czech, Slovak, Croatian, Slovenian, Hungarian, Romanian
     "twój adres nie jest znany", "nie jesteś robotem", "nie jest pan", "jesteś człowiekiem",
     "lista dozwolonych nadawców", "liście dozwolonych nadawców", "nejste robot", "nie ste robot",
     "seznamu povolených odesílatelů", "niste robot", "nem robot", "nu sunteți robot", "nu sunteți un robot",
     // Russian, Ukrainian, Bulgarian, Greek, Turkish
     "не робот", "подтвердите, что вы отправ", "списке разрешённых", "списке разрешенных", "не сте робот",
     "δεν είστε ρομπότ", "robot olmadığınız",
     // Japanese, Chinese, Korean
     "送信者であることを確認", "送信者の確認", "ロボットではない", "許可リスト", "不是机器人", "不是機器人",
     "白名单中", "로봇이 아님", "로봇이 아닙니다", "허용 목록"});

}  // namespace

std::array<NoticeWords, 2> challenge_notice_words() {
  return {{{Kind::Challenge, kChallengeClaims, kChallengeTopics},
           {Kind::Challenge, filter_notice_words().claims, kChallengeTopics}}};
}

}  // namespace backstop::response
