// Acknowledgements of offices and help desks that have no mark of a product: "we have received your message".
// Web forms and shops write the same words, so each row needs the null sender, and the weak ones a sign of an
// answer as well.
#include <array>
#include <vector>

#include "response/phrases.h"
#include "response/signs.h"

namespace backstop::response {
namespace {

// Lists of phrases that are separated by '|'.
struct Language {
  std::string_view product;
  std::string_view subjects;       ///< at the start of the subject: a mail has arrived
  std::string_view bodies;         ///< the same in the text
  std::string_view weak_subjects;  ///< thanks, and requests that may have come by a form
  std::string_view weak_bodies;
};

constexpr std::array kLanguages = std::to_array<Language>({
    {"ticket acknowledgement",
     "acknowledgement of your e-mail|acknowledgement of your email|we have received your e-mail|"
     "we have received your email|acknowledgement of receipt|acknowledgment of receipt|"
     "confirmation of receipt|we have received your message|your message has been received|"
     "your e-mail has been received|your email has been received|receipt of your message|"
     "receipt of your e-mail|receipt of your email|automatic acknowledgement|"
     "automated acknowledgement|auto acknowledgement|auto-acknowledgement|autoacknowledgement|"
     "auto acknowledgment|we got your email|we got your e-mail|we got your message",
     "thank you for your message. it has been received|thank you for your email. we have received|"
     "your message has been received|your e-mail has been received|your email has been received|"
     "this is an automatic confirmation that we received your e|we have received your email|"
     "we have received your e-mail|we have received your message|we received your email|"
     "we received your e-mail|we received your message|this is an automatic acknowledgement|"
     "this is an automated acknowledgement|this is an automatic acknowledgment|"
     "this is an automated acknowledgment|we got your email|we got your message|"
     "we've received your email|we've received your e-mail|we've received your message|"
     "your email arrived|we are in receipt of your e",
     "we received your request|we have received your request|your request has been received|"
     "your ticket has been created|thank you for contacting|thanks for contacting|"
     "thank you for your email|thank you for your e-mail|thank you for your message|"
     "thank you for your enquiry|thank you for your inquiry|thank you for getting in touch",
     "we have received your enquiry|we have received your inquiry|we have received your request|"
     "we have received your query|we received your request|your enquiry has been received|"
     "your inquiry has been received|your request has been received|"
     "we acknowledge receipt of your|hereby acknowledge receipt of your|"
     "we've received your request|this is an automated message|this is an automatic message|"
     "this is an auto-generated|this email is automatically generated|"
     "message was generated automatically|automatically generated message|"
     "this is an automated response|this is an automated reply|this is an automatic response"},
    {"ticket acknowledgement (German)",
     "bestätigung des eingangs|bestätigung über den eingang|empfangsbestätigung|"
     "eingangsbestaetigung|bestätigung ihrer e-mail|bestätigung ihrer nachricht|"
     "ihre nachricht ist eingegangen|wir haben ihre nachricht erhalten|"
     "wir haben ihre e-mail erhalten|e-mail empfangsbestätigung",
     "vielen dank für ihre e-mail. sie ist|ihre e-mail ist eingegangen|"
     "ihre nachricht ist eingegangen|ihre nachricht wurde empfangen|"
     "vielen dank für ihre nachricht. sie ist|ihre e-mail ist bei uns eingegangen|"
     "ihre nachricht ist bei uns eingegangen|ihre mail ist bei uns eingegangen|"
     "ihr schreiben ist bei uns eingegangen|ihre e-mail wurde empfangen|"
     "wir haben ihre e-mail erhalten|wir haben ihre mail erhalten|"
     "wir haben ihre nachricht erhalten|deine nachricht ist bei uns eingegangen|"
     "deine e-mail ist bei uns eingegangen|wir haben deine nachricht erhalten|"
     "wir haben deine e-mail erhalten|elektronische nachricht. sie ist|"
     "bestätige ich den eingang ihrer|den eingang ihrer e-mail|den eingang ihrer nachricht",
     "ihre anfrage ist eingegangen|vielen dank für ihre nachricht|vielen dank für ihre e-mail|"
     "vielen dank für ihre anfrage|danke für ihre nachricht|danke für ihre e-mail|"
     "danke für deine nachricht",
     "ihre anfrage ist bei uns eingegangen|ihre anfrage ist eingegangen|"
     "ihr anliegen ist bei uns eingegangen|ihre anfrage wurde empfangen|"
     "wir haben ihre anfrage erhalten|wir bestätigen den eingang ihrer|"
     "bestätigen wir den eingang ihrer|wurde automatisch erzeugt|wurde automatisch generiert|"
     "wurde automatisch erstellt|wurde automatisch versandt|automatisch erstellte nachricht|"
     "automatisch generierte nachricht|automatisch generierte e-mail|automatisch erstellte e-mail"},
    {"ticket acknowledgement (French)", "accusé de réception|accuse de reception|confirmation de réception",
     "votre message a bien été reçu|votre courriel a bien été reçu|"
     "nous avons bien reçu votre message|nous avons bien reçu votre courriel|"
     "votre message a été reçu|votre courriel a été reçu|votre e-mail a bien été reçu|"
     "votre mail a bien été reçu|nous avons bien reçu votre e-mail|"
     "nous avons bien reçu votre mail|nous avons reçu votre message|"
     "nous avons reçu votre courriel|votre message est bien arrivé|"
     "votre message nous est bien parvenu|votre courriel nous est bien parvenu",
     "merci pour votre message|merci de nous avoir contacté|merci de votre message|"
     "nous avons bien reçu votre",
     "nous accusons réception de votre|votre demande a bien été reçue|"
     "votre demande a bien été enregistrée|nous avons bien reçu votre demande|"
     "nous avons reçu votre demande|accusons bonne réception de votre|message automatique|"
     "généré automatiquement|envoyé automatiquement"},
    {"ticket acknowledgement (Spanish)", "acuse de recibo|confirmación de recepción|confirmación de recibo",
     "su mensaje ha sido recibido|hemos recibido su mensaje|hemos recibido su correo|"
     "hemos recibido tu mensaje|hemos recibido tu correo|su correo ha sido recibido",
     "gracias por contactar|gracias por su mensaje|gracias por su correo|gracias por tu mensaje|"
     "gracias por escribirnos|hemos recibido su",
     "hemos recibido su solicitud|hemos recibido su consulta|hemos recibido tu solicitud|"
     "hemos recibido tu consulta|su solicitud ha sido recibida|su consulta ha sido recibida|"
     "acusamos recibo de su|mensaje automático|generado automáticamente"},
    {"ticket acknowledgement (Italian)",
     "conferma di ricezione|conferma ricezione|conferma di ricevimento|avviso di ricezione",
     "abbiamo ricevuto il suo messaggio|abbiamo ricevuto la sua e-mail|"
     "abbiamo ricevuto il tuo messaggio|abbiamo ricevuto la tua e-mail|"
     "il suo messaggio è stato ricevuto|la sua e-mail è stata ricevuta",
     "grazie per averci contattato|grazie per averci scritto|grazie per il suo messaggio",
     "abbiamo ricevuto la sua richiesta|abbiamo ricevuto la tua richiesta|"
     "la sua richiesta è stata ricevuta|messaggio automatico|generato automaticamente"},
    {"ticket acknowledgement (Dutch)",
     "ontvangstbevestiging|bevestiging van ontvangst|bevestiging ontvangst|"
     "uw bericht is ontvangen|uw e-mail is ontvangen",
     "wij hebben uw bericht ontvangen|wij hebben uw e-mail ontvangen|"
     "we hebben uw e-mail ontvangen|we hebben uw bericht ontvangen|wij hebben uw mail ontvangen|"
     "we hebben uw mail ontvangen|we hebben je bericht ontvangen|we hebben je e-mail ontvangen|"
     "uw bericht is ontvangen|uw e-mail is ontvangen|uw mail is ontvangen|"
     "uw e-mail is in goede orde|uw bericht is in goede orde|uw bericht in goede orde ontvangen|"
     "uw e-mail in goede orde ontvangen",
     "bedankt voor uw bericht|bedankt voor uw e-mail|bedankt voor je bericht|"
     "hartelijk dank voor uw bericht|hartelijk dank voor uw e-mail",
     "automatisch gegenereerd|automatisch bericht|automatisch verzonden"},
    {"ticket acknowledgement (Portuguese)",
     "aviso de recepção|confirmação de recebimento|confirmação de receção|"
     "confirmação de recepção|aviso de receção",
     "recebemos a sua mensagem|recebemos o seu e-mail|recebemos seu e-mail|recebemos o seu email|"
     "recebemos sua mensagem|sua mensagem foi recebida|seu e-mail foi recebido",
     "obrigado por entrar em contato|obrigado pelo seu contacto|obrigado pelo seu contato|"
     "obrigado pela sua mensagem|agradecemos o seu contacto|agradecemos o seu contato|"
     "agradecemos seu contato",
     "recebemos sua solicitação|recebemos o seu contato|recebemos o seu contacto|"
     "recebemos o seu pedido de|sua solicitação foi recebida|mensagem automática|"
     "gerada automaticamente|e-mail automático"},
    {"ticket acknowledgement (Polish)", "potwierdzenie otrzymania|potwierdzenie odbioru|potwierdzenie wpływu",
     "otrzymaliśmy twoją wiadomość|państwa wiadomość została o|państwa wiadomość została prz|państwa "
     "wiadomość została zarej|twoja wiadomość została o|twoja wiadomość została prz|twoja wiadomość została "
     "zarej|"
     "potwierdzamy otrzymanie państwa|potwierdzamy otrzymanie wiadomości",
     "dziękujemy za wiadomość|dziękujemy za kontakt",
     "otrzymaliśmy państwa|państwa zgłoszenie zostało|twoje zgłoszenie zostało|"
     "wygenerowana automatycznie|wiadomość automatyczna"},
    {"ticket acknowledgement (Swedish)", "mottagningsbekräftelse|bekräftelse på mottag",
     "vi har tagit emot ditt|vi har mottagit ditt|ditt meddelande har tagits emot|"
     "ditt meddelande är mottaget|ditt mejl har tagits emot|din e-post har tagits emot",
     "tack för ditt mejl|tack för ditt mail|tack för ditt meddelande|tack för att du kontakta|"
     "vi har tagit emot ditt",
     "ditt ärende har tagits emot|din förfrågan har tagits emot|automatiskt genererat|automatiskt "
     "svar|autosvar"},
    {"ticket acknowledgement (Norwegian)", "kvittering for mottatt|bekreftelse på mottatt",
     "vi har mottatt din e-post|vi har mottatt e-posten din|vi har mottatt meldingen din|"
     "din e-post er mottatt",
     "takk for din henvendelse|takk for henvendelsen|takk for din e-post|takk for at du kontakte|"
     "vi har mottatt din",
     "vi har mottatt din henvendelse|vi har mottatt henvendelsen din|din henvendelse er mottatt|"
     "vi bekrefter mottak av|automatisk generert|automatisk svar"},
    {"ticket acknowledgement (Danish)", "kvittering for modtag|bekræftelse på modtag",
     "vi har modtaget din mail|vi har modtaget din e-mail|vi har modtaget din besked|"
     "din mail er modtaget|din e-mail er modtaget|din besked er modtaget",
     "tak for din henvendelse|tak for din mail|tak for din e-mail|tak for din besked|"
     "vi har modtaget din",
     "vi har modtaget din henvendelse|din henvendelse er modtaget|vi bekræfter modtagelsen af|"
     "automatisk genereret"},
    {"ticket acknowledgement (Finnish)",
     "vahvistus viestin vastaanottamisesta|viestisi on vastaanotettu|vastaanottokuittaus",
     "viestisi on vastaanotettu|viestinne on vastaanotettu|sähköpostisi on vastaanotettu|"
     "olemme vastaanottaneet viestisi|olemme vastaanottaneet viestinne|"
     "olemme vastaanottaneet sähköpostisi",
     "kiitos viestistä|kiitos yhteydenoto",
     "yhteydenottosi on vastaanotettu|automaattinen viesti|automaattinen vastaus"},
    {"ticket acknowledgement (Czech)", "potvrzení o přijetí|potvrzení přijetí",
     "vaše zpráva byla přijata|váš e-mail byl přijat|vaše zpráva byla doručena|"
     "obdrželi jsme vaši zprávu|obdrželi jsme váš e-mail|přijali jsme vaši zprávu",
     "děkujeme za vaši zprávu|děkujeme za váš",
     "váš dotaz byl přijat|obdrželi jsme váš dotaz|vygenerován automaticky|"
     "automatická odpověď|automaticky generovan"},
    {"ticket acknowledgement (Slovak)", "potvrdenie o prijatí|potvrdenie prijatia",
     "vaša správa bola prijatá|váš e-mail bol prijatý|prijali sme vašu správu|"
     "dostali sme vašu správu",
     "ďakujeme za vašu správu", ""},
    {"ticket acknowledgement (Hungarian)",
     "levelét megkaptuk|üzenetét megkaptuk|visszaigazolás: levelét|visszaigazolás: üzenet",
     "levelét megkaptuk|üzenetét megkaptuk|e-mailjét megkaptuk|megkaptuk levelét|"
     "megkaptuk üzenetét",
     "köszönjük levelét|köszönjük megkeresését|köszönjük üzenetét",
     "megkeresését megkaptuk|automatikus üzenet|automatikusan küldött"},
    {"ticket acknowledgement (Romanian)", "confirmare de primire|confirmare primire",
     "am primit mesajul dumneavoastră|am primit e-mailul dumneavoastră|"
     "mesajul dumneavoastră a fost primit|mesajul dumneavoastră a fost recepționat|"
     "am primit mesajul dvs",
     "vă mulțumim pentru mesaj", ""},
    {"ticket acknowledgement (Russian)",
     "ваше письмо получено|ваше сообщение получено|"
     "подтверждение получения",
     "ваше письмо получено|ваше сообщение получено|"
     "мы получили Ваше",
     "ваше обращение|благодарим за обращение|"
     "спасибо за обращение|спасибо за ваше обращение",
     "ваше обращение получено|ваш запрос получен|"
     "ваше обращение зарегистрировано|"
     "ваша заявка принята|мы получили ваше|"
     "мы получили ваш запрос|ваше обращение принято|"
     "сформировано автоматически|"
     "автоматическое сообщение|"
     "отправлено автоматически"},
    {"ticket acknowledgement (Ukrainian)", "підтвердження отримання",
     "ваш лист отримано|ваше повідомлення отримано|"
     "ми отримали ваш лист",
     "дякуємо за звернення",
     "ваше звернення отримано|ми отримали ваше|"
     "ваше звернення зареєстровано"},
    {"ticket acknowledgement (Bulgarian)", "потвърждение за получаване",
     "вашето съобщение е получено|"
     "вашето писмо е получено",
     "благодарим за вашето съобщение", "получихме вашето"},
    {"ticket acknowledgement (Greek)", "",
     "λάβαμε το μήνυμά σας|το μήνυμά σας ελήφθη|"
     "λάβαμε το email σας",
     "ευχαριστούμε για την επικοινωνία|"
     "ευχαριστούμε για το μήνυμά",
     "το αίτημά σας ελήφθη"},
    {"ticket acknowledgement (Turkish)", "mesajınız alındı|e-postanız alındı",
     "mesajınız alınmıştır|mesajınızı aldık|e-postanız alınmıştır|"
     "e-postanızı aldık|mesajınız tarafımıza ulaşmıştır",
     "mesajınız için teşekkür", "talebiniz alınmıştır|başvurunuz alınmıştır"},
    {"ticket acknowledgement (Croatian or Serbian)", "potvrda primitka|potvrda prijema",
     "vaša poruka je zaprimljena|primili smo vašu poruku", "",
     "vaš upit je zaprimljen|zaprimili smo vaš|zaprimili smo vašu|primili smo vaš"},
    {"ticket acknowledgement (Slovenian)", "potrdilo o prejemu",
     "vaše sporočilo smo prejeli|prejeli smo vaše sporočilo", "", ""},
    {"ticket acknowledgement (Estonian)", "",
     "teie kiri on kätte saadud|oleme teie kirja kätte saanud|teie kiri on vastu võetud", "", ""},
    {"ticket acknowledgement (Latvian)", "", "jūsu ziņa ir saņemta|jūsu e-pasts ir saņemts", "",
     "esam saņēmuši jūsu"},
    {"ticket acknowledgement (Lithuanian)", "", "jūsų laiškas gautas|gavome jūsų laišką|jūsų žinutė gauta",
     "", ""},
    {"ticket acknowledgement (Catalan)", "", "hem rebut el seu missatge|hem rebut el vostre missatge", "",
     "hem rebut la vostra consulta"},
    {"ticket acknowledgement (Arabic)", "",
     "تم استلام رسالتك|لقد استلمنا رسالتك|"
     "لقد تلقينا رسالتك|تم استلام بريدك",
     "شكرا لتواصلك|شكراً لتواصلك", "تم استلام طلبك"},
    {"ticket acknowledgement (Hebrew)", "אישור קבלה", "הודעתך התקבלה|קיבלנו את הודעתך", "",
     "פנייתך התקבלה|קיבלנו את פנייתך|פנייתכם התקבלה|"
     "הודעה אוטומטית"},
    {"ticket acknowledgement (Persian)", "", "پیام شما دریافت شد|ایمیل شما دریافت شد", "", ""},
    {"ticket acknowledgement (Hindi)", "",
     "आपका संदेश प्राप्त हुआ|"
     "आपका ईमेल प्राप्त हुआ",
     "", ""},
    {"ticket acknowledgement (Thai)", "",
     "เราได้รับอีเมลของคุณแล้ว|"
     "เราได้รับข้อความของคุณแล้ว",
     "", ""},
    {"ticket acknowledgement (Vietnamese)", "",
     "chúng tôi đã nhận được email|chúng tôi đã nhận được thư|"
     "chúng tôi đã nhận được tin nhắn",
     "", ""},
    {"ticket acknowledgement (Indonesian)", "",
     "email anda telah kami terima|pesan anda telah kami terima|kami telah menerima email anda|"
     "kami telah menerima pesan anda",
     "", ""},
    {"ticket acknowledgement (Japanese)", "",
     "メールを受け付けました|メールを受付けました|"
     "メールを受付いたしました|メールを受信しました|自動返信です|"
     "自動返信にて|自動返信となります|自動で返信|"
     "自動返信しております",
     "お問い合わせありがとうございます|"
     "お問い合わせいただきありがとう|お問い合わせを受け付け|"
     "お問合せありがとうございます",
     "お問い合わせを受け付けました|お問い合わせを受付|自動送信|"
     "自動配信"},
    {"ticket acknowledgement (Chinese)", "",
     "我们已收到您的邮件|我们已收到您的来信|您的邮件已收到|"
     "已收到您的邮件|已收到您的来信|您的来信已收到|"
     "此邮件为系统自动回复|本邮件由系统自动回复|"
     "此邮件由系统自动回复|這是系統自動回覆|我們已收到您的來信|"
     "我們已收到您的郵件|已收到您的來信",
     "感谢您的来信|感謝您的來信",
     "我们已收到您的咨询|我们已收到您的请求|系统自动发送|"
     "系統自動發送"},
    {"ticket acknowledgement (Korean)", "문의가 접수되었습니다",
     "메일이 접수되었습니다|자동 회신 메일|자동으로 회신|"
     "자동으로 발송된 회신",
     "문의해 주셔서 감사합니다", "문의가 접수되었습니다|자동으로 발송"},
});

std::vector<Sign> made_signs() {
  using Row = SignRow<Kind::AutoReply>;
  std::vector<Sign> signs;
  for (const Language& language : kLanguages) {
    const auto add = [&](std::string_view phrases, Zone zone, Strength strength) {
      for_each_phrase(phrases, [&](std::string_view phrase) {
        signs.push_back(Row::text(language.product, zone, phrase, strength));
      });
    };
    add(language.subjects, Zone::SubjectFirst, Strength::WithNullSender);
    add(language.bodies, Zone::Body, Strength::WithNullSender);
    add(language.weak_subjects, Zone::SubjectFirst, Strength::WithNullAnswer);
    add(language.weak_bodies, Zone::Body, Strength::WithNullAnswer);
  }
  return signs;
}

}  // namespace

std::span<const Sign> acknowledgement_signs() {
  static const std::vector<Sign> signs = made_signs();
  return signs;
}

}  // namespace backstop::response
