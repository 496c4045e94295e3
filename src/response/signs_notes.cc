// The absences of Notes and Domino. Many of them have no mark of a machine, or only "auto-generated".
#include "response/signs.h"

namespace backstop::response {
namespace {

using enum Zone;
using enum Strength;
using Row = SignRow<Kind::AutoReply>;

constexpr Sign kSigns[] = {
    // The Notes agent writes no mark at all, but its subject and its first sentence are fixed.
    Row::text("Notes out of office", Subject, "is out of the office", InPair),
    Row::text("Notes out of office", Body, "i will be out of the office starting", InPair),
    Row::text("Notes out of office", Subject, "is out of the office.", WithMachineMark),
    // Later releases write "AUTO: Jo Doe is out of the office (returning 12/10/2026)".
    Row::text("Notes automatic reply", SubjectFirst, "auto:", InPair),
    Row::text("Notes automatic reply", SubjectFirst, "auto :", InPair),
    // Others have no "AUTO:" and name the return in every language.
    Row::text("Notes automatic reply", Subject, "is out of the office", InPair),
    Row::text("Notes automatic reply", Subject, "(returning ", InPair),
    Row::text("Notes automatic reply", Subject, "(rückkehr ", InPair),
    Row::text("Notes automatic reply", Subject, "ist außer haus", InPair),
    Row::text("Notes automatic reply", Subject, "ist nicht im büro", InPair),
    Row::text("Notes automatic reply", Subject, "ist abwesend", InPair),
    Row::text("Notes automatic reply", Subject, "est absent", InPair),
    Row::text("Notes automatic reply", Subject, "(retour le ", InPair),
    Row::text("Notes automatic reply", Subject, "(de retour ", InPair),
    Row::text("Notes automatic reply", Subject, "está fuera de la oficina", InPair),
    Row::text("Notes automatic reply", Subject, "está ausente", InPair),
    Row::text("Notes automatic reply", Subject, "(regreso ", InPair),
    Row::text("Notes automatic reply", Subject, "è fuori ufficio", InPair),
    Row::text("Notes automatic reply", Subject, "è fuori sede", InPair),
    Row::text("Notes automatic reply", Subject, "è assente", InPair),
    Row::text("Notes automatic reply", Subject, "(rientro ", InPair),
    Row::text("Notes automatic reply", Subject, "is afwezig", InPair),
    Row::text("Notes automatic reply", Subject, "is niet op kantoor", InPair),
    Row::text("Notes automatic reply", Subject, "(terug op ", InPair),
    Row::text("Notes automatic reply", Subject, "está fora do escritório", InPair),
    Row::text("Notes automatic reply", Subject, "(retornando ", InPair),
    Row::text("Notes automatic reply", Subject, "är inte på kontoret", InPair),
    Row::text("Notes automatic reply", Subject, "är frånvarande", InPair),
    Row::text("Notes automatic reply", Subject, "er ikke på kontoret", InPair),
    Row::text("Notes automatic reply", Subject, "er fraværende", InPair),
    Row::text("Notes automatic reply", Subject, "jest poza biurem", InPair),
    Row::text("Notes automatic reply", Subject, "jest nieobecn", InPair),
    Row::text("Notes automatic reply", Subject, "je mimo kancelář", InPair),
    Row::text("Notes automatic reply", Subject, "отсутствует в офисе", InPair),
    Row::text("Notes automatic reply", Subject, "は不在です", InPair),
    Row::text("Notes automatic reply", Body, "this is an automated response to your message", InPair),
    Row::text("Notes automatic reply", Body, "detta är ett automatiskt svar på ditt", InPair),
    Row::text("Notes automatic reply", Body, "dette er et automatisk svar på din", InPair),
    Row::text("Notes automatic reply", Body, "to jest automatyczna odpowiedź na wiadomość", InPair),
    Row::text("Notes automatic reply", Body, "to jest automatyczna odpowiedź na twoją", InPair),
    Row::text("Notes automatic reply", Body, "toto je automatická odpověď na", InPair),
    Row::text("Notes automatic reply", Body, "автоматический ответ на ваше", InPair),
    Row::text("Notes automatic reply", Body, "メッセージに対する自動応答", InPair),
    Row::text("Notes automatic reply", Body, "this is an automatic response to your message", InPair),
    Row::text("Notes automatic reply", Body, "dies ist eine automatische antwort auf ihre", InPair),
    Row::text("Notes automatic reply", Body, "ceci est une réponse automatique à votre", InPair),
    Row::text("Notes automatic reply", Body, "esta es una respuesta automática a su mensaje", InPair),
    Row::text("Notes automatic reply", Body, "questa è una risposta automatica al messaggio", InPair),
    Row::text("Notes automatic reply", Body, "dit is een automatisch antwoord op uw bericht", InPair),
    Row::text("Notes automatic reply", Body, "esta é uma resposta automática à sua mensagem", InPair),
};

}  // namespace

std::span<const Sign> notes_signs() {
  return kSigns;
}

}  // namespace backstop::response
