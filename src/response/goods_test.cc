#include "response/goods.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace backstop::response {
namespace {

struct Row {
  std::string_view subject;
  std::string_view text;
  bool is_goods;
  bool is_parcel;
};

TEST(Goods, AreNamedInTheSubjectOrTheFirstWords) {
  const Row rows[] = {
      {"Your order", "Thank you.\n", true, false},
      {"Danke", "Ihre Bestellung ist da.\n", true, false},
      {"Pedido 4711", "Gracias.\n", true, false},
      {"Gracias", "Hemos recibido su solicitud de pedido 4711.\n", true, false},
      {"Merci", "Votre commande n° 4711\n", true, false},
      {"Ваш заказ", "Спасибо.\n", true, false},
      {"ご注文", "ありがとう\n", true, false},
      {"Undeliverable parcel", "Nobody was there.\n", true, true},
      {"Zustellung", "Ihr Paket liegt beim Nachbarn.\n", true, true},
      {"Livraison", "Le colis est arrivé.\n", true, true},
      {"Paczka", "Przesyłka czeka.\n", true, true},
      {"In order", "We write in order to thank you.\n", false, false},
      {"Order", "a, 17 and b\n", false, false},
      {"Undeliverable: your parcel", "It was returned.\n", false, false},
      {"Automatic reply: order 4711", "I am away.\n", false, false},
      {"Plans", "Subject: your order\n", false, false},
  };
  HeaderReader reader;
  for (const Row& row : rows) {
    const std::string mail = "Subject: " + std::string(row.subject) + "\n\n" + std::string(row.text);
    mail::Message message;
    mail::walk(mail, message);
    ReportText text;
    text.collect(message, 1000);
    const HeaderFacts& header = reader.read(message, {});
    EXPECT_EQ(is_about_goods(header, text), row.is_goods) << mail;
    EXPECT_EQ(is_about_a_parcel(header, text), row.is_parcel) << mail;
  }
}

}  // namespace
}  // namespace backstop::response
