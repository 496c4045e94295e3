#include <array>

#include "response/notice_words.h"

namespace backstop::response {
namespace {

constexpr std::array kListClaims = std::to_array<std::string_view>(
    {"your message ", "your mail to", "your mail was", "your mail has", "your email to", "your email was",
     "your email has", "your email could", "your e-mail to", "your e-mail was", "your e-mail has",
     "your post to", "your post is", "your post was", "your post has", "post to", "your posting",
     "your request ", "your article", "your submission", "your subscription", "your confirmation",
     "your command", "your membership", "the message you sent", "a message you sent", "message from you",
     "you are not", "you're not", "you have tried to", "you tried to", "you attempted to",
     "you do not have permission", "you don't have permission", "you may not have permission",
     "you have requested", "registration request", "subscription request", "join request", "request to join",
     "request to subscribe", "to subscribe your", "to unsubscribe your", "asked to join",
     "asked to subscribe", "asked to be subscribed", "asked that your", "requested that your",
     "requested to be subscribed", "wants to join", "your bouncing", "your address bounc",
     "your address is bounc", "your address has been bounc", "sent to your address",
     "messages to your address", "mail to your address", "messages to you from", "mail to you has been",
     "mails to you ", "delivery to your address", "bounces from your", "bounced from your",
     "you (or somebody", "you (or someone", "(possibly you", "(hopefully you", "(maybe you",
     "someone using your",
     // German
     "an ihre adresse", "ihre adresse in der", "aufnahme in die liste", "aufnahmeantrag", "an deine adresse",
     "deine adresse in der", "ihre nachricht", "ihre mail ", "ihre e-mail ", "ihre email ", "ihre anfrage",
     "ihren beitrag", "ihr beitrag", "ihre bestätigung", "anmeldung ihrer adresse", "abmeldung ihrer adresse",
     "aufnahme ihrer adresse", "ihr abonnement", "ihre anmeldung", "ihre abmeldung", "deine nachricht",
     "deine mail ", "deine e-mail ", "dein beitrag", "deine anfrage", "sie haben versucht", "sie sind kein",
     "sie sind nicht", "nachricht, die sie",
     // French
     "à votre adresse", "votre adresse dans la liste", "votre adresse en erreur", "demande d'inscription",
     "demande d'abonnement", "votre message", "votre courrier", "votre courriel", "votre e-mail ",
     "votre email ", "votre requête", "votre demande", "abonnement de votre adresse", "votre confirmation",
     "votre abonnement", "votre inscription", "votre contribution", "vous n'êtes pas", "vous avez tenté",
     "vous avez essayé",
     // Spanish, Catalan
     "a su dirección", "a tu dirección", "solicitud de suscripción", "petición de suscripción", "su mensaje",
     "tu mensaje", "su correo ", "tu correo ", "su petición", "su solicitud", "su suscripción",
     "su confirmación", "el mensaje que ha", "el mensaje enviado", "el mensaje que usted", "usted no está",
     "no tiene permiso", "el vostre missatge", "la vostra sol·licitud",
     // Italian
     "al tuo indirizzo", "al suo indirizzo", "richiesta di iscrizione", "tuo messaggio", "suo messaggio",
     "vostro messaggio", "il messaggio spedito", "tua richiesta", "sua richiesta", "tua iscrizione",
     "tua conferma", "tua mail ", "tua e-mail ", "non sei iscritt", "hai inviato", "hai tentato",
     // Portuguese
     "sua mensagem", "seu pedido", "sua solicitação", "sua requisição", "seu e-mail ", "seu email ",
     "sua inscrição", "sua assinatura", "sua confirmação", "você não", "você tentou", "com o qual você",
     "mensagem enviada para",
     // Dutch
     "naar uw adres", "naar je adres", "verzoek tot aanmelding", "uw bericht", "je bericht", "uw e-mail ",
     "je e-mail ", "uw mail ", "uw verzoek", "je verzoek", "uw bevestiging", "uw inschrijving",
     "uw aanmelding", "u bent geen", "u bent niet", "je bent geen", "bericht dat u",
     // Swedish, Danish, Norwegian
     "ditt meddelande", "ert meddelande", "ditt brev", "din begäran", "din förfrågan", "din e-post ",
     "din prenumeration", "du är inte", "din meddelelse", "din besked", "din mail ", "din e-mail ",
     "din anmodning", "din forespørgsel", "din tilmelding", "du er ikke", "du sendte", "du har sendt",
     "meddelelse til maillisten", "din melding", "meldingen din", "e-posten din", "eposten din",
     "din forespørsel", "din påmelding",
     // Finnish
     "viestisi", "sähköpostisi", "pyyntösi", "et ole", "tilauksesi",
     // Polish, Czech, Slovak, Slovenian, Croatian, Serbian
     "twoja wiadomość", "twój list", "twoje zgłoszenie", "twoja prośba", "twoje potwierdzenie", "twój e-mail",
     "wiadomość wysłana przez", "państwa wiadomość", "nie jesteś", "vaše zpráva", "vaše zprávu", "váš e-mail",
     "váš příspěvek", "vaše žádost", "váš požadavek", "vaši zprávu", "vaši žádost", "vaše potvrzení",
     "nejste", "vaša správa", "váš príspevok", "vaša žiadosť", "vašu správu", "nie ste", "vaše sporočilo",
     "vaša poruka", "vaš zahtjev", "vaš zahtev", "vaša prošnja",
     // Hungarian, Romanian, Turkish, Greek, Estonian, Lithuanian, Latvian
     "kuldott leveled", "küldött leveled", "a leveled", "küldött levele", "ön levele", "az ön level",
     "üzenete", "üzeneted", "kérése", "kérésed", "ön nem", "mesajul dumneavoastr", "mesajul dvs",
     "mesajul tău", "cererea dumneavoastr", "cererea dvs", "nu sunteți", "iletiniz", "mesajınız",
     "e-postanız", "isteğiniz", "gönderiniz", "μήνυμά σας", "αίτησή σας", "αίτημά σας", "δεν είστε",
     "sinu kiri", "teie kiri", "sinu sõnum", "jūsų laiškas", "jūsų žinutė", "jūsu ziņojums", "jūsu vēstule",
     // Russian, Ukrainian, Bulgarian
     "ваше сообщение", "ваше письмо", "ваш запрос", "ваша заявка", "ваше подтверждение", "вашу заявку",
     "вы не ", "вашего сообщения", "вашего письма", "ваше повідомлення", "ваш лист", "ваш запит", "ви не ",
     "вашето съобщение", "вашето писмо",
     // Japanese, Chinese, Korean, Vietnamese
     "への投稿", "あなたの", "あなたは", "ご投稿", "お客様の", "您的", "你的", "您发", "您發", "您不是",
     "你不是", "您没有", "您沒有", "귀하의", "귀하가", "귀하는", "당신의", "보내신", "thư của bạn",
     "tin nhắn của bạn", "yêu cầu của bạn", "bạn không",
     // Arabic, Hebrew
     "رسالتك", "طلبك", "ההודעה שלך", "הודעתך", "בקשתך"});

constexpr std::array kListTopics = std::to_array<std::string_view>(
    {"moderator", "moderation", "moderated", "awaits approval", "awaiting approval", "pending approval",
     "approval by", "sent to the moderators", "after one of", "list owner", "list administrator",
     "list manager", "has been rejected", "was rejected", "is rejected", "been declined", "was declined",
     "been held", "being held", "was held", "not been accepted", "not accepted", "not a member",
     "not a subscriber", "not subscribed", "not member", "non-member", "nonmember", "members only",
     "members-only", "only members", "only subscribers", "only list members", "posting is restricted",
     "posts are restricted", "list is restricted", "restricted to members", "restricted to subscribers",
     "not allowed to post", "not authorized to", "not authorised to", "not permitted to post",
     "permission to post", "private list", "closed list", "confirm subscri", "confirm unsub",
     "confirm your subscription", "confirm your request", "confirm your unsub", "confirm that you",
     "confirm the ", "confirm this", "confirm or", "confirmation", "confirmer votre", "confirmar su",
     "confirmar sua", "confirme su", "confirme sua", "confirmez votre", "subscription request",
     "unsubscription", "been unsubscribed", "been removed from the", "been disabled due to", "email commands",
     "has been disabled", "automatically unsubscribed", "automatically removed", "automatically be removed",
     "will be unsubscribed", "will be removed from", "non-delivery reports", "has been bouncing",
     "is bouncing", "bouncing address", "excessive bounces", "bounced too", "bounce messages",
     "probe message", "test bounce", "not distributed", "message is too large", "is too large", "is too big",
     // German
     "moderatorin", "moderiert", "automatisch abgemeldet", "automatisch gelöscht", "automatisch entfernt",
     "von der liste entfernt", "aus der liste entfernt", "unzustellbarkeit", "unzustellbar", "freigabe",
     "freigegeben", "genehmig", "bewillig", "abgelehnt", "zurückgewiesen", "zurueckgewiesen", "abgewiesen",
     "zurückgehalten", "zurueckgehalten", "nicht angenommen", "nicht verteilt", "nicht zugestellt",
     "nur mitglieder", "nur abonnenten", "kein mitglied", "nicht mitglied", "nicht abonniert",
     "geschlossene liste", "bestätig", "nicht berechtigt", "administrator der liste", "liste ausgetragen",
     "ausgetragen",
     // French
     "modérateur", "modération", "approbation", "rejeté", "refusé", "pas été accepté", "pas abonné",
     "pas membre", "réservée aux", "seuls les abonnés", "seuls les membres", "non-membre",
     "gestionnaire de la liste", "propriétaire de la liste", "pas autorisé", "automatiquement désabonn",
     "rapports de non-remise", "rapports de non-livraison", "confirmer l'inscription", "désabonné",
     "désinscri",
     // Spanish, Catalan
     "moderador", "moderación", "moderado", "aprobación", "aprobado", "rechazad", "denegad", "retenid",
     "no está suscrit", "no es miembro", "no es un miembro", "sólo los suscriptores", "solo los suscriptores",
     "solo los miembros", "sólo los miembros", "dado de baja", "cancelada", "administrador de la lista",
     "no está autorizad", "publicar en el grupo", "publicar mensajes", "aprovació", "rebutja",
     // Italian
     "moderatore", "moderazione", "approvazione", "approvato", "rifiutat", "respint", "rigettat", "trattenut",
     "non è iscritt", "non sei iscritt", "solo gli iscritti", "solo i membri", "conferma",
     "gestore della lista", "non sei autorizzat",
     // Portuguese
     "moderação", "aprovação", "aprovad", "rejeitad", "recusad", "retida", "não é membro", "não é um membro",
     "não está inscrit", "apenas membros", "somente membros", "apenas assinantes", "dono da lista",
     "administrador da lista", "postar mensagens", "publicar mensagens",
     // Dutch
     "moderatie", "goedkeuring", "goedgekeurd", "geweigerd", "afgewezen", "afgekeurd", "tegengehouden",
     "vastgehouden", "geen lid", "alleen leden", "alleen abonnees", "bevestig", "lijstbeheerder",
     "uitgeschreven",
     // Swedish, Danish, Norwegian
     "godkänn", "avvisa", "avslag", "refusera", "nekad", "inte medlem", "inte prenumerant", "bekräfta",
     "listadministratör", "listans ägare", "hålls kvar", "godkend", "afvist", "afvis", "ikke medlem",
     "tilbageholdt", "holdes", "bekræft", "listeadministrator", "godkjen", "avvist", "avslått",
     "holdt tilbake", "bekreft",
     // Finnish
     "moderaattori", "hyväksy", "hylät", "hylkä", "ylläpitäj", "jäsen", "vahvista",
     // Polish, Czech, Slovak, Slovenian, Croatian, Serbian
     "moderatora", "zatwierdz", "akceptac", "odrzucon", "wstrzyman", "potwierd", "subskrybent", "moderátor",
     "schválen", "schvalen", "zamítnut", "odmítnut", "zadržen", "členem", "potvrď", "potvrz", "schválenie",
     "zamietnut", "odmietnut", "odobren", "odobritev", "zavrnjen", "odbijen", "odobrenje",
     // Hungarian, Romanian, Turkish, Greek, Estonian, Lithuanian, Latvian
     "jóváhagy", "jovahagy", "elutasít", "visszautasít", "megerősít", "listatag", "aprobare", "aprobat",
     "respins", "confirmaț", "membru", "moderatör", "yönetici onayı", "onay", "reddedil", "συντονιστ",
     "διαχειριστ", "έγκριση", "απορρίφθηκε", "επιβεβαί", "moderaator", "heakskiitu", "lükatud", "kinnita",
     "patvirtin", "atmest", "apstiprin", "noraidīt",
     // Russian, Ukrainian, Bulgarian
     "модератор", "модерац", "одобрен", "отклонен", "отклонён", "отвергнут", "отказано", "подтвер",
     "подписчик", "не подписан", "владельц", "схвален", "відхилен", "підтвердж", "одобрение", "отхвърлен",
     // Japanese, Chinese, Korean, Vietnamese
     "司会者", "モデレータ", "承認", "保留", "拒否", "却下", "管理者", "メンバーでは", "会員では",
     "登録されていません", "确认", "確認", "审核", "審核", "批准", "核准", "拒绝", "拒絕", "版主", "主持人",
     "订阅者", "成员", "成員", "승인", "거부", "거절", "중재자", "관리자", "회원", "확인", "kiểm duyệt",
     "điều hành", "chấp thuận", "phê duyệt", "từ chối",
     // Arabic, Hebrew
     "المشرف", "موافقة", "رفض", "מנהל", "אישור", "נדח"});

}  // namespace

NoticeWords list_notice_words() {
  return {Kind::ListNotice, kListClaims, kListTopics};
}

}  // namespace backstop::response
