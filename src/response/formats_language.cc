// Localised forms of Exchange and its like.
#include <array>
#include <vector>

#include "response/formats.h"

namespace backstop::response {
namespace {

constexpr std::array kFormats = std::to_array<BounceFormat>({
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

std::span<const BounceFormat> language_formats() {
  return kFormats;
}

}  // namespace backstop::response
