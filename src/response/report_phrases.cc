#include "response/report_phrases.h"

#include <array>
#include <vector>

#include "response/phrases.h"

namespace backstop::response {
namespace {

struct PhraseRow {
  std::string_view language;
  std::string_view phrases;
};

// clang-format off
// Machines say this, and so do people who write about bounces: it counts only beside a machine's marks.
constexpr std::array kFailures = std::to_array<PhraseRow>({
    {"English",
     "could not be delivered|couldn't be delivered|could not be sent|cannot be delivered|"
     "can not be delivered|can't be delivered|was not delivered|wasn't delivered|"
     "were not delivered|not been delivered|has not been delivered|unable to deliver|"
     "failed to deliver|could not deliver|couldn't deliver|cannot deliver|not able to deliver|"
     "wasn't able to deliver|delivery failed|delivery failure|delivery has failed|"
     "delivery to the following|delivery error|delivery problem|delivery status notification|"
     "undeliverable|undelivered|undeliverable message|did not reach|did not receive your message|"
     "could not be reached|has been rejected|was rejected|been returned|returned to sender|"
     "returned mail|permanent error|permanent failure|fatal error|following address failed|"
     "following addresses failed|failed recipient|failed addresses|user unknown|unknown user|"
     "no such user|user not known|mailbox is full|mailbox full|over quota|does not exist|"
     "doesn't exist|not a valid|error while delivering|error was detected while processing|"
     "non-delivery|cannot be sent|not accepted|mailbox unavailable|address is unknown|"
     "no longer valid|invalid address|account is not available|message rejected|"
     "the following recipients were affected|error occurred while trying to deliver|"
     "refused to accept your message|unrouteable address|"
     "your message has encountered delivery problems|was undeliverable|bounced|error-for:|"
     "non remis|error de entrega|non recapitato|recapito non riuscito|bezorgen is mislukt|"
     "non ho potuto|failed to be received|did not exactly match|could not be fully delivered|"
     "addresses were unknown"},
    {"Other languages in ASCII",
     "didn't reach|permanent fatal errors|trouble delivering|transcript of session|unreachable|"
     "n'a pas pu etre|impossible de remettre|n'existe pas|konnte nicht zugestellt werden|"
     "konnten nicht zugestellt werden|nicht zugestellt|unzustellbar|zustellung fehlgeschlagen|"
     "nicht ausgeliefert|fehler bei der nachrichtenzustellung|zustellung der nachricht|"
     "nicht erreicht|nicht zustellen|konnte nicht gesendet|no se pudo entregar|"
     "no pudo ser entregado|no ha podido ser entregado|no se ha podido entregar|"
     "no se puede entregar|no ha sido entregado|no fue entregado|fallo en la entrega|nao pode ser|"
     "falha na entrega|impossibile recapitare|mancato recapito|impossibile consegnare|"
     "kon niet worden bezorgd|kan niet worden bezorgd|niet bezorgd|niet worden afgeleverd|"
     "niet afgeleverd|onbestelbaar|kunde inte levereras|gick inte att leverera|kunne ikke leveres|"
     "kan ikke leveres|blev ikke leveret|ble ikke levert|har inte levererats|leveringsfejl|"
     "kunne ikke afleveres|ei voitu toimittaa|ei toimitettu|niedostarczona|teslim edilemedi|"
     "teslim edilemiyor|iletilemedi|pas pu remettre|konnte ich nicht zustellen|kunne ikke sendes|"
     "se nepodarilo dorucit|sa nepodarilo dorucit|levererades inte|falhou permanentemente|nie dostarczon|non e stato possibile consegnare|"
     "non e stato possibile recapitare|non e stato consegnato|non e stato recapitato|"
     "nie mozna dostarczyc|nie zostala dostarczona|"
     "nie mogla zostac dostarczona|nie udalo sie dostarczyc|nao foi possivel entregar|"
     "nao foi entregue|no pudo entregarse|no pudo ser enviado|no se pudo enviar|"
     "n'a pas ete remis|n'a pas ete delivre|n'a pas ete distribue|n'a pu etre|kunde inte skickas|"
     "kunde ej levereras|kunne ikke bli levert|nelze dorucit|nepodarilo se dorucit|nebyla dorucena|"
     "nebolo mozne dorucit|nepodarilo sa dorucit|nem kezbesitheto|nem sikerult kezbesiteni|"
     "nu a putut fi livrat|nu a putut fi trimis|nu a fost livrat|nije isporucen|isporuka nije uspjela|"
     "nije mogla biti isporucena|ni bilo mogoce dostaviti|no s'ha pogut lliurar|tidak dapat dikirim|"
     "tidak dapat terkirim|gagal dikirim|tidak dapat dihantar|konnte nicht ausgeliefert|"
     "kon niet worden afgeleverd|kon niet worden verzonden|ei voida toimittaa"},
    {"Latin letters beyond ASCII",
     "n'a pas pu être|n'ont pas pu être|échec de la remise|n'a pas été remis|"
     "impossible de délivrer|échec de distribution|non distribué|n'a pu être|nicht übermittelt|"
     "no se entregó|não pôde ser entregue|não foi possível entregar|não pode ser entregue|"
     "não foi entregue|non è stato possibile recapitare|non può essere consegnato|"
     "non è stato recapitato|non è stato consegnato|toimitus epäonnistui|nie można dostarczyć|"
     "nie mogła zostać dostarczona|nie została dostarczona|nie udało się dostarczyć|"
     "nie można było dostarczyć|nelze doručit|nebylo možné doručit|nepodařilo se doručit|"
     "nedoručitelné|nebyla doručena|nem kézbesíthető|nem sikerült kézbesíteni|"
     "nem lehetett kézbesíteni|nije isporučen|nije mogla biti isporučena|ni bilo mogoče dostaviti|"
     "se nepodařilo doručit|sa nepodarilo doručiť|nebolo možné doručiť|nepodarilo sa doručiť|nebola doručená|không thể gửi|không gửi được|"
     "nepavyko pristatyti|nepristatyt|nebuvo pristatyt|negalėjo būti pristatyt|neizdevās piegādāt|nav piegādāt|"
     "netika piegādāt|nevarēja piegādāt|kohale toimetada|ei õnnestunud edastada|ei toimetatud kohale|"
     "ekki tókst að afhenda|ekki hægt að afhenda|var ekki afhent|skilaði sér ekki|nije bilo moguće isporučiti|"
     "nije uspjelo slanje|neuspela isporuka|nije uspela isporuka|ni bilo dostavljeno|ni mogoče dostaviti|"
     "s'ha pogut lliurar|no s’ha pogut lliurar|non se puido entregar|ezin izan da entregatu|ezin izan da bidali|"
     "không thể chuyển|không được gửi|không đến được|nu a putut fi livrată|nu a ajuns la|"
     "dərc edilmədi|çatdırıla bilmədi|yetkazib bo'lmadi|nuk mund të dorëzohej|ulaştırılamadı|"
     "kézbesíthetetlen|pas été délivré|nåede ikke frem|nådde ikke|"
     "nådde inte|har ikke nået|no llegó a|não chegou|não foi possível enviar|doručit následujícím|"
     "nie doręczon|nem kézbesített"},
    {"Greek",
     "δεν είναι δυνατή η παράδοση|δεν ήταν δυνατή η παράδοση|δεν παραδόθηκε|"
     "δεν ήταν δυνατό να παραδοθεί|αποτυχία παράδοσης|δεν μπόρεσε να παραδοθεί"},
    {"Russian, Ukrainian",
     "не может быть доставлено|не удалось доставить|не было доставлено|не доставлено|"
     "невозможно доставить|недоставленное|не может быть отправлено|сбой доставки|ошибка доставки|"
     "не вдалося доставити|не було доставлен|неможливо доставити|не може да бъде доставен|не можа да бъде доставен|"
     "не беше доставен|недоставено|није могла бити испоручена|није испоручен|није могуће испоручити|"
     "не може да се испорача|не беше испорачана|не удалось отправить|не смогли доставить|не ўдалося даставіць|"
     "жеткізілмеді|жеткізу мүмкін болмады|недоставлене|не може бути доставлен|не доставлен"},
    {"Hebrew",
     "לא ניתן היה למסור|לא ניתן למסור|המסירה נכשלה|לא נמסרה|לא נמסר|לא הגיעה ליעדה|שליחת ההודעה נכשלה|תעذر"},
    {"Arabic",
     "تعذر توصيل|لم تصل رسالتك|لم يمكن تسليم|تحویل داده نشد|تحویل نشد|ارسال نشد|قابل تحویل نیست|تعذر التسليم|تعذر تسليم|لم يتم تسليم|فشل تسليم|فشل التسليم"},
    {"Japanese",
     "配送することができません|届きませんでした|届けられませんでした|配信されませんでした|配信できません|配信できませんでした|送信できません|配信に失敗|送信に失敗|配送できません|配達できません|届けることができません|エラーのため送信できませんでした|送信エラー|"
     "配送できて|配達できま|お届けできま|送信に失敗しました|送れませんでした"},
    {"Chinese and Japanese",
     "配信不能|無法傳遞|无法送达|无法投递|无法传递|无法发送|投递失败|被退回|退信|無法送達|傳送失敗|发送失败|未能成功送达|未能送达|未能投递|退回|投递到以下收件人|未能傳送|无法传送|投遞失敗|無法投遞|未能送達|未送达"},
    {"Thai, Hindi, Bengali, Tamil, Georgian, Armenian",
     "ไม่สามารถส่งข้อความ|ไม่สามารถส่งอีเมล|ไม่สามารถนำส่ง|ส่งไม่สำเร็จ|ส่งอีเมลไม่สำเร็จ|वितरित नहीं|डिलीवर नहीं|पहुंचाया नहीं|"
     "पहुँचाया नहीं|বিতরণ করা যায়নি|வழங்க முடியவில்லை|ვერ მიეწოდა|ვერ იქნა მიწოდებული|հնարավոր չեղավ առաքել"},
    {"Korean",
     "전달하지 못|전송할 수 없|보내지 못했|전송하지 못했습니다|배달되지 않|배달하지 못했습니다|전송되지 못했습니다|전송에 실패|발송에 실패|배달할 수 없|반송|전달되지 못했습니다|전달할 수 없"},
});

// The mail is late, and the system keeps trying.
constexpr std::array kDelays = std::to_array<PhraseRow>({
    {"English",
     "has not yet been delivered|have not yet been delivered|not yet been delivered|"
     "has been delayed|have been delayed|been delayed|will be retried|will keep trying|"
     "warning message only|this is a warning|just a warning|is a warning only|"
     "delivery attempts will continue|will continue to attempt|will continue to try|still trying|"
     "delivery is delayed|delivery delayed|could not be delivered yet|"
     "could not be delivered for more than|has been postponed|will be tried again|"
     "temporarily undeliverable|delivery to the following recipient has been delayed|"
     "the following addresses had transient non-fatal errors|you do not need to resend|"
     "do not need to resend|will try again|will retry for|no action is required on your part|"
     "tries to deliver|delivery to these recipients or groups is delayed|delayed mail|"
     "message is delayed|delivery incomplete|attempts to deliver the message will continue|"
     "has not been delivered yet|still not been delivered"},
    {"Other languages in ASCII",
     "still being retried|advisory-only|there was a temporary problem delivering|"
     "wird weiterhin versucht|noch nicht zugestellt|erneut versucht|nouvelle tentative|"
     "se ha retrasado|retrasado|ritardat|atrasad|adiada|vertraagd|nog niet bezorgd|forsinket|"
     "dosud nebyl|gecikti|gecikme|volgende pogingen|ponowi|yeniden denenecek|erneuter versuch|"
     "wird erneut"},
    {"Latin letters beyond ASCII",
     "pas encore pu être|tentatives pendant|poursuivra ses tentatives|continuera ses tentatives|"
     "todavía no se ha podido|aún no se ha podido|seguirá intentándolo|non è stato ancora possibile|"
     "continuerà a tentare|ainda não foi possível|continuará a tentar|continuará tentando|nog niet worden "
     "bezorgd|nog niet worden afgeleverd|ännu inte levererats|endnu ikke leveret|ennå ikke levert|"
     "zatím se nepodařilo|dar nepavyko|vėluoja|aizkavē|viibib|se întârzie|întârziat|kasni|zakasni|"
     "verzögert|zustellung verzögert|retardé|a été retardée|pas encore été remis|"
     "aún no se ha entregado|seguirá intentando|è in ritardo|non è stato ancora|"
     "ainda não foi entregue|fördröj|försenad|viivästynyt|opóźnion|jeszcze nie została|zpožděn|"
     "késleltet|késik|se reintentará|verrà effettuato un nuovo tentativo|nya försök|nye forsøg|"
     "uusia yrityksiä|újra megpróbál|encore tenté"},
    {"Russian, Ukrainian",
     "пока не удалось доставить|поки не вдалося|забавя|все още не е достав|касни|задерж|ещё не доставлено|еще не доставлено|будут продолжены|затрима|только предупреждение|"
     "попытки доставки будут|продолжены|продолжаться"},
    {"Greek",
     "καθυστέρη"},
    {"Chinese and Japanese",
     "遅れています|引き続き|継続して配送|遅延|延迟|延遲|再試行|配送遅延|继续尝试|繼續嘗試"},
    {"Korean",
     "지연|재시도|다시 시도"},
    {"Hebrew",
     "מתעכב|עיכוב"},
    {"Arabic",
     "تأخر|تأخير"},
    {"Japanese",
     "再送を継続|まだ配信"},
});

// The report ends before these.
constexpr std::array kOriginalMarkers = std::to_array<PhraseRow>({
    {"English",
     "below this line is a copy of the message|this is a copy of the message|"
     "this is a copy of your message|original message follows|----- original message -----|"
     "-- original message --|original message ---|unsent message follows|unsent message below|"
     "message header follows|message headers follow|message headers follow:|"
     "returned message follows|returned mail follows|message text follows|"
     "header of the original message is following|original message headers|original message header|"
     "copy of the original message below|copy of the original message|"
     "included is a copy of the message|header and top|lines of your original message follow|"
     "lines of the message follow|received message follows|the attachment contains the original|"
     "attachment is a copy of the message|below is a copy of the original message|"
     "-- returned mail --|-- original mail --|original mail info|-------original message|"
     "bounced e-mail:|undelivered message follows|header of the source mail|"
     "the original message was:|returned message -----|message header:|start of returned message|"
     "your original message|original message is attached|your message reads (in part)|"
     "the headers of the message sent from your address|summary of the undelivered message|"
     "begin of returned message|mensaje original|message d'origine"},
    {"Latin letters beyond ASCII",
     "ursprüngliche nachricht|en-têtes de message d'origine"},
    {"Other languages in ASCII",
     "encabezados de mensajes originales|messaggio originale|originele berichtkop"},
    {"Japanese",
     "元のメッセージ"},
    {"Chinese and Japanese",
     "原始邮件|原始郵件"},
    {"Korean",
     "원본 메시지"},
    {"Russian, Ukrainian",
     "исходное сообщение|заголовки исходного"},
});

// Subjects of bounces.
constexpr std::array kFailureSubjects = std::to_array<PhraseRow>({
    {"English",
     "undelivered mail returned to sender|delivery status notification|mail delivery failed|"
     "mail delivery failure|undeliverable|failure notice|returned mail|mail system error|"
     "delivery failure|delivery failed|message not delivered|mail could not be delivered|"
     "non delivery|non-delivery|delivery report|no valid recipient|mail failed|"
     "bounce from googleapps|delivery notification|delivery problem|could not be delivered|"
     "unable to deliver|delivery error|mail not delivered|mail error|processing error|"
     "permanent delivery failure|message delivery failure|mail delivery problem|"
     "mail delivery error|delivery has failed|undelivered|message undeliverable|"
     "message delivery has failed|email bounce|bounce notification|failed mail|returned email|"
     "return mail|rejected mail|mail failure|undeliverable mail|"
     "there was an error sending your mail|user unknown|failed delivery|not delivered|"
     "wasn't delivered|delivery unsuccessful|address not found|message bounced|mail bounced|"
     "error in delivery|non remis|error de entrega|non recapitabile|non recapitato|"
     "avviso di mancata consegna|avviso di non accettazione"},
    {"Other languages in ASCII",
     "nondeliverable|unzustellbar|nicht zustellbar|fehlgeschlagen|zustellung|zustellungsfehler|"
     "nicht zugestellt|echec de distribution|fallo en la entrega|no se puede entregar|no entregado|"
     "no entregable|no se pudo entregar|devuelto|mancato recapito|impossibile recapitare|"
     "mensagem bloqueada|falha na entrega|devolvida|niet-bestelbaar|onbestelbaar|niet bezorgd|"
     "niet bestelbaar|gick inte att leverera|kan ikke leveres|kunne ikke leveres|olevererbart|"
     "uleverbar|ikke levert|toimittamaton|ei voi toimittaa|niedostarczona|niedostarczone|"
     "nie dostarczono|teslim edilemedi|teslim edilemiyor|iletilemedi|fallo de entrega|"
     "errore di consegna|falha de entrega|leveringsfejl|leveransfel|leveringsfeil|"
     "messaggio non consegnat|mail non consegnat|missatge no lliurat|mail ikke leveret|"
     "besked ikke leveret|meddelelse ikke leveret|mesaj nelivrat|mesajul nu a putut fi|poruka nije isporu|"
     "bericht niet afgeleverd|mail niet afgeleverd|meddelandet kunde inte levereras|"
     "olevererat meddelande|olevererad e-post|mensagem nao entregue|mail nao entregue|"
     "nao foi possivel entregar|zprava nedorucena|nedorucena zprava|nedorucena sprava|nedorucitel|pesan gagal dikirim|email gagal dikirim|"
     "pesan tidak terkirim|email tidak terkirim"},
    {"Latin letters beyond ASCII",
     "übermittlungsstatus|notification d'état de la distribution|échec de distribution|"
     "non distribué|échec de la remise|échec d'envoi|não foi possível entregar|não entregue|"
     "não é possível entregar|toimitus epäonnistui|nie można dostarczyć|nedoručitelné|nedoručen|"
     "kézbesíthetetlen|nem kézbesíthető|nedoručitel|không gửi được|không thể gửi|"
     "nepristatyt|nepavyko pristatyti|nav piegādāt|nepiegādāt|kohale toimetada|ei õnnestunud edastada|"
     "ekki tókst að afhenda|óafhentur póstur|ni bilo mogoče dostaviti|nedostavljen|neisporučen|nije isporučen|"
     "nebola doručená|nebyla doručena|nem sikerült kézbesíteni|"
     "viestiä ei voitu|viestiäsi ei|avis d'échec|échec|chyba doručení|błąd dostarczenia|"
     "doručení selhalo|kézbesítési hiba|teslimat hatası"},
    {"Russian, Ukrainian",
     "недоставленное|не доставлено|не может быть доставлено|недоставлене|не доставлене|"
     "сбой доставки|сбой|недоставено|не е доставен|није испоручен|не е испорачан|не доставлен|помилка доставки"},
    {"Greek",
     "δεν ήταν δυνατή η παράδοση|δεν είναι δυνατή η παράδοση|δεν παραδόθηκε|αδυναμία παράδοσης|αποτυχία παράδοσης|αποτυχία"},
    {"Japanese",
     "配送できません|配達できません|送信できませんでした|メッセージを配信できません|メールエラー通知|メール送信エラー|配信できません|送信できません|配信エラー|エラーメール|送信エラー|配送エラー"},
    {"Chinese and Japanese",
     "配信不能|退信|系统退信|无法送达|無法傳遞|无法投递|未送达|投递失败|未傳遞|退件|送信失敗|配信失敗|宛先不明|投递错误|邮件退回"},
    {"Korean",
     "반송|배달되지|배달 실패|전송 실패|전달되지|전송실패|수신 실패"},
    {"Hebrew",
     "לא ניתן למסור|לא נמסר|המסירה נכשלה|שגיאת מסירה"},
    {"Arabic",
     "تعذر التسليم|تعذر تسليم|لم يتم التسليم|لم يتم تسليم|تحویل داده نشد|ارسال نشد|فشل"},
    {"Thai, Hindi",
     "ส่งไม่สำเร็จ|ส่งอีเมลไม่สำเร็จ|ไม่สามารถส่ง|वितरित नहीं|डिलीवर नहीं"},
});

// Subjects of delay notices.
constexpr std::array kDelaySubjects = std::to_array<PhraseRow>({
    {"Other languages in ASCII",
     "(delay)|delayed|still being retried|retrasad|in ritardo|atrasad|vertraagd|forsink|gecik"},
    {"English",
     "could not send message for past|has not yet been delivered|not yet been delivered|"
     "mail delivery warning|delivery delayed|delivery delay|could not send mail for past|"
     "delivery incomplete"},
    {"Latin letters beyond ASCII",
     "retard de livraison|retard de remise|retraso en la entrega|ritardo nella consegna|atraso na entrega|"
     "verzögert|retardé|viivästy|fördröj|opóźn|zpožd|késés"},
    {"Chinese and Japanese",
     "遅延|延迟|延遲|配送遅延"},
    {"Korean",
     "지연"},
    {"Russian, Ukrainian",
     "задержка доставки|доставка письма задерживается|задерживается|затримується|затримка"},
    {"Greek",
     "καθυστ"},
});

// clang-format on

template <std::size_t N>
std::vector<std::string_view> phrases_of(const std::array<PhraseRow, N>& rows) {
  std::vector<std::string_view> all;
  for (const auto& row : rows) {
    for_each_phrase(row.phrases, [&](std::string_view phrase) { all.push_back(phrase); });
  }
  return all;
}

}  // namespace

std::span<const std::string_view> failure_phrases() {
  static const auto all = phrases_of(kFailures);
  return all;
}

std::span<const std::string_view> delay_phrases() {
  static const auto all = phrases_of(kDelays);
  return all;
}

std::span<const std::string_view> original_markers() {
  static const auto all = phrases_of(kOriginalMarkers);
  return all;
}

std::span<const std::string_view> failure_subjects() {
  static const auto all = phrases_of(kFailureSubjects);
  return all;
}

std::span<const std::string_view> delay_subjects() {
  static const auto all = phrases_of(kDelaySubjects);
  return all;
}

}  // namespace backstop::response
