#include "response/goods.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"
#include "response/word_set.h"

namespace backstop::response {
namespace {

constexpr std::size_t kStart = 300;  // bytes of the text

constexpr WordSet kPurchases(std::to_array<std::string_view>(
    {"your order",       "your booking",   "your purchase",     "your invoice",     "your receipt",
     "your reservation", "your payment",   "your application",  "ihre bestellung",  "ihre buchung",
     "ihre rechnung",    "ihre zahlung",   "deine bestellung",  "deine rechnung",   "ihre bewerbung",
     "votre commande",   "votre facture",  "votre réservation", "votre paiement",   "votre candidature",
     "su pedido",        "tu pedido",      "su factura",        "su reserva",       "su compra",
     "tuo ordine",       "suo ordine",     "fattura n",         "tua prenotazione", "uw bestelling",
     "je bestelling",    "uw factuur",     "sua encomenda",     "seu pedido",       "din beställning",
     "din ordre",        "din bestilling", "twoje zamówienie",  "vaše objednávka",  "аш заказ",
     "ашего заказа",     "siparişiniz",    "tilauksesi",        "ご注文",           "您的订单",
     "您的訂單",         "고객님의 주문"}));

constexpr WordSet kParcels(std::to_array<std::string_view>(
    {"parcel",     "your package", "shipment", "courier",      "your item", "tracking number",
     "ihr paket",  "das paket",    "päckchen", "ihre sendung", "paketzust", "votre colis",
     "le colis",   "un colis",     "paquete",  "envío n",      "pacco",     "spedizione",
     "pakket",     "encomenda",    "przesyłk", "paczk",        "zásilk",    "csomag",
     "осылк",      "осилк",        "paketet",  "pakken din",   "pakke ",    "kargo",
     "lähetykses", "荷物",         "宅配",     "包裹",         "快递",      "택배"}));

constexpr std::array kNumbered = std::to_array<std::string_view>(
    {"order",      "invoice",    "booking",   "reservation", "parcel",      "bestellung", "rechnung",
     "paket",      "sendung",    "buchung",   "auftrag",     "commande",    "facture",    "colis",
     "pedido",     "factura",    "reserva",   "paquete",     "ordine",      "fattura",    "prenotazione",
     "bestelling", "factuur",    "encomenda", "fatura",      "beställning", "ordre",      "bestilling",
     "zamówieni",  "zamówienie", "objednávk", "аказ",        "sipariş",     "tilaus",     "注文",
     "订单",       "訂單",       "주문"});
constexpr WordSet kAnyNumbered(kNumbered);

// Returns whether a number comes after one of the words: "order 4711", "commande n° 4711".
bool has_numbered(std::string_view text) {
  constexpr std::size_t kLongestBetween = 8;
  if (!kAnyNumbered.is_in(text)) return false;
  return std::ranges::any_of(kNumbered, [&](std::string_view word) {
    for (std::size_t at = base::ifind(text, word); at != std::string_view::npos;
         at = base::ifind(text, word, at + 1)) {
      const std::string_view rest = text.substr(at + word.size(), kLongestBetween);
      const std::size_t digit = rest.find_first_of("0123456789");
      if (digit != std::string_view::npos && rest.substr(0, digit).find_first_of(",;(<@") == rest.npos)
        return true;
    }
    return false;
  });
}

}  // namespace

bool is_about_goods(const HeaderFacts& header, const ReportText& text) {
  const std::string_view subject = header.own_subject();
  const std::string_view start = text.flat().substr(0, kStart);
  return kPurchases.is_in(subject) || kPurchases.is_in(start) || has_numbered(subject) ||
         has_numbered(start) || is_about_a_parcel(header, text);
}

bool is_about_a_parcel(const HeaderFacts& header, const ReportText& text) {
  return kParcels.is_in(header.own_subject()) || kParcels.is_in(text.flat().substr(0, kStart));
}

}  // namespace backstop::response
